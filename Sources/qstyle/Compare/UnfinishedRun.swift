internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import QuantVGG
internal import Rows
internal import StyleTransfer

/// A run on its way: the file that holds its images so far, and the checkpoint that it goes on from.
struct UnfinishedRun {
  /// The last step of the scale that there is a checkpoint of.
  private(set) var step: Int
  /// The duration of the last scale's steps, those of earlier programs included.
  var seconds: Double
  private let earlierPeak: Int
  /// The costs by which --stop-when judges the run.
  var costs: CostWatch
  private let stop: StopRule?

  private let file: RunFile
  private let output: ResumableFile
  private var length: Int
  private var sum: Fingerprint

  /// Peak of all programs so far.
  var peakBytes: Int { max(earlierPeak, Console.peakBytes) }

  /// Goes on with a run, or starts it with `header`.
  ///
  /// - Throws: `Failure` where the checkpoint or the images are damaged.
  init(
    _ file: RunFile, _ session: Session, _ stop: StopRule?, header: [UInt8]
  ) throws(Failure) {
    let found = try Failure.about(file.checkpointPath) { () throws(CheckpointError) in
      try session.restore(
        from: file.checkpointPath, fingerprint: file.key.value, notes: Self.noteCount)
    }
    // Length and hash of the images so far, seconds, peak, and what the costs have been.
    let notes = found?.notes ?? [0, Fingerprint().value, 0, 0]
    self.stop = stop
    costs = CostWatch(stop)
    if found != nil { costs.restore(Array(notes.dropFirst(Self.ownNotes))) }
    length = Int(truncatingIfNeeded: notes[0])
    sum = Fingerprint()
    output = try Self.open(file, length, &sum, expected: notes[1])
    self.file = file
    step = found?.step ?? 0
    seconds = Double(bitPattern: notes[2])
    earlierPeak = Int(truncatingIfNeeded: notes[3])
    if found == nil { try unsafe write(header.span.bytes) }
  }

  private static let ownNotes = 4
  private static let noteCount = ownNotes + CostWatch.count

  /// The scale that a run goes on at.
  static func scale(_ file: RunFile) throws(Failure) -> Int {
    try Failure.about(file.checkpointPath) { () throws(CheckpointError) in
      try Checkpoint.read(
        file.checkpointPath, fingerprint: file.key.value, notes: noteCount)?.scale ?? 0
    }
  }

  private static func open(
    _ file: RunFile, _ length: Int, _ sum: inout Fingerprint, expected: UInt64
  ) throws(Failure) -> ResumableFile {
    guard length >= 0 else { throw damaged(file) }
    do throws(FileOutputError) {
      let output = try ResumableFile(path: file.partialPath, keeping: length) { sum.add($0) }
      guard sum.value == expected else { throw FileOutputError.tooShort }
      return output
    } catch {
      throw error == .tooShort ? damaged(file) : Failure(file.partialPath, error.description)
    }
  }

  private static func damaged(_ file: RunFile) -> Failure {
    Failure(
      file.partialPath,
      "is not as the run left it; delete \(file.checkpointPath) to start the run afresh")
  }

  /// Appends bytes to the run's file; a multiple of 4.
  mutating func write(_ bytes: RawSpan) throws(Failure) {
    do throws(FileOutputError) {
      try output.write(bytes)
    } catch {
      throw Failure(file.partialPath, error.description)
    }
    length += bytes.byteCount
    sum.add(bytes)
  }

  /// Makes the step, before which everything has been written, the one to go on from.
  ///
  /// - Returns: why it is not, which is no end of the run.
  /// - Throws: `Failure` where the images so far can not be written.
  mutating func save(_ run: TransferRun, step: Int) throws(Failure) -> Failure? {
    try Failure.about(file.partialPath) { () throws(FileOutputError) in
      try output.flush()
    }
    let notes =
      [UInt64(length), sum.value, seconds.bitPattern, UInt64(peakBytes)] + costs.numbers
    do throws(CheckpointError) {
      try run.session.save(
        Checkpoint(fingerprint: file.key.value, scale: run.scale, step: step, notes: notes),
        to: file.checkpointPath)
    } catch {
      return Failure(file.checkpointPath, error.description)
    }
    self.step = step
    return nil
  }

  /// Begins the next scale, of which there is no checkpoint yet.
  mutating func beginScale() {
    step = 0
    costs = CostWatch(stop)
  }

  /// Removes all of the run.
  func discard() {
    file.checkpointPath.remove()
    file.partialPath.remove()
  }

  /// Gives the whole file its name, and removes the checkpoint.
  func finish() throws(Failure) {
    try Failure.about(file.path) { () throws(FileOutputError) in
      try output.commit(as: file.path)
    }
    file.checkpointPath.remove()
  }
}
