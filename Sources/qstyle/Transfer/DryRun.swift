internal import CommandOptions
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

/// The output of `qstyle transfer --dry-run`.
struct DryRun {
  private let transfer: Transfer
  private let planned: PlannedMemory
  private let isJSON: Bool

  init(_ transfer: Transfer, _ planned: PlannedMemory, isJSON: Bool) {
    self.transfer = transfer
    self.planned = planned
    self.isJSON = isJSON
  }

  /// Share of the multiply-accumulate peak that a resident step reaches.
  private static let efficiency = 0.8

  /// Measures how fast this machine multiplies, and tells what a step would take at that rate.
  func report() {
    let size = transfer.resultSize
    let peak = MultiplyAccumulatePeak.measure(
      KernelTable(transfer.instructionSet), isFloat: transfer.precision == .float32,
      pool: WorkerPool(threads: transfer.threads))
    let work = transfer.network.multiplyAccumulates(
      through: transfer.settings.deepest, width: size.width, height: size.height)
    let seconds = Double(work) / (peak * Self.efficiency) * planned.forwardPasses
    if isJSON {
      var result = JSONObject()
      result.add("plan", planned.plan.name)
      result.add("predicted_peak_bytes", planned.bytes)
      result.add("predicted_step_ms", 1000 * seconds)
      result.add("width", size.width)
      result.add("height", size.height)
      Console.print(result.text + "\n")
    } else {
      Console.print(
        "\(size.width)x\(size.height), plan \(planned.plan.name): peak memory "
          + "\(Format.bytes(planned.bytes)); \(transfer.steps) steps of about "
          + "\(Format.general(1000 * seconds, digits: 2)) ms, "
          + "\(Format.duration(seconds * Double(transfer.steps))) in all\n")
    }
  }
}
