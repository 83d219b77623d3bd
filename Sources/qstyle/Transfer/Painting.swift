internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import StyleTransfer

/// A transfer from its first step to its outputs.
struct Painting {
  private let run: TransferRun
  private let outputs: TransferOutputs
  var report: TransferReport
  private var side = SideOutputs()
  /// When the next preview is due.
  private var previewTime = 0.0

  init(_ run: TransferRun, _ outputs: TransferOutputs, _ report: TransferReport) {
    self.run = run
    self.outputs = outputs
    self.report = report
  }

  /// Steps until all are done or the user stops, and writes the result.
  ///
  /// - Returns: what has come of it; nil where the user has stopped before the first step, or where there are more to come and
  ///   only finished pictures are written.
  mutating func paint() throws(Failure) -> Painted? {
    if run.firstStep > 0 { report.resume(at: run.firstStep) }
    try outputs.log?.begin(
      fingerprint: run.fingerprint, firstStep: run.firstStep, steps: run.steps)
    while !run.isDone, !Console.isInterrupted {
      let progress = try Failure.from { () throws(TransferError) in try run.advance() }
      report.didStep(progress, at: run.scales)
      try writeBeside(progress)
    }
    if run.step == run.firstStep, !run.isDone { return nil }
    return try finish()
  }

  /// The longer side of the scale that is painted; nil where there is one only.
  private var scale: Int? {
    run.scales.count > 1 ? run.scales[run.scale].size.longerSide : nil
  }

  /// Writes what is due after a step.
  private mutating func writeBeside(_ progress: TransferProgress) throws(Failure) {
    if let log = outputs.log, let losses = progress.losses {
      let failure = failure { () throws(Failure) in
        try log.append(
          progress.step, scale: scale, losses, run.session.terms, seconds: progress.seconds)
      }
      note(.log, log.path, failure)
    }
    if let saveEvery = outputs.saveEvery, run.step % saveEvery == 0, !run.isDone {
      let path = outputs.result.path(step: run.step, scale: scale)
      note(.picture, path, failure { () throws(Failure) in try write(to: path) })
    }
    if outputs.preview != nil, Console.seconds >= previewTime, !run.isDone { writePreview() }
    if run.isSaveDue { outputs.log?.flush() }
    try Failure.from { () throws(TransferError) in try run.saveIfDue() }
    noteCheckpoint()
  }

  private func failure(of write: () throws(Failure) -> Void) -> Failure? {
    do throws(Failure) {
      try write()
      return nil
    } catch {
      return error
    }
  }

  private mutating func note(_ kind: SideOutputs.Kind, _ path: FilePath, _ failure: Failure?) {
    if let text = side.note(kind, path, failure) { report.warn(text) }
  }

  private mutating func noteCheckpoint() {
    guard let path = outputs.checkpoint else { return }
    note(.checkpoint, path, run.checkpointFailure.map { Failure($0) })
  }

  /// Least seconds between two previews, and how often longer than one of them takes.
  private static let previewPause = (seconds: 2.0, factor: 50.0)

  private mutating func writePreview() {
    guard let path = outputs.preview else { return }
    let begin = Console.seconds
    note(.picture, path, failure { () throws(Failure) in try write(to: path) })
    let end = Console.seconds
    previewTime = end + max(Self.previewPause.seconds, Self.previewPause.factor * (end - begin))
  }

  private func write(to path: FilePath) throws(Failure) {
    try Failure.from { () throws(TransferError) in try run.picture.write(to: path) }
  }

  private mutating func finish() throws(Failure) -> Painted? {
    outputs.log?.flush()
    let result = try Failure.from { () throws(TransferError) in try run.finish() }
    noteCheckpoint()
    report.erase()
    if result.wasStopped, outputs.areFinishedOnly { return nil }
    writePreview()
    let saved = try Refuge.write(outputs.result.path, beside: outputs.checkpoint, write)
    outputs.unlock()
    return Painted(
      result: result, session: run.session, path: saved.path, problem: saved.problem,
      missing: side.missing)
  }
}

/// What has come of a transfer.
struct Painted {
  let result: TransferResult
  /// The session that the image is in.
  let session: Session
  /// The file that it was written to.
  let path: FilePath
  /// The reason why that is not the wanted one; nil where it is.
  let problem: Failure?
  /// The outputs beside it that could not be written.
  let missing: [String]

  /// Refuses a result that is at another place, or without all that was wanted beside it.
  func checkOutputs() throws(Failure) {
    var problems: [String] = []
    if let problem { problems.append("\(problem.message); the picture is \(path)") }
    if !missing.isEmpty {
      problems.append(
        "\(missing.joined(separator: ", ")) could not be written; \(path) is complete")
    }
    guard problems.isEmpty else { throw Failure(problems.joined(separator: "; ")) }
  }
}
