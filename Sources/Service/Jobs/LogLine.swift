internal import CommandOptions
internal import JSONText

/// What the service reads of a JSON line that a child wrote.
struct LogLine {
  private(set) var members: [(key: String, text: String)] = []
  /// Objects of lists: the members of all of them, one after the other.
  private(set) var scales: [[(key: String, text: String)]] = []

  /// Reads an object; nil where it is none.
  init?(_ bytes: [UInt8]) {
    var reader = JSONReader(bytes)
    do throws(JSONError) {
      try reader.readObject { (reader, key) throws(JSONError) in
        if key == "scales" {
          try reader.readList { (reader) throws(JSONError) in
            var entry: [(key: String, text: String)] = []
            try reader.readObject { (reader, key) throws(JSONError) in
              if let text = try Self.scalar(&reader) { entry.append((key, text)) }
            }
            scales.append(entry)
          }
        } else if let text = try Self.scalar(&reader) {
          members.append((key, text))
        }
      }
      try reader.readEnd()
    } catch {
      return nil
    }
  }

  /// A number or a text; what else it is is passed over.
  private static func scalar(_ reader: inout JSONReader) throws(JSONError) -> String? {
    switch try reader.kind() {
    case .number: return try reader.readNumber()
    case .text: return try reader.readText()
    case .literal:
      _ = try reader.readLiteral()
      return nil
    case .list:
      try reader.readList { (reader) throws(JSONError) in _ = try scalar(&reader) }
      return nil
    case .object:
      try reader.readObject { (reader, _) throws(JSONError) in _ = try scalar(&reader) }
      return nil
    }
  }

  func text(_ key: String) -> String? { members.first { $0.key == key }?.text }
  func number(_ key: String) -> Int? { text(key).flatMap { Int($0) } }
  func real(_ key: String) -> Double? { text(key).flatMap { parseNumber($0) } }

  /// A plan of `transfer --dry-run --json`; nil where it is none.
  var forecast: Job.Forecast? {
    var forecast = Job.Forecast()
    guard let plan = text("plan"), let bytes = number("predicted_peak_bytes"),
      let width = number("width"), let height = number("height"),
      let milliseconds = real("predicted_step_ms")
    else { return nil }
    (forecast.plan, forecast.bytes, forecast.width, forecast.height) = (plan, bytes, width, height)
    for scale in scales {
      guard let steps = scale.first(where: { $0.key == "steps" }).flatMap({ Int($0.text) }),
        let share = scale.first(where: { $0.key == "time_share" }).flatMap({ parseNumber($0.text) })
      else { return nil }
      forecast.scales.append((steps, share))
    }
    guard let last = forecast.scales.last, last.share > 0 else { return nil }
    forecast.seconds = milliseconds / 1000 * Double(last.steps) / last.share
    return forecast
  }
}
