internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import ImageIO
internal import StyleTransfer

/// `qstyle transfer`: reads the pictures, runs the steps, writes the result.
struct TransferCommand {
  static let command = Command(
    "qstyle transfer", "Paints CONTENT in the style of STYLE, or in a mix of several.",
    usage: "CONTENT \(StyleOptions.usage) -o OUT.png|.jpg", arguments: StyleOptions.arguments,
    groups: [
      OptionGroup(
        "Pictures",
        [
          Option("output", letter: "o", value: "FILE", "The picture to write, .png or .jpg.")
        ] + StyleOptions.options + TransferOptions.pictures),
      RegionOptions.group,
      TransferOptions.optimisation,
      NetworkOptions.group,
      TransferOptions.memory,
      OptionGroup(
        "Reports",
        [
          Option(
            "save-style", value: "FILE",
            "Keep what is measured of the style in FILE, which then stands for its picture."),
          Option("save-every", value: "N", "Also save OUT-000025.png and so on every N steps."),
          Option(
            "preview", value: "FILE",
            "Keep the picture as it is on the way in FILE, .png or .jpg: anew every two seconds, or fewer so that it takes at most a fiftieth of the time, and at the end."
          ),
          Option(
            "log", value: "FILE", "Append a JSON line per step to FILE; - is standard output."),
          Option(
            "checkpoint", value: "FILE",
            "Keep the run in FILE; where FILE exists, go on from there, also to more --steps."),
          TransferOptions.checkpointEvery,
        ]),
      SharedOptions.group,
    ])

  let job: TransferJob
  private let saveEvery: Int?
  private let preview: ResultFile?
  private let savedStyle: FilePath?
  private let log: FilePath?
  let checkpoint: Transfer.CheckpointFile?
  /// All that the command line names.
  private var files: NamedFiles

  init(_ arguments: ParsedArguments) throws(UsageError) {
    job = try TransferJob(arguments)
    let options = job.options
    saveEvery =
      try arguments.integer("save-every", in: 1...1_000_000) ?? (options.isArticle ? 25 : nil)
    preview = try arguments.path("preview").map { (path) throws(UsageError) in
      try ResultFile(path, option: "--preview")
    }
    log = arguments.path("log")
    savedStyle = arguments.path("save-style")
    guard savedStyle == nil || (options.styles.count == 1 && !arguments.has("style-mask")) else {
      throw UsageError("--save-style saves one style, measured as a whole; leave out the others")
    }
    if savedStyle != nil, options.settings.styleLoss.gram == 0 {
      throw UsageError("--save-style saves Gram matrices; give gram a weight in --style-loss")
    }
    if savedStyle != nil, options.colors.contains(.match) {
      throw UsageError("--save-style saves the style in its own colours; leave out --colors match")
    }
    let every = try TransferOptions.checkpointEvery(arguments)
    checkpoint = arguments.path("checkpoint").map {
      Transfer.CheckpointFile(path: $0, every: every)
    }
    guard checkpoint != nil || !arguments.has("checkpoint-every") else {
      throw UsageError("--checkpoint-every needs a file: --checkpoint FILE")
    }
    guard log != "-" || !options.shared.isJSON else {
      throw UsageError("--json and --log - both write to standard output; leave out one")
    }
    // A checkpoint is that of certain pictures, which are read for that.
    files = NamedFiles(areReadAgain: checkpoint != nil || options.scales.readsAgain)
    try addFiles()
  }

  /// Refuses outputs that are inputs or each other.
  private mutating func addFiles() throws(UsageError) {
    try job.addInputs(to: &files)
    try files.output(job.output.path, "-o")
    try files.output(preview?.path, "--preview")
    try files.output(log == "-" ? nil : log, "--log")
    try files.output(checkpoint?.path, "--checkpoint")
    try files.output(savedStyle, "--save-style")
  }

  /// Refuses pictures along the way that would be written over something else.
  private func checkPictures(_ transfer: Transfer) throws(Failure) {
    guard let saveEvery else { return }
    var files = files
    do throws(UsageError) {
      for path in job.output.paths(transfer, every: saveEvery) {
        try files.output(path, "a picture of --save-every", isKept: false)
      }
    } catch {
      throw Failure(error)
    }
  }

  /// Paints the picture, alone or as the first of several processes.
  func run(_ cluster: Cluster? = nil) throws(Failure) -> ExitCode {
    let begin = Console.seconds
    let (options, shared) = (job.options, job.options.shared)
    shared.warn(options.uselessOptions)
    // The output is tried before the work, and the headers of all files before the first sample.
    try job.output.check()
    let weights = try job.network.find()
    var transfer: Transfer
    do throws(Failure) {
      transfer = try job.transfer(weights)
    } catch {
      // A pipe without a writer is waited for until the user stops it.
      guard Console.isInterrupted else { throw error }
      TransferReport.stopWithoutStep(shared)
      return .interrupted
    }
    try checkPictures(transfer)
    transfer.checkpoint = checkpoint
    transfer.savedStyle = savedStyle
    if let savedStyle {
      try Failure.from { () throws(TransferError) in try transfer.check() }
      try Failure.about(savedStyle) { () throws(FileOutputError) in
        try AtomicFile.check(path: savedStyle)
      }
    }
    try cluster?.lead(&transfer, shared)
    let plan = try PlannedTransfer(transfer, options)
    let strips = try cluster?.tellWork(plan) ?? []
    shared.warn(plan.remarks)
    if options.isDryRun {
      shared.warn(transfer.warnings)
      let disk =
        plan.planned.spill == nil
        ? nil : try Failure.from { () throws(TransferError) in try transfer.measureSpillDisk() }
      DryRun(transfer, plan.planned, MultiplicationPeaks(shared), disk: disk)
        .report(isJSON: shared.isJSON)
      return .done
    }
    let outputs = try TransferOutputs(
      job.output, log: log, saveEvery: saveEvery, preview: preview?.path, checkpoint: checkpoint)
    let report = TransferReport(
      transfer, plan.planned, options: shared, isOutputTaken: log == "-", strips: strips)
    guard let run = try plan.start(shared) else {
      TransferReport.stopWithoutStep(shared)
      cluster?.abandon(.interrupted)
      return .interrupted
    }
    var painting = Painting(run, outputs, report)
    guard let painted = try painting.paint() else {
      TransferReport.stopWithoutStep(shared, after: run.firstStep)
      return .interrupted
    }
    painting.report.finish(painted, seconds: Console.seconds - begin)
    try painted.checkOutputs()
    return painted.result.wasStopped ? .interrupted : .done
  }
}
