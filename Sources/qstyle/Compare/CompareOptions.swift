internal import CommandOptions
internal import FileNames
internal import StyleTransfer

/// The validated command line of `qstyle compare`.
struct CompareOptions {
  static let command = Command(
    "qstyle compare",
    "Runs the same transfer in int8 and in float32, and reports what quantization costs and saves.",
    usage: "CONTENT \(StyleOptions.usage) -o DIR", arguments: StyleOptions.arguments,
    groups: [
      OptionGroup(
        "Report",
        [
          Option(
            "output", letter: "o", value: "DIR",
            "Folder for report.html, report.json, montage.png and the pictures; it is made."),
          Option(
            "seeds", value: "K",
            "Further float32 runs from other noise, to judge the difference by (default: 2)."),
          TransferOptions.checkpointEvery,
        ]),
      OptionGroup(
        "Network",
        [
          Option(
            "weights", value: "FILE", isRepeatable: true,
            "Int8 weights; may be given several times to compare them."),
          Option("reference", value: "FILE", "Float32 or codebook weights that they stand for."),
          SharedOptions.pool,
        ]),
      OptionGroup(
        "Pictures",
        [
          Option("init", value: "START", "noise (default), content, or a picture to start from.")
        ] + StyleOptions.options + TransferOptions.pictures),
      RegionOptions.group, TransferOptions.optimisation, TransferOptions.memory,
      SharedOptions.group,
    ])

  let transfer: TransferOptions
  /// Steps between two checkpoints of a run.
  let checkpointEvery: Int
  let folder: FilePath
  /// Files of --weights; one nil where the usual places are searched.
  let weights: [FilePath?]
  let reference: FilePath?
  /// Seeds of the further float32 runs.
  let seeds: [UInt64]

  var shared: SharedOptions { transfer.shared }

  /// Most files of --weights and most seeds.
  private static let most = 16

  init(_ arguments: ParsedArguments) throws(UsageError) {
    guard let folder = arguments.path("output"), !folder.isEmpty else {
      throw UsageError("name the folder for the report: -o DIR")
    }
    self.folder = folder
    let transfer = try TransferOptions(arguments, startsFromNoise: true)
    self.transfer = transfer
    checkpointEvery = try TransferOptions.checkpointEvery(arguments)
    let files = arguments.paths("weights")
    guard files.count <= Self.most else {
      throw UsageError("--weights may be given at most \(Self.most) times")
    }
    weights = files.isEmpty ? [nil] : files.map { Optional($0) }
    reference = arguments.path("reference")
    let count = try arguments.integer("seeds", in: 0...Self.most)
    if transfer.startsFromNoise {
      seeds = (0..<(count ?? 2)).map { (transfer.seed &+ 1 &+ UInt64($0)) & UInt64(Int.max) }
    } else {
      guard count ?? 0 == 0 else {
        throw UsageError("--seeds needs a start of noise; leave out --init, or --seeds")
      }
      seeds = []
    }
    try checkFiles()
  }

  /// The pictures of the report beside its page.
  var pictures: [FilePath] {
    let quantized = weights.indices.map { "int8" + ($0 == 0 ? "" : "-\($0 + 1)") }
    return (["float32", "montage"] + quantized).map { folder.appending(FilePath($0 + ".png")) }
  }
  /// The report's page, which has all pictures in it.
  var page: FilePath { folder.appending("report.html") }
  /// The report's figures.
  var document: FilePath { folder.appending("report.json") }

  /// Refuses inputs that the report would be written over.
  private func checkFiles() throws(UsageError) {
    var files = NamedFiles(areReadAgain: true)
    try transfer.addInputs(to: &files)
    for path in weights {
      try files.input(Weights.location(path, precision: .int8), "the file of weights")
    }
    try files.input(Weights.location(reference, precision: .float32), "--reference")
    for path in [page, document] + pictures {
      try files.output(path, "a file of the report", isKept: false)
    }
  }

  /// The transfer of a run within `limit` bytes.
  func transfer(_ run: ComparedRun, limit: Int) throws(Failure) -> Transfer {
    var transfer = try self.transfer.transfer(run.weights)
    if case .noise(let ratio, _) = transfer.start {
      transfer.start = .noise(ratio: ratio, seed: run.seed)
    }
    transfer.recordsGradient = run.keepsGradients
    transfer.memory = limit
    return transfer
  }

  /// The transfer in which the float32 network judges the results of all runs; what it keeps beside
  /// its session is counted in images.
  func scoring(_ runs: ComparedRuns, limit: Int) throws(Failure) -> Transfer {
    var transfer = try self.transfer(runs.float, limit: limit)
    transfer.recordsGradient = true
    transfer.otherImages = 3
    return transfer
  }
}
