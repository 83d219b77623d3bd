internal import JSONText

/// A value of a JSON document.
public enum JSONValue {
  /// A number, true, false or null, as it is written.
  case literal(String)
  /// A text.
  case text(String)
  /// Values one after the other.
  case list([JSONValue])
  /// Values under names.
  case object(JSONObject)

  /// The value on one line.
  var text: String {
    switch self {
    case .literal(let literal): literal
    case .text(let text): JSONText.quote(text)
    case .list(let values): "[" + values.map { $0.text }.joined(separator: ",") + "]"
    case .object(let object): object.text
    }
  }
}

/// A JSON object that is written key by key, in the order of the calls.
public struct JSONObject {
  /// Names with their values.
  private(set) var members: [(key: String, value: JSONValue)] = []

  /// An object without members.
  public init() {}

  /// The object on one line.
  public var text: String {
    "{" + members.map { JSONText.quote($0.key) + ":" + $0.value.text }.joined(separator: ",") + "}"
  }

  /// The members that are neither null nor objects, for people to read.
  public var entries: [(String, String)] {
    members.compactMap { member in
      switch member.value {
      case .literal(let literal): literal == "null" ? nil : (member.key, literal)
      case .text(let text): (member.key, text)
      case .list(let values):
        (member.key, values.compactMap { $0.cell }.joined(separator: ", "))
      case .object: nil
      }
    }
  }

  /// Adds a text; null where it is nil.
  public mutating func add(_ key: String, _ value: String?) {
    members.append((key, value.map { .text($0) } ?? Self.null))
  }
  /// Adds a whole number; null where it is nil.
  public mutating func add(_ key: String, _ value: Int?) {
    members.append((key, value.map { .literal("\($0)") } ?? Self.null))
  }
  /// Adds true or false; null where it is nil.
  public mutating func add(_ key: String, _ value: Bool?) {
    members.append((key, value.map { .literal($0 ? "true" : "false") } ?? Self.null))
  }
  /// Adds a number, with as many digits as it takes to read it back; null where it is nil or not finite.
  public mutating func add(_ key: String, _ value: Double?) {
    members.append((key, Self.number(value)))
  }
  /// Adds a number, likewise.
  public mutating func add(_ key: String, _ value: Float) {
    members.append((key, value.isFinite ? .literal("\(value)") : Self.null))
  }
  /// Adds an object.
  public mutating func add(_ key: String, _ value: JSONObject) {
    members.append((key, .object(value)))
  }
  /// Adds a list of objects.
  public mutating func add(_ key: String, _ values: [JSONObject]) {
    members.append((key, .list(values.map { .object($0) })))
  }
  /// Adds a list of whole numbers.
  public mutating func add(_ key: String, _ values: [Int]) {
    members.append((key, .list(values.map { .literal("\($0)") })))
  }
  /// Adds a list of numbers.
  public mutating func add(_ key: String, _ values: [Double]) {
    members.append((key, .list(values.map { Self.number($0) })))
  }
  /// Adds a list of texts.
  public mutating func add(_ key: String, _ values: [String]) {
    members.append((key, .list(values.map { .text($0) })))
  }

  /// Adds the members of an object.
  public mutating func add(_ other: JSONObject) { members += other.members }

  private static var null: JSONValue { .literal("null") }

  private static func number(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return null }
    return .literal("\(value)")
  }
}
