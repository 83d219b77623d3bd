internal import CommandOptions
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

/// How fast this machine multiplies, measured once for each arithmetic that is asked for.
final class MultiplicationPeaks {
  private let kernels: KernelTable
  private let pool: WorkerPool
  private var found: [(precision: Precision, peak: Double)] = []

  /// For runs on these kernels and threads.
  init(_ options: SharedOptions) {
    kernels = KernelTable(options.instructionSet)
    pool = WorkerPool(threads: options.threads)
  }

  /// Multiply-accumulates per second.
  func of(_ precision: Precision) -> Double {
    if let known = found.first(where: { $0.precision == precision }) { return known.peak }
    let peak = MultiplyAccumulatePeak.measure(
      kernels, isFloat: precision == .float32, pool: pool)
    found.append((precision, peak))
    return peak
  }
}

/// The output of `qstyle transfer --dry-run`.
struct DryRun {
  private let transfer: Transfer
  private let planned: PlannedMemory
  private let bytes: Int
  private let disk: DiskRate?

  /// Seconds of a step of the last scale at the rate at which this machine multiplies.
  private let stepSeconds: Double

  /// Predicts a run.
  ///
  /// - Parameters:
  ///   - transfer: what would run.
  ///   - planned: its plan.
  ///   - peaks: how fast this machine multiplies.
  ///   - left: bytes that earlier runs of the same process leave behind.
  ///   - disk: of the run's state; nil where it was not measured.
  init(
    _ transfer: Transfer, _ planned: PlannedMemory, _ peaks: MultiplicationPeaks, left: Int = 0,
    disk: DiskRate? = nil
  ) {
    self.disk = disk
    bytes = planned.bytes + left
    self.transfer = transfer
    self.planned = planned
    var passSeconds = planned.forwardPasses / peaks.of(transfer.precision)
    if planned.floatPasses > 0 { passSeconds += planned.floatPasses / peaks.of(.float32) }
    stepSeconds = Double(transfer.stepWork) / Self.efficiency * passSeconds
  }

  /// Share of the multiply-accumulate peak that a resident step reaches.
  private static let efficiency = 0.8

  /// Seconds of all steps.
  var seconds: Double {
    stepSeconds * Double(transfer.steps) / (planned.scales.last?.timeShare ?? 1)
  }

  /// Tells what the transfer would take; as text, after a few words on what it is.
  func report(_ title: String = "", isJSON: Bool) {
    if isJSON {
      var result = JSONObject()
      add(to: &result)
      Console.print(result.text + "\n")
    } else {
      let spill = planned.spill.map { $0.line(disk) + "\n" }
      Console.print(title + text + "\n" + planned.scaleLines + (spill ?? ""))
    }
  }

  /// Adds plan, predicted memory and time, and sizes.
  func add(to document: inout JSONObject) {
    let size = transfer.resultSize
    document.add("plan", planned.plan.name)
    document.add("predicted_peak_bytes", bytes)
    document.add("predicted_step_ms", 1000 * stepSeconds)
    document.add("width", size.width)
    document.add("height", size.height)
    if let spill = planned.spill {
      document.add("spill", spill.json)
      if let disk { document.add("disk", disk.json(spill)) }
    }
    document.add("scales", planned.scales.map { $0.json })
  }

  /// The same on one line.
  var text: String {
    "\(transfer.resultSize.text), plan \(planned.plan.name): peak memory \(Format.bytes(bytes)); "
      + "\(transfer.stop == nil ? "" : "at most ")\(Format.count(transfer.steps, "step")) of about "
      + "\(Format.shortDuration(stepSeconds)), \(Format.shortDuration(seconds)) in all"
  }
}
