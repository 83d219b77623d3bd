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
      OptionGroup(
        "Network",
        [
          SharedOptions.weights, SharedOptions.precision, FloatLayersOptions.layers,
          FloatLayersOptions.reference, SharedOptions.pool,
        ]),
      TransferOptions.memory,
      OptionGroup(
        "Reports",
        [
          Option(
            "save-style", value: "FILE",
            "Keep what is measured of the style in FILE, which then stands for its picture."),
          Option("save-every", value: "N", "Also save OUT-000025.png and so on every N steps."),
          Option(
            "log", value: "FILE", "Append a JSON line per step to FILE; - is standard output."),
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
  private let floatLayers: FloatLayersOptions
  private let saveEvery: Int?
  private let savedStyle: FilePath?
  private let log: FilePath?
  private let checkpoint: Transfer.CheckpointFile?
  /// All that the command line names.
  private var files: NamedFiles

  init(_ arguments: ParsedArguments) throws(UsageError) {
    options = try TransferOptions(arguments)
    output = try ResultFile(arguments)
    weights = arguments.path("weights")
    precision = try Precision(arguments)
    floatLayers = try FloatLayersOptions(arguments)
    try floatLayers.check(precision)
    saveEvery =
      try arguments.integer("save-every", in: 1...1_000_000) ?? (options.isArticle ? 25 : nil)
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
    try options.addInputs(to: &files)
    try files.input(Weights.location(weights, precision: precision), "the file of weights")
    try files.input(floatLayers.path, "--reference")
    try files.output(output.path, "-o")
    try files.output(log == "-" ? nil : log, "--log")
    try files.output(checkpoint?.path, "--checkpoint")
    try files.output(savedStyle, "--save-style")
  }

  /// Refuses pictures along the way that would be written over something else.
  private func checkPictures(_ transfer: Transfer) throws(Failure) {
    guard let saveEvery else { return }
    var files = files
    do throws(UsageError) {
      for path in output.paths(transfer, every: saveEvery) {
        try files.output(path, "a picture of --save-every", isKept: false)
      }
    } catch {
      throw Failure(error)
    }
  }

  func run() throws(Failure) -> ExitCode {
    let begin = Console.seconds
    options.shared.warn(options.uselessOptions)
    // The output is tried before the work, and the headers of all files before the first sample.
    try output.check()
    let found = try Failure.from { () throws(TransferError) in
      try Weights.find(weights, precision: precision)
    }
    var transfer: Transfer
    do throws(Failure) {
      transfer = try options.transfer(found)
      try floatLayers.apply(to: &transfer)
    } catch {
      // A pipe without a writer is waited for until the user stops it.
      guard Console.isInterrupted else { throw error }
      TransferReport.stopWithoutStep(options.shared)
      return .interrupted
    }
    try checkPictures(transfer)
    transfer.checkpoint = checkpoint
    transfer.savedStyle = savedStyle
    try Failure.from { () throws(TransferError) in try transfer.check() }
    if let savedStyle {
      try Failure.about(savedStyle) { () throws(FileOutputError) in
        try AtomicFile.check(path: savedStyle)
      }
    }
    let planned = try Failure.from { () throws(TransferError) in try transfer.choosePlan() }
    let notes = try Failure.from { () throws(TransferError) in try transfer.checkRegions() }
    options.shared.warn(options.remarks(on: transfer) + notes)
    if options.isDryRun {
      options.shared.warn(transfer.warnings)
      DryRun(
        transfer, planned, MultiplicationPeaks(options.shared), isJSON: options.shared.isJSON
      ).report()
      return .done
    }
    let outputs = try TransferOutputs(
      output, log: log, saveEvery: saveEvery, checkpoint: checkpoint)
    let report = TransferReport(
      transfer, planned, options: options.shared, isOutputTaken: log == "-")
    let run: TransferRun
    do throws(TransferError) {
      run = try transfer.start(planned) { _ in Console.isInterrupted ? .stop : .proceed }
    } catch {
      guard error == .stopped else { throw Failure(error) }
      TransferReport.stopWithoutStep(options.shared)
      return .interrupted
    }
    options.shared.warn(transfer.warnings + ColorOptions.remarks(transfer, run.session))
    var painting = Painting(run, outputs, report, begin: begin)
    return try painting.paint()
  }
}
