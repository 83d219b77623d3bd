/// A line on stderr that is drawn over and over on a terminal, and does not exist elsewhere.
public struct ProgressLine {
  private let columns: Int
  private let start = Console.seconds
  private var lastDraw = -1.0
  private var isDrawn = false

  /// A progress line; it stays invisible when `isQuiet` or when stderr is no terminal.
  public init(isQuiet: Bool) {
    columns = isQuiet ? 0 : Console.terminalColumns
  }

  /// Whether the line is seen.
  public var isVisible: Bool { columns > 0 }

  /// Seconds since the line was made.
  public var elapsed: Double { Console.seconds - start }

  /// Draws the first of several texts that fits the terminal's width, or as much of the last as does; at most ten
  /// times a second.
  public mutating func draw(_ texts: String...) {
    guard isVisible, elapsed - lastDraw >= 0.1 else { return }
    lastDraw = elapsed
    isDrawn = true
    Console.note("\r" + Self.fitting(texts, columns: columns - 1) + "\u{1b}[K")
  }

  static func fitting(_ texts: [String], columns: Int) -> String {
    let text = texts.first { $0.count <= columns } ?? texts.last ?? ""
    return String(text.prefix(columns))
  }

  /// Removes the line, for example before another line is printed.
  public mutating func erase() {
    guard isDrawn else { return }
    Console.note("\r\u{1b}[K")
    isDrawn = false
    lastDraw = -1
  }
}
