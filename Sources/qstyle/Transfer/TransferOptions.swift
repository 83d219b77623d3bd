internal import CSystem
internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// The part of a command line that describes a transfer.
struct TransferOptions {
  static let pictures = [
    Option(
      "init", value: "START|FILE", words: ["content", "noise"],
      "content (default), noise, or a picture to start from."),
    Option("size", value: "N", "Longer side of the result in pixels (default: 512)."),
    Option("upscale", "Enlarge a content picture that is smaller than --size."),
    ColorOptions.colors,
    Option("noise-ratio", value: "R", "Share of noise in --init noise (default: 0.6)."),
    Option("seed", value: "N", "Seed of the noise (default: 1)."),
  ]

  private static let presets: [Balance] = [.gatys, .johnson, .article]

  /// What is compared, and where.
  static let terms = [
    Option(
      "content-layers", value: "LIST", "Layers as name[:weight],... (default: conv4_2)."),
    Option(
      "style-layers", value: "LIST",
      "Layers as name[:weight],... (default: conv1_1 ... conv5_1; without a weight, a layer has 1200 / channels^2, or that of --preset)."
    ),
    StyleLossOption.option,
    Option(
      "smooth", value: "W",
      "Weight of the mean squared difference of neighbouring pixels (default: 0, none)."),
    Option(
      "normalize-gradients",
      "Divide each layer's gradient by its size, so that its weight alone says how much it counts; layers without a weight have 10."
    ),
  ]

  static let optimisation = OptionGroup(
    "Optimisation",
    [
      ScaleOptions.scales, ScaleOptions.steps,
      Option(
        "strength", value: "S",
        "Style against content: 2 for more style, 0.5 for less (default: 1); multiplies the style's weight."
      ),
      Option(
        "preset", value: "NAME", words: presets.map { $0.rawValue },
        "gatys or johnson: the balance of style and content of these programs, with 8.3 times and a sixth of the default's style; article: exactly the source article's settings."
      ),
      Option("content-weight", value: "A", "Weight of the content cost (default: 10)."),
      Option("style-weight", value: "B", "Weight of the style cost (default: 1)."),
    ] + terms + [
      OptimizerOptions.optimizer, OptimizerOptions.state, OptimizerOptions.learningRate,
      OptimizerOptions.history, OptimizerOptions.unbounded, StopRule.option,
    ])

  static let memorySize = Option(
    "memory", value: "SIZE",
    "Peak memory of the process that is never exceeded, as 64M or 1G (default: nine tenths of what is free, to the machine and to the control groups of the process). ulimit -v and -d count always."
  )

  static let memory = OptionGroup(
    "Memory",
    [
      memorySize, SharedOptions.plan, SharedOptions.spill, dryRun,
    ])

  static let dryRun = Option(
    "dry-run", "Print what would run and what it would take, and end.")

  static let checkpointEvery = Option(
    "checkpoint-every", value: "N", "Steps between two checkpoints (default: 25).")

  /// Steps between two checkpoints.
  static func checkpointEvery(_ arguments: ParsedArguments) throws(UsageError) -> Int {
    try arguments.integer("checkpoint-every", in: 1...1_000_000) ?? 25
  }

  /// The image before the first step; `Transfer.Start` once its picture is open.
  private enum Start {
    case content
    case noise
    case file(FilePath)
  }

  let shared: SharedOptions
  let content: FilePath
  let styles: [StyleOptions.Entry]
  let regions: RegionOptions
  let scales: ScaleOptions
  /// Seed of the noise.
  let seed: UInt64
  let isArticle: Bool
  let isDryRun: Bool
  /// The longer side that was asked for; nil where none was.
  let size: Int?
  /// Options of noise that were given.
  private let noiseOptions: [String]
  private let upscale: Bool
  private let start: Start
  let noiseRatio: Float
  let colors: Transfer.Colors
  let settings: TransferSettings
  let stop: StopRule?
  private let optimizer: OptimizerSettings
  private let pooling: Pooling
  private let memory: Int?
  private let plan: MemoryPlan?
  private let spill: FilePath?
  /// Whether a picture is a pipe, which can be read only once.
  private var readsPipe = false

  /// The options that --preset article fixes.
  private static let fixed = [
    "init", "noise-ratio", "learning-rate", "strength", "content-weight", "style-weight",
    "content-layers", "style-layers", "style-loss", "normalize-gradients", "smooth",
    "optimizer", "state", "history", "pool", "colors", "scales",
  ]

  init(_ arguments: ParsedArguments) throws(UsageError) {
    shared = try SharedOptions(arguments)
    content = arguments.positional[0]
    styles = try StyleOptions(arguments).entries
    regions = try RegionOptions(arguments, styles: styles.count)
    let balance =
      try arguments.choice("preset", of: Self.presets) ?? .standard
    isArticle = balance == .article
    if isArticle {
      for name in Self.fixed where arguments.has(name) {
        throw UsageError("--\(name) is fixed by --preset article; leave out one of them")
      }
    }
    scales = try ScaleOptions(arguments)
    size = try scales.size(arguments)
    upscale = arguments.has("upscale")
    switch arguments.path("init") {
    case nil, "content": start = .content
    case "noise": start = .noise
    case .some(let path):
      try Self.checkStart(path)
      start = .file(path)
    }
    colors = try ColorOptions.colors(arguments)
    noiseRatio = Float(try arguments.number("noise-ratio", in: 0...1) ?? 0.6)
    seed = UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1)
    var optimizer = Transfer.defaultOptimizer
    try OptimizerOptions.apply(arguments, to: &optimizer)
    self.optimizer = optimizer
    settings = try Self.settings(arguments, balance)
    stop = try StopRule(arguments)
    pooling = try SharedOptions.pooling(arguments)
    memory = try arguments.bytes("memory")
    plan = try SharedOptions.plan(arguments)
    spill = arguments.path("spill")
    isDryRun = arguments.has(Self.dryRun.name)
    noiseOptions = ["noise-ratio", "seed"].filter { arguments.has($0) }.map { "--" + $0 }
    readsPipe = inputs.contains { FileIdentity($0.path)?.kind == .pipe }
  }

  /// Whether the transfer has one scale unless others are asked for.
  private func isSingle(_ transfer: Transfer) -> Bool {
    var isPicture = false
    if case .file = start { isPicture = true }
    return isArticle || isPicture || readsPipe || transfer.styles.contains { $0.picture == nil }
  }

  /// Sentences on what was asked for and can not be had, or is not as it mostly is.
  func remarks(on transfer: Transfer) -> [String] {
    let scale = scales.remark(on: transfer, readsPipe: readsPipe)
    return transfer.remarks(size: size) + (scale.map { [$0] } ?? [])
  }

  /// A word that is neither a start nor the path of anything.
  private static func checkStart(_ word: FilePath) throws(UsageError) {
    let isWord = word.bytes.allSatisfy { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "/") }
    guard isWord, unsafe word.withCString({ unsafe access($0, F_OK) != 0 }) else { return }
    throw UsageError(
      "--init is content, noise, or the path of a picture, and there is no file '\(word)'"
        + Hint.meant(word.description, ["content", "noise"]))
  }

  /// A sentence on the options that were given and change nothing; none where all do.
  var uselessOptions: [String] {
    guard !startsFromNoise, !noiseOptions.isEmpty else { return [] }
    let verb = noiseOptions.count == 1 ? "has" : "have"
    return ["\(noiseOptions.joined(separator: " and ")) \(verb) no effect without --init noise"]
  }

  /// The pictures that are read, and what messages call them.
  var inputs: [(name: String, path: FilePath)] {
    var inputs: [(name: String, path: FilePath)] = [(name: "the content", path: content)]
    for style in styles { inputs.append((name: "a style", path: style.path)) }
    if case .file(let path) = start { inputs.append((name: "--init", path: path)) }
    return inputs
  }

  /// Adds the pictures that are read.
  func addInputs(to files: inout NamedFiles) throws(UsageError) {
    for input in inputs { try files.input(input.path, input.name) }
    try regions.addInputs(to: &files)
  }

  /// Whether the first image has noise in it.
  var startsFromNoise: Bool {
    if case .noise = start { return true }
    return isArticle
  }

  /// The plan of --plan; nil where the fastest that fits is taken.
  var planName: String? { plan?.name }

  /// The word of --init, or the path of the picture.
  var startName: String {
    if case .file(let path) = start { return path.description }
    return startsFromNoise ? "noise" : "content"
  }

  /// The transfer with a network; the pictures' headers are read.
  func transfer(_ weights: Weights) throws(Failure) -> Transfer {
    var transfer = try Failure.from { () throws(TransferError) in
      let content = try Picture(path: content)
      var opened: [Style] = []
      for entry in styles { opened.append(try entry.open()) }
      var transfer = Transfer(content: content, styles: opened, weights: weights)
      try regions.apply(to: &transfer)
      switch start {
      case .content: transfer.start = .content
      case .noise: transfer.start = .noise(ratio: noiseRatio, seed: seed)
      case .file(let path): transfer.start = .picture(try Picture(path: path))
      }
      transfer.longerSide = size ?? transfer.longerSide
      transfer.upscale = upscale
      transfer.colors = colors
      transfer.settings = settings
      transfer.optimizer = optimizer
      transfer.pooling = pooling
      transfer.stop = stop
      transfer.threads = shared.threads
      transfer.instructionSet = shared.instructionSet
      transfer.memory = memory
      transfer.plan = plan
      transfer.spill = spill
      if isArticle { transfer.useArticle(seed: seed) }
      return transfer
    }
    try scales.apply(to: &transfer, isSingle: isSingle(transfer))
    try Failure.from { () throws(TransferError) in try transfer.check() }
    return transfer
  }

  /// The weight of a style's layer whose gradient is normalised.
  private static let normalizedWeight = 10.0

  /// The cost of a command line.
  static func settings(
    _ arguments: ParsedArguments, _ balance: Balance = .standard
  ) throws(UsageError) -> TransferSettings {
    var settings = TransferSettings(balance)
    var weight = balance.weight
    if arguments.has("normalize-gradients") {
      guard balance == .standard else {
        throw UsageError("--normalize-gradients and --preset are other balances; leave out one")
      }
      settings.normalizesGradients = true
      weight = { _, _ in normalizedWeight }
      settings.styleLayers = TransferSettings.styleLayers.map {
        .init(layer: $0, weight: normalizedWeight)
      }
    }
    if let weight = try arguments.number("content-weight", in: 0...1e12) {
      settings.contentWeight = weight
    }
    if let weight = try arguments.number("style-weight", in: 0...1e12) {
      settings.styleWeight = weight
    }
    settings.styleWeight *= try arguments.number("strength", in: 1e-6...1e6) ?? 1
    if let list = arguments.text("content-layers") {
      settings.contentLayers = try layers(list, option: "content-layers") { _, _ in 1 }
    }
    if let list = arguments.text("style-layers") {
      settings.styleLayers = try layers(list, option: "style-layers", weight: weight)
    }
    settings.styleLoss = try StyleLossOption.styleLoss(arguments)
    settings.smoothness = try arguments.number("smooth", in: 0...1e12) ?? 0
    guard settings.contentWeight + settings.styleWeight + settings.smoothness > 0 else {
      throw UsageError(
        "--content-weight and --style-weight are both 0, and nothing is left to paint by")
    }
    return settings
  }

  /// `name[:weight],...`; `weight` gives that of a layer without one, among so many.
  private static func layers(
    _ list: String, option: String, weight: (LayerName, Int) -> Double
  ) throws(UsageError) -> [TransferSettings.LayerWeight] {
    let entries = list.split(separator: ",", omittingEmptySubsequences: false)
    var layers: [TransferSettings.LayerWeight] = []
    for entry in entries {
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 2, let name = parts.first else {
        throw UsageError("--\(option) knows conv1_1 ... conv5_4, not '\(entry)'")
      }
      let layer = try LayerName(typed: name, option: option)
      guard !layers.contains(where: { $0.layer == layer }) else {
        throw UsageError("--\(option) names \(name) twice")
      }
      var value = weight(layer, entries.count)
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
