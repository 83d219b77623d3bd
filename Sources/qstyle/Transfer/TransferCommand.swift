internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import StyleTransfer

/// `qstyle transfer`: reads the pictures, runs the steps, writes the result.
struct TransferCommand {
  static let command = Command(
    "qstyle transfer", "Paints CONTENT in the style of STYLE.",
    usage: "CONTENT STYLE -o OUT.png|.jpg", arguments: 2...2,
    groups: [
      OptionGroup(
        "Pictures",
        [
          Option("output", letter: "o", value: "FILE", "The picture to write, .png or .jpg."),
          Option("init", value: "START", "content (default), noise, or a picture to start from."),
        ] + TransferOptions.pictures),
      TransferOptions.optimisation,
      OptionGroup(
        "Network", [SharedOptions.weights, SharedOptions.precision, SharedOptions.pool]),
      TransferOptions.memory,
      OptionGroup(
        "Reports",
        [
          Option("save-every", value: "N", "Also save OUT-000025.png and so on every N steps."),
          Option("log", value: "FILE", "Append a JSON line per step to FILE."),
          Option(
            "checkpoint", value: "FILE",
            "Keep the run in FILE; where FILE exists, go on from there, also to more --steps."),
          TransferOptions.checkpointEvery,
        ]),
      SharedOptions.group,
    ])

  private let options: TransferOptions
  private let output: ResultFile
  private let weights: FilePath?
  private let precision: Precision?
  private let saveEvery: Int?
  private let log: FilePath?
  private let checkpoint: Transfer.CheckpointFile?

  init(_ arguments: ParsedArguments) throws(UsageError) {
    output = try ResultFile(arguments)
    options = try TransferOptions(arguments)
    weights = arguments.path("weights")
    precision = try Precision(arguments)
    saveEvery =
      try arguments.integer("save-every", in: 1...1_000_000) ?? (options.isArticle ? 25 : nil)
    log = arguments.path("log")
    let every = try TransferOptions.checkpointEvery(arguments)
    checkpoint = arguments.path("checkpoint").map {
      Transfer.CheckpointFile(path: $0, every: every)
    }
    guard checkpoint != nil || !arguments.has("checkpoint-every") else {
      throw UsageError("--checkpoint-every needs a file: --checkpoint FILE")
    }
    guard checkpoint?.path != output.path, checkpoint == nil || checkpoint?.path != log else {
      throw UsageError("--checkpoint names a file of the run's own; give it another name")
    }
  }

  func run() throws(Failure) -> ExitCode {
    let begin = Console.seconds
    options.tellUselessOptions()
    // The output is tried before the work, and the headers of all files before the first sample.
    try output.check()
    let found = try Failure.from { () throws(TransferError) in
      try Weights.find(weights, precision: precision)
    }
    var transfer = try options.transfer(found)
    transfer.checkpoint = checkpoint
    let planned = try Failure.from { () throws(TransferError) in try transfer.choosePlan() }
    if options.isDryRun {
      DryRun(transfer, planned, isJSON: options.shared.isJSON).report()
      return .done
    }
    var report = TransferReport(
      transfer, planned, output: output.path, log: log, options: options.shared)
    let run: TransferRun
    do throws(TransferError) {
      run = try transfer.start(planned) { _ in Console.isInterrupted ? .stop : .proceed }
    } catch {
      guard error == .stopped else { throw Failure(error) }
      report.stopBeforeFirstStep()
      return .interrupted
    }
    return try paint(run, &report, begin: begin)
  }

  private func paint(
    _ run: TransferRun, _ report: inout TransferReport, begin: Double
  ) throws(Failure) -> ExitCode {
    if run.firstStep > 0 { try report.resume(at: run.firstStep) }
    while !run.isDone, !Console.isInterrupted {
      let progress = try Failure.from { () throws(TransferError) in try run.advance() }
      try report.didStep(progress, run.session)
      try Failure.from { () throws(TransferError) in
        if let saveEvery, run.step % saveEvery == 0, !run.isDone {
          try run.picture.write(to: output.path(step: run.step))
        }
        try run.saveIfDue()
      }
    }
    if run.step == run.firstStep, !run.isDone {
      report.stopBeforeFirstStep()
      return .interrupted
    }
    let result = try Failure.from { () throws(TransferError) in
      let result = try run.finish()
      try result.picture.write(to: output.path)
      return result
    }
    report.finish(result, run.session, seconds: Console.seconds - begin)
    return result.wasStopped ? .interrupted : .done
  }
}
