internal import CommandOptions
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// The validated command line of `qstyle transfer`.
struct TransferOptions {
  static let command = Command(
    "qstyle transfer", "Paints CONTENT in the style of STYLE.",
    usage: "CONTENT STYLE -o OUT.png|.jpg", arguments: 2...2,
    groups: [
      OptionGroup(
        "Pictures",
        [
          Option("output", letter: "o", value: "FILE", "The picture to write, .png or .jpg."),
          Option("init", value: "START", "content (default), noise, or a picture to start from."),
        ] + pictures),
      optimisation,
      OptionGroup(
        "Network", [SharedOptions.weights, SharedOptions.precision, SharedOptions.pool]),
      memory,
      OptionGroup(
        "Reports",
        [
          Option("save-every", value: "N", "Also save OUT-000025.png and so on every N steps."),
          Option("log", value: "FILE", "Append a JSON line per step to FILE."),
          Option(
            "checkpoint", value: "FILE",
            "Keep the run in FILE; where FILE exists, go on from there, also to more --steps."),
          checkpointEvery,
        ]),
      SharedOptions.group,
    ])

  static let checkpointEvery = Option(
    "checkpoint-every", value: "N", "Steps between two checkpoints (default: 25).")

  static let pictures = [
    Option("size", value: "N", "Longer side of the result in pixels (default: 512)."),
    Option("upscale", "Enlarge a content picture that is smaller than --size."),
    Option("noise-ratio", value: "R", "Share of noise in --init noise (default: 0.6)."),
    Option("seed", value: "N", "Seed of the noise (default: 1)."),
  ]

  static let optimisation = OptionGroup(
    "Optimisation",
    [
      Option("steps", value: "N", "Steps (default: 200)."),
      Option("content-weight", value: "A", "Weight of the content cost (default: 10)."),
      Option("style-weight", value: "B", "Weight of the style cost (default: 40)."),
      Option(
        "content-layers", value: "LIST", "Layers as name[:weight],... (default: conv4_2)."),
      Option(
        "style-layers", value: "LIST",
        "Layers as name[:weight],... (default: conv1_1 ... conv5_1, 0.2 each)."),
      OptimizerOptions.optimizer, OptimizerOptions.state, OptimizerOptions.learningRate,
      OptimizerOptions.history, OptimizerOptions.unbounded,
      Option("preset", value: "NAME", "article: exactly the source article's settings."),
    ])

  static let memory = OptionGroup(
    "Memory",
    [
      Option(
        "memory", value: "SIZE",
        "Peak memory of the process that is never exceeded, as 64M or 1G (default: nine tenths of what is free)."
      ),
      SharedOptions.plan,
      Option("dry-run", "Print what would run and what it would take, and end."),
    ])

  enum Start {
    case content
    case noise
    case file(String)
  }

  let shared: SharedOptions
  let content: String
  let style: String
  let output: String
  let format: ImageFormat
  let size: Int
  let upscale: Bool
  let start: Start
  let noiseRatio: Float
  let seed: UInt64
  let steps: Int
  let optimizer: OptimizerSettings
  let settings: TransferSettings
  let weights: String?
  let precision: Precision?
  let pooling: Pooling
  let saveEvery: Int?
  let log: String?
  let checkpoint: String?
  let checkpointEvery: Int
  let memory: Int?
  let plan: MemoryPlan?
  let isDryRun: Bool

  init(_ arguments: ParsedArguments) throws(UsageError) {
    guard let output = arguments.text("output") else {
      throw UsageError("name the picture to write: -o result.png")
    }
    guard let format = ImageFormat(fileName: output) else {
      throw UsageError("'\(output)' ends neither in .png nor in .jpg; name the result so")
    }
    try self.init(arguments, output: output, format: format)
    guard checkpoint != nil || !arguments.has("checkpoint-every") else {
      throw UsageError("--checkpoint-every needs a file: --checkpoint FILE")
    }
    guard checkpoint != output, checkpoint == nil || checkpoint != log else {
      throw UsageError("--checkpoint names a file of the run's own; give it another name")
    }
  }

  /// The options of a run whose results are checked by the caller.
  init(
    _ arguments: ParsedArguments, output: String, format: ImageFormat,
    startsFromNoise: Bool = false
  ) throws(UsageError) {
    shared = try SharedOptions(arguments)
    content = arguments.positional[0]
    style = arguments.positional[1]
    self.output = output
    self.format = format
    let isArticle = try arguments.choice("preset", among: ["article"]) != nil
    if isArticle {
      let fixed = [
        "init", "noise-ratio", "learning-rate", "content-weight", "style-weight",
        "content-layers", "style-layers", "optimizer", "state", "history", "pool",
      ]
      for name in fixed where arguments.has(name) {
        throw UsageError("--\(name) is fixed by --preset article; leave out one of them")
      }
    }
    size = try arguments.integer("size", in: 16...16384) ?? 512
    upscale = arguments.has("upscale")
    switch arguments.text("init") {
    case nil: start = isArticle || startsFromNoise ? .noise : .content
    case "content": start = .content
    case "noise": start = .noise
    case .some(let path): start = .file(path)
    }
    noiseRatio = Float(try arguments.number("noise-ratio", in: 0...1) ?? 0.6)
    seed = UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1)
    steps = try arguments.integer("steps", in: 1...1_000_000) ?? 200
    optimizer = try OptimizerOptions.settings(arguments, steps: steps, isArticle: isArticle)
    var settings = TransferSettings()
    settings.contentWeight = try arguments.number("content-weight", in: 0...1e12) ?? 10
    settings.styleWeight = try arguments.number("style-weight", in: 0...1e12) ?? 40
    if let list = arguments.text("content-layers") {
      settings.contentLayers = try Self.layers(list, option: "content-layers", weight: 1)
    }
    if let list = arguments.text("style-layers") {
      settings.styleLayers = try Self.layers(list, option: "style-layers", weight: nil)
    }
    self.settings = settings
    weights = arguments.text("weights")
    precision = try Precision(arguments)
    pooling = try SharedOptions.pooling(arguments)
    saveEvery = try arguments.integer("save-every", in: 1...1_000_000) ?? (isArticle ? 25 : nil)
    log = arguments.text("log")
    checkpoint = arguments.text("checkpoint")
    let every = try arguments.integer("checkpoint-every", in: 1...1_000_000)
    checkpointEvery = every ?? 25
    memory = try arguments.bytes("memory")
    plan = try SharedOptions.plan(arguments)
    isDryRun = arguments.has("dry-run")
  }

  /// `name[:weight],...`; layers without a weight share 1, or get `weight`.
  private static func layers(
    _ list: String, option: String, weight: Double?
  ) throws(UsageError) -> [TransferSettings.LayerWeight] {
    let entries = list.split(separator: ",", omittingEmptySubsequences: false)
    var layers: [TransferSettings.LayerWeight] = []
    for entry in entries {
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 2, let name = parts.first, let layer = LayerName(name) else {
        throw UsageError("--\(option) knows conv1_1 ... conv5_4, not '\(entry)'")
      }
      guard !layers.contains(where: { $0.layer == layer }) else {
        throw UsageError("--\(option) names \(name) twice")
      }
      var value = weight ?? 1 / Double(entries.count)
      if parts.count == 2 {
        guard let number = parseNumber(parts[1]), number > 0, number <= 1000 else {
          throw UsageError(
            "--\(option) wants a weight above 0, at most 1000, after the colon, not '\(parts[1])'")
        }
        value = number
      }
      layers.append(TransferSettings.LayerWeight(layer: layer, weight: value))
    }
    return layers
  }
}
