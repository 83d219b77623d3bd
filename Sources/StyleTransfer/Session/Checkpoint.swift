package import FileNames
internal import FileOutput
internal import Optim
internal import QuantVGG
internal import Rows

/// A step of a transfer from which it can go on, to the same bits, after the program has ended.
///
/// The file, in words of 64 bits, little-endian: "qstyleCP", version, fingerprint, scale, step, bytes of the
/// image, bytes of the optimizer's state, count of its numbers, count of the caller's; the caller's
/// numbers; a checksum of all that; the image, the state and the numbers; a checksum of everything.
package struct Checkpoint: Sendable, Equatable {
  /// A hash of everything that decides the bits of the image (`Fingerprint`).
  package var fingerprint: UInt64
  /// The place in `Transfer.scales`.
  package var scale: Int
  /// Steps that have been made at this scale.
  package var step: Int
  /// Numbers of the caller's own.
  package var notes: [UInt64]

  /// A checkpoint from its parts.
  package init(fingerprint: UInt64, scale: Int = 0, step: Int, notes: [UInt64] = []) {
    self.fingerprint = fingerprint
    self.scale = scale
    self.step = step
    self.notes = notes
  }

  /// Reads the beginning of a file, which says whether it is the checkpoint of a run.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - fingerprint: the run's.
  ///   - notes: how many numbers of its own the caller has written.
  /// - Returns: the checkpoint; nil where there is no such file.
  /// - Throws: `CheckpointError`.
  package static func read(
    _ path: FilePath, fingerprint: UInt64, notes: Int = 0
  ) throws(CheckpointError) -> Checkpoint? {
    guard let reader = try CheckpointReader(path: path) else { return nil }
    return try reader.checkpoint(fingerprint: fingerprint, notes: notes)
  }

  /// "qstyleCP".
  static let magic: UInt64 = 0x5043_656c_7974_7371
  static let version: UInt64 = 6
  /// Words before the caller's.
  static let headerWords = 9
  /// Words that are written or read at once.
  static let chunkWords = 512

  /// The number of an optimizer's scalars.
  static func numberCount(_ optimizer: Optimizer) -> Int {
    var count = 0
    _ = optimizer.visitScalars { _ in count += 1 }
    return count
  }

  /// Writes the file straight from the rows of a session, `others` giving those of other processes.
  func write(
    _ image: StateRows<Float>, _ optimizer: Optimizer, others: StripRows?, to path: FilePath
  ) throws(CheckpointError) {
    let state = optimizer.state
    do throws(FileOutputError) {
      var writer = CheckpointWriter(try AtomicFile(path: path))
      writer.put(Self.magic)
      writer.put(Self.version)
      writer.put(fingerprint)
      writer.put(UInt64(scale))
      writer.put(UInt64(step))
      writer.put(UInt64(image.bytes))
      writer.put(UInt64(state.bytes))
      writer.put(UInt64(Self.numberCount(optimizer)))
      writer.put(UInt64(notes.count))
      for note in notes { writer.put(note) }
      writer.putChecksum()
      if let others {
        try others.visit(image, give: .giveImage) { (part) throws(FileOutputError) in
          try writer.put(part)
        }
        try others.visit(state, give: .giveState) { (part) throws(FileOutputError) in
          try writer.put(part)
        }
      } else {
        try writer.put(image)
        try writer.put(state)
      }
      _ = optimizer.visitScalars { writer.put($0) }
      writer.putChecksum()
      if let code = image.failure { throw .system(errno: code) }
      try writer.commit()
    } catch {
      throw .output(error)
    }
  }
}

/// Writes words and bytes with a checksum; the words' errors come with the next bytes.
private struct CheckpointWriter: ~Copyable {
  private let file: AtomicFile
  private var words: [UInt64] = []
  private var sum = Fingerprint()
  private var failure: FileOutputError?

  init(_ file: consuming AtomicFile) {
    self.file = file
    words.reserveCapacity(Checkpoint.chunkWords)
  }

  @inline(never) mutating func put(_ word: UInt64) {
    sum.add(word)
    words.append(word.littleEndian)
    if words.count == Checkpoint.chunkWords { flush() }
  }

  mutating func putChecksum() { put(sum.value) }

  mutating func put<Element>(_ rows: StateRows<Element>) throws(FileOutputError) {
    try rows.visit { (_, part) throws(FileOutputError) in try put(part) }
  }

  /// Puts whole rows, of which there are a multiple of 4 bytes.
  mutating func put<Element>(_ rows: MemorySlice<Element>) throws(FileOutputError) {
    flush()
    if let failure { throw failure }
    try rows.withSpan { (span) throws(FileOutputError) in
      unsafe sum.add(span.bytes)
      try unsafe file.write(span.bytes)
    }
  }

  @inline(never) private mutating func flush() {
    do throws(FileOutputError) {
      if failure == nil { try unsafe file.write(words.span.bytes) }
    } catch {
      failure = error
    }
    words.removeAll(keepingCapacity: true)
  }

  consuming func commit() throws(FileOutputError) {
    flush()
    if let failure { throw failure }
    try file.commit()
  }
}
