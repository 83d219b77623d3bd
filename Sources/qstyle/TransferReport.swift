internal import CSystem
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
    try appendLog(step, losses, seconds: seconds)
  }

  /// Step, costs, time left and memory on one line.
  private func status(_ step: Int, _ losses: LossValues) -> String {
    let costs = [("total", losses.total), ("content", losses.content), ("style", losses.style)]
      .map { "\($0.0) \(Format.general($0.1, digits: 5))" }.joined(separator: "  ")
    let left = Format.duration(line.remaining(done: step, of: options.steps))
    return "step \(step)/\(options.steps)  \(costs)  \(left) left  "
      + Format.bytes(Console.peakBytes)
  }

  private func appendLog(_ step: Int, _ losses: LossValues, seconds: Double) throws(Failure) {
    guard let path = options.log else { return }
    var entry = JSONObject()
    entry.add("step", step)
    entry.add("total", losses.total)
    entry.add("content", losses.content)
    entry.add("style", losses.style)
    entry.add("seconds", seconds)
    entry.add("peak_bytes", Console.peakBytes)
    let bytes = Array((entry.text + "\n").utf8)
    let flags = O_WRONLY | O_CREAT | (step == 1 ? O_TRUNC : O_APPEND)
    let descriptor = system_open(path, flags, 0o666)
    guard descriptor >= 0 else {
      throw Failure(path, "cannot be created: \(String(cString: strerror(system_errno())))")
    }
    defer { close(descriptor) }
    guard system_write(descriptor, bytes, bytes.count) == Int64(bytes.count) else {
      throw Failure(path, "cannot be written: \(String(cString: strerror(system_errno())))")
    }
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

  mutating func finish<Numbers: Arithmetic>(
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
      result.add("total", losses.total)
      result.add("content", losses.content)
      result.add("style", losses.style)
      result.add("seconds", seconds)
      result.add("step_ms", steps == 0 ? nil : 1000 * stepSeconds / Double(steps))
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
