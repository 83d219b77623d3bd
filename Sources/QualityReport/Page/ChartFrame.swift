internal import CommandOptions

/// What charts have in common: a frame that is readable on a phone, with a title, titles of both axes, and ticks.
struct ChartFrame {
  static let (width, height) = (380.0, 270.0)
  static let (left, right, top, bottom) = (52.0, 12.0, 34.0, 44.0)

  let title: String
  let valueTitle: String
  let axis: Axis

  /// A share of the way from the left end to the right one.
  static func x(_ share: Double) -> Double { left + share * (width - left - right) }

  /// The height of a value; nil where it is not drawn.
  func y(_ value: Double) -> Double? {
    axis.place(value).map {
      Self.height - Self.bottom - $0 * (Self.height - Self.top - Self.bottom)
    }
  }

  /// The element with its title, a description for those who do not see it, and the values' axis.
  func svg(_ description: String, names: String, _ content: String) -> String {
    let id = Self.identifier(title)
    var text =
      "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
      + "aria-labelledby=\"\(id)-title \(id)-text\"><title id=\"\(id)-title\">\(HTML.escape(title))</title>"
      + "<desc id=\"\(id)-text\">\(HTML.escape(description))</desc>"
    let scale = axis.isLogarithmic ? "logarithmic" : "linear"
    text += Self.text(valueTitle + ", \(scale)", x: 2, y: 14, anchor: "start")
    for tick in axis.ticks {
      guard let place = y(tick) else { continue }
      let line = Self.coordinate(place)
      text +=
        "<line class=\"grid\" x1=\"\(Self.coordinate(Self.left))\" "
        + "x2=\"\(Self.coordinate(Self.width - Self.right))\" y1=\"\(line)\" y2=\"\(line)\"/>"
      text += Self.text(Axis.text(tick), x: Self.left - 6, y: place + 4, anchor: "end")
    }
    text += content
    text += Self.text(
      names, x: (Self.left + Self.width - Self.right) / 2, y: Self.height - 6, anchor: "middle")
    return text + "</svg>"
  }

  /// A tick of the lower axis.
  static func tick(_ name: String, x: Double, isEnd: Bool = false) -> String {
    text(name, x: x, y: height - bottom + 17, anchor: isEnd ? "end" : "middle")
  }

  static func text(_ text: String, x: Double, y: Double, anchor: String) -> String {
    "<text x=\"\(coordinate(x))\" y=\"\(coordinate(y))\" text-anchor=\"\(anchor)\">\(HTML.escape(text))</text>"
  }

  static func coordinate(_ value: Double) -> String { Format.fixed(value, digits: 1) }

  /// A name that an attribute can refer to.
  private static func identifier(_ title: String) -> String {
    String(
      decoding: title.utf8.map { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: byte
        default: UInt8(ascii: "-")
        }
      }, as: UTF8.self)
  }

  /// Lines with what they stand for, each name once.
  static func legend(_ entries: [(name: String, style: String)]) -> String {
    var seen: [String] = []
    var text = "<p class=\"legend\">"
    for entry in entries where !seen.contains(entry.name) {
      seen.append(entry.name)
      text +=
        "<span><svg viewBox=\"0 0 24 8\" aria-hidden=\"true\"><polyline class=\"\(entry.style)\" "
        + "points=\"0,4 24,4\"/></svg>\(HTML.escape(entry.name))</span> "
    }
    return text + "</p>"
  }
}
