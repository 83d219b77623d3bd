/// A JSON object that is written key by key, in the order of the calls.
public struct JSONObject {
  private var members = ""

  /// An object without members.
  public init() {}

  /// The object on one line.
  public var text: String { "{" + members + "}" }

  /// Adds a text; null where it is nil.
  public mutating func add(_ key: String, _ value: String?) {
    raw(key, value.map { JSON.quote($0) } ?? "null")
  }
  /// Adds a whole number.
  public mutating func add(_ key: String, _ value: Int) { raw(key, "\(value)") }
  /// Adds true or false.
  public mutating func add(_ key: String, _ value: Bool) { raw(key, value ? "true" : "false") }
  /// Adds a number, with as many digits as it takes to read it back; null where it is nil or not finite.
  public mutating func add(_ key: String, _ value: Double?) {
    guard let value, value.isFinite else { return raw(key, "null") }
    raw(key, "\(value)")
  }
  /// Adds an object.
  public mutating func add(_ key: String, _ value: JSONObject) { raw(key, value.text) }
  /// Adds a list of objects.
  public mutating func add(_ key: String, _ values: [JSONObject]) {
    raw(key, "[" + values.map { $0.text }.joined(separator: ",") + "]")
  }
  /// Adds a list of whole numbers.
  public mutating func add(_ key: String, _ values: [Int]) {
    raw(key, "[" + values.map { "\($0)" }.joined(separator: ",") + "]")
  }

  /// Adds a list of texts.
  public mutating func add(_ key: String, _ values: [String]) {
    raw(key, "[" + values.map { JSON.quote($0) }.joined(separator: ",") + "]")
  }

  private mutating func raw(_ key: String, _ value: String) {
    members += (members.isEmpty ? "" : ",") + JSON.quote(key) + ":" + value
  }
}

/// The lexical rules of JSON (RFC 8259).
public enum JSON {
  /// A text as a JSON string.
  public static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\u{0}"..<" ", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
