internal import CommandOptions
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

/// What `qstyle transfer --dry-run` prints.
struct DryRun {
  private let options: TransferOptions
  private let transfer: PlannedTransfer
  private let planned: PlannedMemory

  init(_ options: TransferOptions, _ transfer: PlannedTransfer, _ planned: PlannedMemory) {
    self.options = options
    self.transfer = transfer
    self.planned = planned
  }

  /// Share of the multiply-accumulate peak that a resident step reaches.
  private static let efficiency = 0.8

  /// Measures how fast this machine multiplies, and tells what a step would take at that rate.
  func report(_ pool: WorkerPool) {
    let size = transfer.resultSize
    let peak = MultiplyAccumulatePeak.measure(
      options.shared.kernels, isFloat: transfer.precision == .float32, pool: pool)
    let work = transfer.network.multiplyAccumulates(
      through: options.settings.deepest, width: size.width, height: size.height)
    let seconds = Double(work) / (peak * Self.efficiency) * planned.forwardPasses
    if options.shared.isJSON {
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
          + "\(Format.bytes(planned.bytes)); \(options.steps) steps of about "
          + "\(Format.general(1000 * seconds, digits: 2)) ms, "
          + "\(Format.duration(seconds * Double(options.steps))) in all\n")
    }
  }
}
