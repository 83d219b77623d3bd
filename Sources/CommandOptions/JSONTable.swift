extension JSONObject {
  /// The document as a table of comma-separated values (RFC 4180, lines ending in a line feed): a line for each number,
  /// text, true or false and null of it, in its order.
  ///
  /// `section` is the keys that lead to the value but for its own, joined by full stops, and `entry` the places in the lists
  /// on the way, from 0 on; `run`, `layer` and `step` are the nearest `name`, `layer` and `step` above or beside it; `figure` is
  /// its own key. A null is an empty `value`.
  public var table: String {
    var lines = "section,entry,run,layer,step,figure,value\n"
    addLines(Place(), to: &lines)
    return lines
  }

  /// Where a value stands.
  fileprivate struct Place {
    var section: [String] = []
    var entry: [Int] = []
    var (run, layer, step) = ("", "", "")
  }

  fileprivate func addLines(_ place: Place, to lines: inout String) {
    var place = place
    for member in members {
      guard let text = member.value.cell else { continue }
      switch member.key {
      case "name": place.run = text
      case "layer": place.layer = text
      case "step": place.step = text
      default: break
      }
    }
    for member in members { member.value.addLines(member.key, place, to: &lines) }
  }
}

extension JSONValue {
  /// The content of a cell; nil of lists and objects.
  var cell: String? {
    switch self {
    case .literal(let literal): literal == "null" ? "" : literal
    case .text(let text): text
    case .list, .object: nil
    }
  }

  fileprivate func addLines(
    _ key: String, _ place: JSONObject.Place, to lines: inout String
  ) {
    var inner = place
    switch self {
    case .object(let object):
      inner.section.append(key)
      object.addLines(inner, to: &lines)
    case .list(let values):
      for (index, value) in values.enumerated() {
        inner.entry = place.entry + [index]
        value.addLines(key, inner, to: &lines)
      }
    case .literal, .text:
      let entry = place.entry.map { "\($0)" }.joined(separator: ".")
      let cells = [
        place.section.joined(separator: "."), entry, place.run, place.layer, place.step, key,
        cell ?? "",
      ]
      lines += cells.map { Self.quote($0) }.joined(separator: ",") + "\n"
    }
  }

  /// A cell in quotes where it has a comma, a quote or the end of a line.
  private static func quote(_ cell: String) -> String {
    let special: [UInt8] = [0x22, 0x2c, 0x0a, 0x0d]
    guard cell.utf8.contains(where: { special.contains($0) }) else { return cell }
    var quoted = "\""
    for scalar in cell.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }
}
