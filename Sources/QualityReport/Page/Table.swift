/// A table of an HTML page: a name at the left, with what explains it, and values at the right.
///
/// On a phone a wide or explained table shows each row as a block, with the headings beside the values.
public struct Table {
  private let headings: [String]
  private var rows: [String] = []
  private var isExplained = false

  /// Most columns of values that a phone shows beside a name.
  private static let most = 4

  /// A table with the headings of its columns; the first is that of the names.
  public init(_ headings: [String]) { self.headings = headings }

  /// Adds a row; a value that there is none of is a dash.
  ///
  /// - Parameters:
  ///   - name: what the row is about.
  ///   - explanation: a sentence below the name; none where it is empty.
  ///   - values: by column.
  public mutating func add(_ name: String, _ explanation: String = "", _ values: [String?]) {
    var row = "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">\(HTML.escape(name))"
    if !explanation.isEmpty {
      isExplained = true
      row += "<small>\(HTML.escape(explanation))</small>"
    }
    row += "</th>"
    for (index, value) in values.enumerated() {
      let heading = headings.indices.contains(index + 1) ? headings[index + 1] : ""
      row +=
        "<td role=\"cell\" data-label=\"\(HTML.escape(heading))\">\(HTML.escape(value ?? "–"))</td>"
    }
    rows.append(row + "</tr>")
  }

  /// The element; roles are written out because blocks would lose them.
  public var html: String {
    let isStacked = isExplained || headings.count > Self.most + 1
    return
      "<table role=\"table\"\(isStacked ? " class=\"stacked\"" : "")><thead role=\"rowgroup\"><tr role=\"row\">"
      + headings.map { "<th scope=\"col\" role=\"columnheader\">\(HTML.escape($0))</th>" }.joined()
      + "</tr></thead><tbody role=\"rowgroup\">\(rows.joined())</tbody></table>"
  }
}
