internal import CommandOptions
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

/// The output of `qstyle transfer --dry-run`.
struct DryRun {
  private let transfer: Transfer
  private let planned: PlannedMemory
  private let bytes: Int
  private let isJSON: Bool

  /// Seconds of a step of the last scale at the rate at which this machine multiplies.
  private let stepSeconds: Double

  /// Measures how fast this machine multiplies.
  ///
  /// - Parameters:
  ///   - transfer: what would run.
  ///   - planned: its plan.
  ///   - left: bytes that earlier runs of the same process leave behind.
  ///   - isJSON: whether it is told as JSON.
  init(_ transfer: Transfer, _ planned: PlannedMemory, left: Int = 0, isJSON: Bool) {
    bytes = planned.bytes + left
    self.transfer = transfer
    self.planned = planned
    self.isJSON = isJSON
    let pool = WorkerPool(threads: transfer.threads)
    func peak(isFloat: Bool) -> Double {
      MultiplyAccumulatePeak.measure(
        KernelTable(transfer.instructionSet), isFloat: isFloat, pool: pool)
    }
    var passSeconds = planned.forwardPasses / peak(isFloat: transfer.precision == .float32)
    if planned.floatPasses > 0 { passSeconds += planned.floatPasses / peak(isFloat: true) }
    stepSeconds = Double(transfer.stepWork) / Self.efficiency * passSeconds
  }

  /// Share of the multiply-accumulate peak that a resident step reaches.
  private static let efficiency = 0.8

  /// Seconds of all steps.
  var seconds: Double {
    stepSeconds * Double(transfer.steps) / (planned.scales.last?.timeShare ?? 1)
  }

  /// Tells what the transfer would take; as text, after a few words on what it is.
  func report(_ title: String = "") {
    let size = transfer.resultSize
    if isJSON {
      var result = JSONObject()
      result.add("plan", planned.plan.name)
      result.add("predicted_peak_bytes", bytes)
      result.add("predicted_step_ms", 1000 * stepSeconds)
      result.add("width", size.width)
      result.add("height", size.height)
      result.add("scales", planned.scales.map { $0.json })
      Console.print(result.text + "\n")
    } else {
      Console.print(
        "\(title)\(size.width)x\(size.height), plan \(planned.plan.name): peak memory "
          + "\(Format.bytes(bytes)); \(transfer.stop == nil ? "" : "at most ")\(Format.count(transfer.steps, "step")) of about "
          + "\(Format.shortDuration(stepSeconds)), \(Format.shortDuration(seconds)) in all\n"
          + planned.scaleLines)
    }
  }
}
