internal import CommandOptions
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

/// What a check of the arithmetic would take.
struct CheckPlan {
  private let name: String
  private let bytes: Int
  private let size: ImageSize

  /// Plans a check of `transfer`'s weights.
  ///
  /// - Throws: where the transfer's limit is too small.
  init(_ transfer: Transfer) throws(Failure) {
    let plan = try Failure.from { () throws(TransferError) in
      try transfer.chooseArithmeticPlan()
    }
    name = MemoryPlan(network: plan, copies: .forward).name
    bytes = transfer.arithmeticBytes(plan)
    size = transfer.resultSize
  }

  /// Tells it, as `DryRun` tells of a transfer.
  func report(isJSON: Bool) {
    if isJSON {
      var result = JSONObject()
      result.add("plan", name)
      result.add("predicted_peak_bytes", bytes)
      result.add("width", size.width)
      result.add("height", size.height)
      Console.print(result.text + "\n")
    } else {
      Console.print(
        "checking the arithmetic, \(size.width)x\(size.height), plan \(name): peak memory "
          + "\(Format.bytes(bytes))\n")
    }
  }
}
