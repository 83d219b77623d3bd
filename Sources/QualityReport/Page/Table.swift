/// A table of an HTML page: a heading and a line of explanation at the left, values at the right.
public struct Table {
  private var rows = ""

  /// A table with the headings of its columns; the first is that of the names.
  public init(_ headings: [String]) {
    rows =
      "<thead><tr>"
      + headings.map { "<th scope=\"col\">\(HTML.escape($0))</th>" }.joined()
      + "</tr></thead><tbody>"
  }

  /// Adds a row; a value that there is none of is a dash.
  public mutating func add(_ name: String, _ explanation: String = "", _ values: [String?]) {
    rows += "<tr><th scope=\"row\">\(HTML.escape(name))"
    if !explanation.isEmpty { rows += "<small>\(HTML.escape(explanation))</small>" }
    rows += "</th>" + values.map { "<td>\(HTML.escape($0 ?? "–"))</td>" }.joined() + "</tr>"
  }

  /// The element.
  public var html: String { "<div class=\"scroll\"><table>\(rows)</tbody></table></div>" }
}
