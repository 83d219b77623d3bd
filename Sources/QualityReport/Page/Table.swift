/// A table of an HTML page: a name at the left, values at the right, and below
/// them a line that explains.
public struct Table {
  private var rows: String
  private let columns: Int

  /// A table with the headings of its columns; the first is that of the names.
  public init(_ headings: [String]) {
    columns = headings.count
    rows =
      "<thead><tr>"
      + headings.map { "<th scope=\"col\">\(HTML.escape($0))</th>" }.joined()
      + "</tr></thead><tbody>"
  }

  /// Adds a row; a value that there is none of is a dash.
  public mutating func add(_ name: String, _ explanation: String = "", _ values: [String?]) {
    let isExplained = !explanation.isEmpty
    rows +=
      "<tr\(isExplained ? " class=\"explained\"" : "")><th scope=\"row\">\(HTML.escape(name))</th>"
    rows += values.map { "<td>\(HTML.escape($0 ?? "–"))</td>" }.joined() + "</tr>"
    guard isExplained else { return }
    rows += "<tr><td class=\"note\" colspan=\"\(columns)\">\(HTML.escape(explanation))</td></tr>"
  }

  /// The element.
  public var html: String { "<div class=\"scroll\"><table>\(rows)</tbody></table></div>" }
}
