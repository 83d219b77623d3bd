internal import Optim
internal import Rows

/// What changes from step to step in a session, and what a checkpoint keeps: the image, and what the
/// optimizer remembers.
public struct SessionState {
  /// The image, as in `TransferSession.pixels`.
  let image: UnsafeMutableBufferPointer<Float>
  let optimizer: Optimizer
  /// Where the image is, for as long as the state is in use.
  let memory: Arena

  /// Whether all numbers of the image are finite; they are not once the optimisation has diverged.
  public var isFinite: Bool { image.allSatisfy { $0.isFinite } }

  /// Writes a checkpoint, from which `restore` makes another session of the same fingerprint go on.
  ///
  /// - Parameters:
  ///   - checkpoint: what stands in it beside the state.
  ///   - path: the file, which is replaced at once or not at all.
  /// - Throws: `CheckpointError.output`.
  public func save(_ checkpoint: Checkpoint, to path: String) throws(CheckpointError) {
    try checkpoint.write(UnsafeBufferPointer(image), optimizer, to: path)
  }

  /// Reads a checkpoint into this session, which may have another plan and other threads than the
  /// one that wrote it.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - fingerprint: that of everything which decides the bits of this session's image.
  ///   - notes: how many numbers of its own the caller has written.
  /// - Returns: the checkpoint; nil where there is no such file.
  /// - Throws: `CheckpointError`; the session is then of no more use.
  public func restore(
    from path: String, fingerprint: UInt64, notes: Int = 0
  ) throws(CheckpointError) -> Checkpoint? {
    guard let reader = try CheckpointReader(path: path) else { return nil }
    return try reader.checkpoint(
      fingerprint: fingerprint, notes: notes, image: image, optimizer: optimizer)
  }
}
