internal import CommandOptions
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

/// What a check of the arithmetic and a ranking of layers by gradients would take.
struct CheckPlan {
  private let title: String
  private let name: String
  private let bytes: Int
  private let size: ImageSize

  /// Tells what they take that a comparison makes, as `DryRun` tells of a transfer.
  ///
  /// - Throws: where the limit is too small.
  static func report(
    _ options: CompareOptions, _ runs: ComparedRuns, limit: MemoryLimit
  ) throws(Failure) {
    let run = runs.quantized[0].first
    try CheckPlan(try options.transfer(run, limit: limit.bytes)).report(options.shared)
    guard options.ranksLayers else { return }
    let ranking = try options.ranking(run, limit: limit.bytes)
    try CheckPlan(ranking: ranking, limit).report(options.shared)
  }

  private init(_ transfer: Transfer) throws(Failure) {
    title = "checking the arithmetic"
    let plan = try Failure.from { () throws(TransferError) in
      try transfer.chooseArithmeticPlan()
    }
    name = MemoryPlan(network: plan, copies: .forward).name
    bytes = transfer.arithmeticBytes(plan)
    size = transfer.resultSize
  }

  private init(ranking transfer: Transfer, _ limit: MemoryLimit) throws(Failure) {
    title = "ranking the layers"
    let planned = try Failure.from { () throws(TransferError) in
      try transfer.choosePlan(within: limit)
    }
    name = planned.plan.name
    bytes = planned.bytes
    size = transfer.resultSize
  }

  private func report(_ options: SharedOptions) {
    if options.isJSON {
      var result = JSONObject()
      result.add("plan", name)
      result.add("predicted_peak_bytes", bytes)
      result.add("width", size.width)
      result.add("height", size.height)
      Console.print(result.text + "\n")
    } else {
      Console.print(
        "\(title), \(size.width)x\(size.height), plan \(name): peak memory "
          + "\(Format.bytes(bytes))\n")
    }
  }
}
