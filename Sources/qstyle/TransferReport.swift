internal import CommandOptions
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// What a transfer tells while it runs and when it is done.
struct TransferReport {
  private let options: TransferOptions
  private let transfer: PlannedTransfer
  private let plan: MemoryPlan
  private let isa: InstructionSet
  private var line: ProgressLine
  private var stepSeconds = 0.0
  /// Steps that were done before.
  private var first = 0

  init(
    _ options: TransferOptions, _ transfer: PlannedTransfer, plan: MemoryPlan, isa: InstructionSet
  ) {
    self.options = options
    self.transfer = transfer
    self.plan = plan
    self.isa = isa
    line = ProgressLine(isQuiet: options.shared.isQuiet)
  }

  /// Steps between plain progress lines where stderr is no terminal; the article's interval.
  private static let plainInterval = 25

  mutating func didStep(_ step: Int, _ losses: LossValues, seconds: Double) throws(Failure) {
    stepSeconds += seconds
    let isPlain = !options.shared.isQuiet && (step - 1) % Self.plainInterval == 0
    if line.isVisible || isPlain {
      let text = status(step, losses)
      line.draw(text)
      if isPlain {
        line.erase()
        Console.note(text + "\n")
      }
    }
    if let path = options.log {
      try StepLog(path: path).append(step, losses, seconds: seconds)
    }
  }

  /// Tells that the run goes on from a checkpoint.
  mutating func resume(at step: Int) throws(Failure) {
    first = step
    if !options.shared.isQuiet { Console.note("resumed at step \(step)\n") }
    if let path = options.log { try StepLog(path: path).cut(after: step) }
  }

  /// Step, costs, time left and memory on one line.
  private func status(_ step: Int, _ losses: LossValues) -> String {
    let costs = [("total", losses.total), ("content", losses.content), ("style", losses.style)]
      .map { "\($0.0) \(Format.general($0.1, digits: 5))" }.joined(separator: "  ")
    let left = Format.duration(
      line.remaining(done: step - first, of: options.steps - first))
    return "step \(step)/\(options.steps)  \(costs)  \(left) left  "
      + Format.bytes(Console.peakBytes)
  }

  /// SHA-256 of the picture's `[height][width][3]` values.
  private func hash(_ image: UnsafeBufferPointer<Float>) -> String {
    guard transfer.isTransposed else { return SHA256.digest(UnsafeRawBufferPointer(image)) }
    let size = transfer.resultSize
    var hash = SHA256()
    for y in 0..<size.height {
      for x in 0..<size.width {
        let pixel = 3 * (x * size.height + y)
        hash.update(
          UnsafeRawBufferPointer(
            rebasing: UnsafeRawBufferPointer(image)[4 * pixel..<4 * pixel + 12]))
      }
    }
    return hash.digest()
  }

  mutating func finish<Numbers: LossArithmetic>(
    _ session: TransferSession<Numbers>, steps: Int, losses: LossValues, seconds: Double,
    wasInterrupted: Bool
  ) {
    line.erase()
    let peak = Console.peakBytes
    if options.shared.isJSON {
      var result = JSONObject()
      result.add("output", options.output)
      result.add("width", transfer.resultSize.width)
      result.add("height", transfer.resultSize.height)
      result.add("steps", steps)
      if first > 0 { result.add("resumed_at", first) }
      result.add("total", losses.total)
      result.add("content", losses.content)
      result.add("style", losses.style)
      result.add("seconds", seconds)
      result.add(
        "step_ms", steps == first ? nil : 1000 * stepSeconds / Double(steps - first))
      result.add("peak_bytes", peak)
      result.add("plan", plan.name)
      result.add("isa", isa.rawValue)
      result.add("image_sha256", hash(session.image))
      Console.print(result.text + "\n")
    } else if !options.shared.isQuiet {
      let verb = wasInterrupted ? "stopped by the user, saved" : "saved"
      Console.print(
        "\(verb) \(options.output): \(steps) steps, \(Format.duration(seconds)), peak memory "
          + "\(Format.bytes(peak))\n")
    }
  }
}
