internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import StyleTransfer

/// A transfer from its first step to its outputs.
struct Painting {
  private let run: TransferRun
  private let outputs: TransferOutputs
  private var report: TransferReport
  private var side = SideOutputs()
  private let begin: Double

  init(_ run: TransferRun, _ outputs: TransferOutputs, _ report: TransferReport, begin: Double) {
    self.run = run
    self.outputs = outputs
    self.report = report
    self.begin = begin
  }

  /// Steps until all are done or the user stops, and writes the result.
  mutating func paint() throws(Failure) -> ExitCode {
    if run.firstStep > 0 { report.resume(at: run.firstStep) }
    try outputs.log?.begin(
      fingerprint: run.fingerprint, firstStep: run.firstStep, steps: run.steps)
    while !run.isDone, !Console.isInterrupted {
      let progress = try Failure.from { () throws(TransferError) in try run.advance() }
      report.didStep(progress, at: run.scales)
      try writeBeside(progress)
    }
    if run.step == run.firstStep, !run.isDone {
      report.stopWithoutStep()
      return .interrupted
    }
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

  private func write(to path: FilePath) throws(Failure) {
    try Failure.from { () throws(TransferError) in try run.picture.write(to: path) }
  }

  private mutating func finish() throws(Failure) -> ExitCode {
    outputs.log?.flush()
    let result = try Failure.from { () throws(TransferError) in try run.finish() }
    noteCheckpoint()
    let saved = try Refuge.write(outputs.result.path, beside: outputs.checkpoint, write)
    outputs.unlock()
    report.finish(
      result, run.session, output: saved.path, missing: side.missing,
      seconds: Console.seconds - begin)
    var problems: [String] = []
    if let failure = saved.problem {
      problems.append("\(failure.message); the picture is \(saved.path)")
    }
    if !side.isComplete {
      problems.append(
        "\(side.missing.joined(separator: ", ")) could not be written; \(saved.path) is complete")
    }
    guard problems.isEmpty else { throw Failure(problems.joined(separator: "; ")) }
    return result.wasStopped ? .interrupted : .done
  }
}
