internal import CommandOptions
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// `qstyle plan`: the ways to run a transfer, and what each takes.
struct PlanCommand {
  static let command = Command(
    "qstyle plan", "Lists the memory plans for a picture: the same result in less memory.",
    usage: "CONTENT|WxH [STYLE|WxH] [--memory SIZE]", arguments: 1...2,
    groups: [
      OptionGroup(
        "Run",
        [
          Option(
            "memory", value: "SIZE",
            "The limit that transfer would be given (default: nine tenths of what is free)."),
          Option("size", value: "N", "Longer side of the result (default: 512, or as in WxH)."),
          Option("upscale", "Enlarge a content picture that is smaller than --size."),
          SharedOptions.precision,
          SharedOptions.pool, OptimizerOptions.optimizer, OptimizerOptions.state,
          OptimizerOptions.history,
        ]),
      SharedOptions.group,
    ])

  /// A picture's size, from its header or as it was typed.
  private struct Picture {
    let size: ImageSize
    var reader: ImageReader?

    init(_ text: String) throws(Failure) {
      if let size = Self.typed(text) {
        self.size = size
      } else {
        let file = try PictureFile(text)
        size = file.reader.info.size
        reader = file.reader
      }
    }

    /// WIDTHxHEIGHT.
    static func typed(_ text: String) -> ImageSize? {
      let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard sides.count == 2, sides.allSatisfy({ (16...16384).contains($0) }) else { return nil }
      return ImageSize(width: sides[0], height: sides[1])
    }
  }

  private let shared: SharedOptions
  private let content: String
  private let style: String
  private let size: Int?
  private let upscale: Bool
  private let memory: Int?
  private let optimizer: OptimizerSettings
  private let precision: Precision
  private let pooling: Pooling

  init(_ arguments: ParsedArguments) throws(UsageError) {
    shared = try SharedOptions(arguments)
    content = arguments.positional[0]
    // Without a style, one of the same size.
    style = arguments.positional.last ?? content
    size = try arguments.integer("size", in: 16...16384)
    upscale = arguments.has("upscale")
    memory = try arguments.bytes("memory")
    precision = try Precision(arguments) ?? .int8
    optimizer = try OptimizerOptions.settings(arguments, steps: .max)
    pooling = try SharedOptions.pooling(arguments)
  }

  func run() throws(Failure) -> ExitCode {
    let content = try Picture(self.content)
    let style = try Picture(self.style)
    let typed = content.reader == nil ? max(content.size.width, content.size.height) : nil
    let transfer = PlannedTransfer(
      network: .vgg19, content: content.reader, style: style.reader, contentSize: content.size,
      styleSize: style.size, longerSide: size ?? typed ?? 512, upscale: upscale,
      settings: TransferSettings(), optimizer: optimizer, pooling: pooling, precision: precision,
      threads: shared.threads, instructionSet: shared.kernels.instructionSet)
    let limit = memory ?? PlannedTransfer.availableBytes
    let plans = transfer.plans()
    let chosen = plans.firstIndex { $0.bytes <= limit }
    report(transfer, plans, chosen: chosen)
    if chosen == nil { _ = try transfer.choose(nil, limit: limit) }
    return .done
  }

  private func report(_ transfer: PlannedTransfer, _ plans: [PlannedMemory], chosen: Int?) {
    if shared.isJSON {
      var document = JSONObject()
      document.add(
        "plans",
        plans.enumerated().map { index, planned in
          var entry = JSONObject()
          entry.add("name", planned.plan.name)
          entry.add("peak_bytes", planned.bytes)
          entry.add("relative_time", planned.relativeTime)
          entry.add("chosen", index == chosen)
          return entry
        })
      Console.print(document.text + "\n")
      return
    }
    let size = transfer.resultSize
    var text = "\(size.width)x\(size.height), \(shared.threads) threads\n"
    for (index, planned) in plans.enumerated() {
      text += index == chosen ? "* " : "  "
      text += Format.padded(planned.plan.name, 24)
      text += Format.aligned(Format.bytes(planned.bytes), 10)
      text += Format.aligned(Format.fixed(planned.relativeTime, digits: 2), 8) + " x time\n"
    }
    Console.print(text)
  }
}
