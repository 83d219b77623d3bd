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

  /// The time that the rest takes at the speed so far.
  public func remaining(done: Int, of total: Int) -> Double {
    done == 0 ? .infinity : elapsed / Double(done) * Double(total - done)
  }

  /// Draws a text, cut to the terminal's width, at most ten times a second.
  public mutating func draw(_ text: String) {
    guard isVisible, elapsed - lastDraw >= 0.1 else { return }
    lastDraw = elapsed
    isDrawn = true
    Console.note("\r" + String(text.prefix(columns - 1)) + "\u{1b}[K")
  }

  /// Removes the line, for example before another line is printed.
  public mutating func erase() {
    guard isDrawn else { return }
    Console.note("\r\u{1b}[K")
    isDrawn = false
    lastDraw = -1
  }
}
