internal import JSONText

/// A JSON object that is written key by key, in the order of the calls.
public struct JSONObject {
  private var members = ""

  /// An object without members.
  public init() {}

  /// The object on one line.
  public var text: String { "{" + members + "}" }

  /// Adds a text; null where it is nil.
  public mutating func add(_ key: String, _ value: String?) {
    raw(key, value.map { JSONText.quote($0) } ?? "null")
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

  /// Adds a list of finite numbers.
  public mutating func add(_ key: String, _ values: [Double]) {
    raw(key, "[" + values.map { "\($0)" }.joined(separator: ",") + "]")
  }

  /// Adds a list of texts.
  public mutating func add(_ key: String, _ values: [String]) {
    raw(key, "[" + values.map { JSONText.quote($0) }.joined(separator: ",") + "]")
  }

  private mutating func raw(_ key: String, _ value: String) {
    members += (members.isEmpty ? "" : ",") + JSONText.quote(key) + ":" + value
  }
}
