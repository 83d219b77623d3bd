internal import CommandOptions
internal import FileNames
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// The validated command line of `qstyle compare`.
struct CompareOptions {
  static let command = Command(
    "qstyle compare",
    "Runs the same transfer in int8 and in float32, and reports whether int8 is right, and the pictures differ more than chance.",
    usage: "CONTENT \(StyleOptions.usage) -o DIR | --quick", arguments: StyleOptions.arguments,
    verdict: "done, and the int8 arithmetic is wrong",
    groups: [
      OptionGroup(
        "Report",
        [
          Option(
            "output", letter: "o", value: "DIR",
            "Folder for report.html, report.json, figures.csv, montage.png and the pictures; it is made."
          ),
          Option(
            "nearby", value: "K",
            "Further runs of both from the same start with each value moved by at most a grey level: how much is chance (default: 3)."
          ),
          Option(
            "seeds", value: "K",
            "Further float32 runs from noise, each from another seed: how far results can lie apart (default: 2)."
          ),
          TransferOptions.checkpointEvery,
          Option(
            "quick",
            "Paints nothing, and says in seconds whether the arithmetic of the weights is right, with both kinds of pooling; with -o the figures go to DIR/report.json."
          ),
        ]),
      OptionGroup(
        "Network",
        [
          Option(
            "weights", value: "FILE", isRepeatable: true,
            "Int8 weights; may be given several times to compare them."),
          Option("reference", value: "FILE", "Float32 or codebook weights that they stand for."),
          FloatLayersOptions.layers,
          Option(
            "rank-layers",
            "Also measure the gradient with each layer of an int8 network in float32: which cost most."
          ),
          Option(
            "rank-pictures",
            "Also paint a picture with each layer alone in float32: whether one ends better by more than chance."
          ),
          SharedOptions.pool,
        ]),
      OptionGroup("Pictures", StyleOptions.options + TransferOptions.pictures),
      RegionOptions.group, TransferOptions.optimisation, TransferOptions.memory,
      SharedOptions.group,
    ])

  let transfer: TransferOptions
  /// Steps between two checkpoints of a run.
  let checkpointEvery: Int
  /// The report's folder; empty where --quick only prints.
  let folder: FilePath
  /// Whether nothing but the arithmetic is looked at.
  let isQuick: Bool
  /// Files of --weights; one nil where the usual places are searched.
  let weights: [FilePath?]
  let reference: FilePath?
  /// Layers of the int8 runs that compute in float32.
  let floatLayers: [LayerName]
  /// Whether each layer is tried in float32.
  let ranksLayers: Bool
  /// Whether a picture is painted with each layer alone in float32.
  let ranksPictures: Bool
  /// Seeds of the starts that differ by a grey level.
  let nearby: [UInt64]
  /// Seeds of the noise that further float32 runs start from.
  let seeds: [UInt64]

  var shared: SharedOptions { transfer.shared }

  /// A sentence on the options that were given and change nothing; none where all do.
  var uselessOptions: [String] { seeds.isEmpty ? transfer.uselessOptions : [] }

  /// Most files of --weights and most seeds.
  private static let most = 16
  /// With the start as it is, as many runs of a group as the test of their distances takes.
  private static let mostNearby = DistanceTest.most - 1

  init(_ arguments: ParsedArguments) throws(UsageError) {
    isQuick = arguments.has("quick")
    let named = arguments.path("output")
    folder = named ?? ""
    guard isQuick && named == nil || !folder.isEmpty else {
      throw UsageError("name the folder for the report: -o DIR, or print a verdict with --quick")
    }
    let transfer = try TransferOptions(arguments)
    self.transfer = transfer
    guard transfer.settings.styleLoss.gram > 0 else {
      throw UsageError("compare compares Gram matrices too: give --style-loss gram a weight")
    }
    checkpointEvery = try TransferOptions.checkpointEvery(arguments)
    let files = arguments.paths("weights")
    guard files.count <= Self.most else {
      throw UsageError("--weights may be given at most \(Self.most) times")
    }
    weights = files.isEmpty ? [nil] : files.map { Optional($0) }
    reference = arguments.path("reference")
    floatLayers = try FloatLayersOptions(arguments).layers
    ranksLayers = arguments.has("rank-layers")
    ranksPictures = arguments.has("rank-pictures")
    for name in ["rank-layers", "rank-pictures"]
    where arguments.has(name) && !floatLayers.isEmpty {
      throw UsageError("--\(name) tries each layer in float32; leave out --float-layers")
    }
    guard !isQuick || !ranksPictures else {
      throw UsageError("--quick paints nothing: rank by gradients with --rank-layers")
    }
    nearby = (0..<(try arguments.integer("nearby", in: 0...Self.mostNearby) ?? 3)).map {
      UInt64($0 + 1)
    }
    seeds = (0..<(try arguments.integer("seeds", in: 0...Self.most) ?? 2)).map {
      (transfer.seed &+ 1 &+ UInt64($0)) & UInt64(Int.max)
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
  /// The same as a table.
  var table: FilePath { folder.appending("figures.csv") }

  /// Refuses inputs that the report would be written over.
  private func checkFiles() throws(UsageError) {
    var files = NamedFiles(areReadAgain: true)
    try transfer.addInputs(to: &files)
    for path in weights {
      try files.input(Weights.location(path, precision: .int8), "the file of weights")
    }
    try files.input(Weights.location(reference, precision: .float32), "--reference")
    for path in [page, document, table] + pictures {
      try files.output(path, "a file of the report", isKept: false)
    }
  }

  /// The transfer of a run within `limit` bytes.
  func transfer(_ run: ComparedRun, limit: Int) throws(Failure) -> Transfer {
    var transfer = try self.transfer.transfer(run.weights)
    switch run.start {
    case .given: break
    case .nearby(let seed): transfer.nearbySeed = seed
    case .noise(let seed):
      transfer.start = .noise(ratio: self.transfer.noiseRatio, seed: seed)
    }
    if let reference = run.reference {
      transfer.floatLayers = run.rankedLayer.map { [$0] } ?? floatLayers
      transfer.reference = reference
    }
    transfer.recordsGradient = run.keepsGradients
    transfer.memory = limit
    return transfer
  }

  /// The transfer whose layers are tried in float32, all of them at the most; beside it two gradients are kept, in
  /// --quick of the start alone, and else the other image.
  func ranking(_ run: ComparedRun, limit: Int) throws(Failure) -> Transfer {
    var transfer = try self.transfer(run, limit: limit)
    transfer.coarse = []
    transfer.floatLayers = transfer.network.convolutions.map { $0.name }
    transfer.recordsGradient = true
    transfer.otherImages = isQuick ? 2 : 5
    return transfer
  }

  /// The transfer in which the float32 network judges the results of all runs; what it keeps beside
  /// its session is counted in images.
  func scoring(_ runs: ComparedRuns, limit: Int) throws(Failure) -> Transfer {
    var transfer = try self.transfer(runs.float.first, limit: limit)
    transfer.coarse = []
    transfer.recordsGradient = true
    transfer.otherImages = 3
    return transfer
  }
}
