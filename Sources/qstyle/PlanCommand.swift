internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// `qstyle plan`: the ways to run a transfer, and what each takes.
struct PlanCommand {
  static let command = Command(
    "qstyle plan", "Lists the memory plans for a picture: the same result in less memory.",
    usage: "CONTENT|WxH [STYLE|WxH]... [--memory SIZE] [--spill DIR]",
    arguments: StyleOptions.arguments,
    groups: [
      OptionGroup(
        "Run",
        [
          Option(
            "memory", value: "SIZE",
            "The limit that transfer would be given, with the same default; 'plan' prints it."),
          SharedOptions.spill,
          Option("size", value: "N", "Longer side of the result (default: 512, or as in WxH)."),
          Option("upscale", "Enlarge a content picture that is smaller than --size."),
          ScaleOptions.scales, ScaleOptions.steps, ColorOptions.colors,
          Option(
            "weights", value: "FILE",
            "Weights whose network and arithmetic are planned (default: VGG-19 in int8)."),
          SharedOptions.precision, FloatLayersOptions.layers, SharedOptions.pool,
          OptimizerOptions.optimizer,
          OptimizerOptions.state, OptimizerOptions.history,
          Option("verbose", "What the chosen plan has in memory during steps, layer by layer."),
        ] + StyleOptions.options + TransferOptions.terms),
      RegionOptions.group, SharedOptions.group,
    ])

  /// A picture as it was typed.
  private struct Typed {
    let path: FilePath
    /// Where a size stands in place of a file.
    let size: ImageSize?

    init(_ word: FilePath) throws(UsageError) {
      path = word
      size = try ImageSize(typed: word.description)
    }

    func picture() throws(TransferError) -> Picture {
      if let size { return Picture(blank: size) }
      return try Picture(path: path)
    }

    func style(_ entry: StyleOptions.Entry) throws(TransferError) -> Style {
      if let size { return entry.style(Picture(blank: size)) }
      return try entry.open()
    }
  }

  private let shared: SharedOptions
  private let content: Typed
  /// One like the content where none was typed.
  private let styles: [(typed: Typed, entry: StyleOptions.Entry)]
  private let regions: RegionOptions
  private let scales: ScaleOptions
  private let size: Int?
  private let upscale: Bool
  private let colors: Transfer.Colors
  private let settings: TransferSettings
  private let memory: Int?
  private let spill: FilePath?
  private let optimizer: OptimizerSettings
  private let precision: Precision?
  private let floatLayers: FloatLayersOptions
  private let weights: FilePath?
  private let pooling: Pooling
  private let isVerbose: Bool

  init(_ arguments: ParsedArguments) throws(UsageError) {
    shared = try SharedOptions(arguments)
    let pictures = arguments.positional
    content = try Typed(pictures[0])
    var styles: [(typed: Typed, entry: StyleOptions.Entry)] = []
    for entry in try StyleOptions(arguments, standIn: pictures[0]).entries {
      styles.append((try Typed(entry.path), entry))
    }
    self.styles = styles
    regions = try RegionOptions(arguments, styles: styles.count)
    scales = try ScaleOptions(arguments)
    size = try scales.size(arguments)
    upscale = arguments.has("upscale")
    colors = try ColorOptions.colors(arguments)
    settings = try TransferOptions.settings(arguments)
    memory = try arguments.bytes("memory")
    spill = arguments.path("spill")
    precision = try Precision(arguments)
    floatLayers = try FloatLayersOptions(arguments)
    try floatLayers.check(precision)
    weights = arguments.path("weights")
    var optimizer = Transfer.defaultOptimizer
    try OptimizerOptions.apply(arguments, to: &optimizer)
    self.optimizer = optimizer
    pooling = try SharedOptions.pooling(arguments)
    isVerbose = arguments.has("verbose")
  }

  func run() throws(Failure) -> ExitCode {
    var transfer = try Failure.from { () throws(TransferError) in try self.transfer() }
    let isSingle = transfer.styles.contains { $0.picture == nil }
    try scales.apply(to: &transfer, isSingle: isSingle)
    try Failure.from { () throws(TransferError) in
      // What is free is asked once.
      let limit = transfer.limit
      let plans = try transfer.plans()
      let chosen = plans.firstIndex { $0.bytes <= limit.bytes }
      let shown = plans[chosen ?? plans.count - 1]
      report(
        transfer, plans, limit, chosen: chosen,
        disk: chosen == nil || shown.spill == nil ? nil : try transfer.measureSpillDisk(),
        details: isVerbose ? try transfer.stepMemory(shown.plan) : nil)
      if chosen == nil { _ = try transfer.choosePlan(within: limit) }
      shared.warn(transfer.remarks(size: size))
    }
    return .done
  }

  private func transfer() throws(TransferError) -> Transfer {
    let (network, held) = try planned()
    let picture = try content.picture()
    var opened: [Style] = []
    for (typed, entry) in styles {
      // The content's file may be a pipe, which opens once.
      let isContent = typed.path == content.path
      opened.append(isContent ? entry.style(picture) : try typed.style(entry))
    }
    var transfer = Transfer(
      content: picture, styles: opened, network: network, precision: held)
    try regions.apply(to: &transfer)
    let typed = content.size.map { max($0.width, $0.height) }
    transfer.longerSide = size ?? typed ?? 512
    transfer.upscale = upscale
    transfer.colors = colors
    transfer.settings = settings
    transfer.pooling = pooling
    transfer.floatLayers = floatLayers.layers
    transfer.optimizer = optimizer
    transfer.threads = shared.threads
    transfer.instructionSet = shared.instructionSet
    transfer.memory = memory
    transfer.spill = spill
    return transfer
  }

  /// The network and the arithmetic that are planned for.
  private func planned() throws(TransferError) -> (NetworkTable, Precision) {
    guard let weights else { return (.vgg19, precision ?? .int8) }
    let found = try Weights.find(weights, precision: precision)
    return (found.network, found.precision)
  }

  private func report(
    _ transfer: Transfer, _ plans: [PlannedMemory], _ limit: MemoryLimit, chosen: Int?,
    disk: DiskRate?, details: StepMemory?
  ) {
    let shown = plans[chosen ?? plans.count - 1]
    let reason = limit.reason ?? "--memory"
    if shared.isJSON {
      var document = JSONObject()
      document.add("limit_bytes", limit.bytes)
      document.add("limit_reason", reason)
      document.add(
        "plans",
        plans.enumerated().map { index, planned in
          var entry = JSONObject()
          entry.add("name", planned.plan.name)
          entry.add("peak_bytes", planned.bytes)
          entry.add("relative_time", planned.relativeTime)
          entry.add("chosen", index == chosen)
          if let spill = planned.spill { entry.add("spill", spill.json) }
          return entry
        })
      if let disk, let spill = shown.spill { document.add("disk", disk.json(spill)) }
      document.add("scales", shown.scales.map { $0.json })
      if let details { document.add("steps", details.json) }
      Console.print(document.text + "\n")
      return
    }
    let size = transfer.resultSize
    var text =
      "\(size.width)x\(size.height), \(Format.count(shared.threads, "thread")), "
      + "at most \(Format.bytes(limit.bytes)) (\(reason))\n"
    let longest = plans.reduce(0) { max($0, $1.plan.name.utf8.count) }
    for (index, planned) in plans.enumerated() {
      text += index == chosen ? "* " : "  "
      text += Format.padded(planned.plan.name, transfer.spill == nil ? max(24, longest + 1) : 30)
      text += Format.aligned(Format.bytes(planned.bytes), 10)
      text += Format.aligned(Format.fixed(planned.relativeTime, digits: 2), 8) + " x time\n"
      if let spill = planned.spill {
        text += "    " + spill.line(planned.plan.name == shown.plan.name ? disk : nil) + "\n"
      }
    }
    Console.print(text + shown.scaleLines + (details?.table(shown.plan.name) ?? ""))
  }
}
