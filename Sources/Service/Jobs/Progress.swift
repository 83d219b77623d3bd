internal import CSystem
internal import CommandOptions
internal import FileNames

/// How far a job has come, from the log that its painter writes.
struct Progress {
  private let path: FilePath
  private let forecast: Job.Forecast
  private var offset = 0
  private var rest: [UInt8] = []
  /// Steps that are done, and the cost after them.
  private(set) var step = 0
  private(set) var cost: Double?
  /// Seconds of a step, lately; nil before the first one.
  private var pace: Double?
  private var lastScale = 0

  init(_ path: FilePath, _ forecast: Job.Forecast) {
    self.path = path
    self.forecast = forecast
  }

  /// Reads what was written since.
  ///
  /// - Returns: whether there was a step.
  mutating func update() -> Bool {
    let descriptor = unsafe path.withCString { unsafe system_open($0, O_RDONLY, 0) }
    guard descriptor >= 0 else { return false }
    defer { closeFile(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let before = step
    while true {
      let count = unsafe Int(
        system_read_at(descriptor, &buffer, buffer.count, Int64(offset + rest.count)))
      guard count > 0 else { break }
      rest += buffer[..<count]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        if let line = LogLine(Array(rest[..<end])) { take(line) }
        rest.removeFirst(end + 1)
        offset += end + 1
      }
      // No line of a log is that long.
      guard rest.count < 1 << 20 else { break }
    }
    return step != before
  }

  private mutating func take(_ line: LogLine) {
    guard let step = line.number("step"), let seconds = line.real("seconds") else { return }
    self.step = step
    cost = line.real("total")
    let scale = scale(of: step)
    // The first step of a program or a scale has other work in it.
    pace = pace.map { scale == lastScale ? 0.7 * $0 + 0.3 * seconds : seconds } ?? seconds
    lastScale = scale
  }

  /// The scale that a step, from 1 on, is of.
  private func scale(of step: Int) -> Int {
    var end = 0
    for (index, scale) in forecast.scales.enumerated() {
      end += scale.steps
      if step <= end { return index }
    }
    return max(0, forecast.scales.count - 1)
  }

  /// Seconds until the last step, by the pace of the latest ones; by the forecast where there are none.
  var secondsLeft: Double {
    guard let pace, !forecast.scales.isEmpty else { return forecast.seconds }
    let now = scale(of: max(1, step))
    func work(_ scale: Int) -> Double {
      forecast.scales[scale].share / Double(max(1, forecast.scales[scale].steps))
    }
    var (left, end) = (0.0, 0)
    for (index, scale) in forecast.scales.enumerated() {
      end += scale.steps
      left += Double(max(0, min(scale.steps, end - step))) * work(index)
    }
    return work(now) > 0 ? left / work(now) * pace : 0
  }

  /// Step and cost of all steps so far, at most `most` of them.
  static func costs(_ path: FilePath, most: Int = 400) -> [(step: Int, cost: Double)] {
    guard let bytes = try? SmallFile.read(path, most: 64 << 20) else { return [] }
    var costs: [(step: Int, cost: Double)] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let line = LogLine(Array(line)), let step = line.number("step"),
        let cost = line.real("total")
      else { continue }
      costs.append((step, cost))
    }
    guard costs.count > most else { return costs }
    return (0..<most).map { costs[$0 * (costs.count - 1) / (most - 1)] }
  }
}
