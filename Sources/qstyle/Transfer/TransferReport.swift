internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// The output of a transfer while it runs and when it is done.
struct TransferReport {
  private let options: SharedOptions
  private let scales: Int
  private let stop: StopRule?
  private let plan: MemoryPlan
  private let spill: PlannedSpill?
  /// Of several processes; none where one paints alone.
  private let strips: [PlannedStrip]
  private var line: ProgressLine
  private var stepSeconds = 0.0
  private var pace: Pace
  /// Steps that were done before.
  private var first = 0

  /// Whether standard output has the log, and nothing else.
  private let isOutputTaken: Bool
  /// What stands before the progress of one of several transfers, whose progress is told on a terminal alone.
  private let title: String?

  init(
    _ transfer: Transfer, _ planned: PlannedMemory, options: SharedOptions,
    isOutputTaken: Bool = false, title: String? = nil, strips: [PlannedStrip] = []
  ) {
    self.strips = strips
    self.options = options
    self.isOutputTaken = isOutputTaken
    self.title = title
    scales = planned.scales.count
    pace = Pace(planned.scales)
    stop = transfer.stop
    plan = planned.plan
    spill = planned.spill
    line = ProgressLine(isQuiet: options.isQuiet)
  }

  /// Steps between plain progress lines where stderr is no terminal; the article's interval.
  private static let plainInterval = 25

  mutating func didStep(_ progress: TransferProgress, at painted: [PaintedScale]) {
    stepSeconds += progress.seconds
    pace.add(progress.seconds, scale: progress.scale)
    let isPlain = title == nil && !options.isQuiet && (progress.step - 1) % Self.plainInterval == 0
    if line.isVisible || isPlain {
      let text = Status(self, progress, left: pace.left(after: painted[progress.scale].steps))
      line.draw(text.full, text.withTotal, text.timeOnly, text.left)
      if isPlain {
        line.erase()
        Console.note(text.full + "\n")
      }
    }
  }

  /// Tells that the run goes on from a checkpoint.
  mutating func resume(at step: Int) {
    first = step
    if !options.isQuiet { Console.note("\(title ?? "")resumed at step \(step)\n") }
  }

  /// Tells that the user has stopped before there was anything to save.
  ///
  /// - Parameters:
  ///   - options: whether it is told.
  ///   - done: steps that earlier programs have done.
  static func stopWithoutStep(_ options: SharedOptions, after done: Int = 0) {
    guard !options.isQuiet else { return }
    let place = done == 0 ? "the first step" : "a step after the \(done) of the checkpoint"
    Console.note("stopped before \(place); nothing is written\n")
  }

  /// Removes the line of progress.
  mutating func erase() { line.erase() }

  /// Tells what went wrong with an output that the run can do without.
  mutating func warn(_ message: String) {
    line.erase()
    Console.error(message)
  }

  /// Scale, step, costs, time left and memory on one line, and what is kept of it in a narrow terminal: the time left longest.
  private struct Status {
    let full: String
    let withTotal: String
    let timeOnly: String
    let left: String

    init(_ report: TransferReport, _ progress: TransferProgress, left seconds: Double) {
      guard let losses = progress.losses else { preconditionFailure("a step has costs") }
      func cost(_ name: String, _ value: Double) -> String {
        "\(name) \(Format.general(value, digits: 5))  "
      }
      let scale = report.scales == 1 ? "" : "scale \(progress.scale + 1)/\(report.scales)  "
      let done = (report.title ?? "") + scale + "step \(progress.step)/\(progress.steps)  "
      let total = cost("total", losses.total)
      let parts = cost("content", losses.content) + cost("style", losses.style)
      left = Format.duration(seconds) + " left"
      timeOnly = done + left
      withTotal = done + total + left
      full = done + total + parts + left + "  " + Format.bytes(Console.peakBytes)
    }
  }

  /// SHA-256 of the picture's `[height][width][3]` values.
  private func hash(_ picture: PaintedPicture) -> String {
    var hash = SHA256()
    var row = [Float](repeating: 0, count: 3 * picture.size.width)
    for y in 0..<picture.size.height {
      picture.copyRow(y, into: &row)
      unsafe hash.update(row.span.bytes)
    }
    return hash.digest()
  }

  /// Tells what has come of a run of so many seconds.
  mutating func finish(_ painted: Painted, seconds: Double) {
    line.erase()
    if options.isJSON {
      Console.print(document(painted, seconds: seconds).text + "\n")
      return
    }
    guard !options.isQuiet else { return }
    let result = painted.result
    let verb = result.wasStopped ? "stopped by the user, saved" : "saved"
    let isUnfinished = result.scales.count < scales
    var text =
      "\(verb) \(painted.path)\(isUnfinished ? ", still \(result.picture.size.text)" : ""): "
      + "\(Format.count(result.steps, "step")), \(Format.duration(seconds)), peak memory "
      + "\(Format.bytes(Console.peakBytes))"
    if let stop, result.stepsSaved > 0 {
      text +=
        "; the last \(Format.count(stop.steps, "step")) changed the cost by at most "
        + "\(Format.general(100 * stop.change)) %, which saved \(Format.count(result.stepsSaved, "step"))"
    }
    text += "\n"
    if isOutputTaken { Console.note(text) } else { Console.print(text) }
  }

  /// What has come of a run of so many seconds.
  func document(_ painted: Painted, seconds: Double) -> JSONObject {
    let peak = Console.peakBytes
    let result = painted.result
    let steps = result.steps
    var document = JSONObject()
    document.add("output", painted.path.description)
    document.add("width", result.picture.size.width)
    document.add("height", result.picture.size.height)
    document.add("steps", steps)
    if first > 0 { document.add("resumed_at", first) }
    if stop != nil { document.add("steps_saved", result.stepsSaved) }
    document.add("scales", result.scales.map { $0.json })
    document.add("total", result.losses.total)
    document.add("content", result.losses.content)
    document.add("style", result.losses.style)
    document.add("terms", result.terms.map { $0.json })
    document.add("seconds", seconds)
    document.add("step_ms", steps == first ? nil : 1000 * stepSeconds / Double(steps - first))
    document.add("peak_bytes", peak)
    document.add("plan", plan.name)
    if let spill {
      var entry = spill.json
      entry.add("last_step_read_bytes", painted.session.traffic?.read)
      entry.add("last_step_written_bytes", painted.session.traffic?.written)
      entry.add("last_step_disk_seconds", painted.session.diskSeconds)
      document.add("spill", entry)
    }
    if !strips.isEmpty {
      document.add("processes", strips.map { $0.json })
      document.add("last_step_exchanged_bytes", painted.session.exchanged)
    }
    document.add("isa", painted.session.instructionSet.rawValue)
    document.add("image_sha256", hash(result.picture))
    if !painted.session.clippedShares.isEmpty {
      document.add("clipped_shares", painted.session.clippedShares)
    }
    if !painted.missing.isEmpty { document.add("missing", painted.missing) }
    return document
  }
}

extension TermCost {
  /// Name, layer (null where there is none), region where there are some, value and weight.
  var json: JSONObject {
    var entry = JSONObject()
    entry.add("name", name)
    entry.add("layer", layer?.description)
    if let region { entry.add("region", Int(region)) }
    entry.add("value", value)
    entry.add("weight", weight)
    return entry
  }
}
