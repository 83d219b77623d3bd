internal import FileOutput
internal import StyleTransfer

/// The file of `--checkpoint`.
struct StoredRun {
  private let path: String
  private let fingerprint: UInt64

  /// Checks the file before the work; nil without `--checkpoint`.
  init?(
    _ options: TransferOptions, _ transfer: PlannedTransfer, _ weights: Weights
  ) throws(Failure) {
    guard let path = options.checkpoint else { return nil }
    self.path = path
    fingerprint = try RunKey(transfer, options, weights: weights, seed: options.seed).value
    let found: Checkpoint?
    do throws(CheckpointError) {
      found = try Checkpoint.read(path, fingerprint: fingerprint)
    } catch {
      throw Failure(path, error.description)
    }
    guard found?.step ?? 0 <= options.steps else {
      throw Failure(
        path,
        "has \(found?.step ?? 0) steps already: ask for at least as many --steps, or delete it to "
          + "start afresh")
    }
    // A dropped file leaves nothing behind.
    _ = try OutputFile(path)
  }

  /// Goes on from the checkpoint, where there is one.
  ///
  /// - Returns: steps that are done.
  func restore(_ session: SessionState) throws(Failure) -> Int {
    do throws(CheckpointError) {
      return try session.restore(from: path, fingerprint: fingerprint)?.step ?? 0
    } catch {
      throw Failure(path, error.description)
    }
  }

  /// Writes the checkpoint.
  func save(_ session: SessionState, step: Int) throws(Failure) {
    guard session.isFinite else {
      throw Failure(
        "the optimisation diverged by step \(step): lower --learning-rate or --style-weight")
    }
    do throws(CheckpointError) {
      try session.save(Checkpoint(fingerprint: fingerprint, step: step), to: path)
    } catch {
      throw Failure(path, error.description)
    }
  }
}
