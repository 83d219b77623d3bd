internal import CSystem

/// Numbers for people, the same on every machine.
public enum Format {
  /// A number with a fixed count of decimals.
  public static func fixed(_ value: Double, digits: Int) -> String {
    unsafe text { unsafe system_format_fixed($0, $1, value, Int32(digits)) }
  }

  /// A number with a count of significant digits, in exponent form where that is shorter.
  public static func general(_ value: Double, digits: Int = 6) -> String {
    unsafe text { unsafe system_format_general($0, $1, value, Int32(digits)) }
  }

  /// A count of bytes as "61.3 MiB".
  public static func bytes(_ count: Int) -> String {
    switch count {
    case ..<(1 << 10): "\(count) B"
    case ..<(1 << 20): fixed(Double(count) / 0x1p10, digits: 1) + " KiB"
    case ..<(1 << 30): fixed(Double(count) / 0x1p20, digits: 1) + " MiB"
    default: fixed(Double(count) / 0x1p30, digits: 2) + " GiB"
    }
  }

  /// A count and what is counted, a word with a plural in s: "1 thread", "2 threads".
  public static func count(_ count: Int, _ word: String) -> String {
    "\(count) \(word)\(count == 1 ? "" : "s")"
  }

  /// A time as "4.2 s", "3 m 07 s" or "2 h 05 m".
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "?" }
    guard seconds >= 60 else { return fixed(seconds, digits: 1) + " s" }
    let whole = Int(min(seconds.rounded(), 1e9))
    let (large, small, units) =
      whole < 3600
      ? (whole / 60, whole % 60, ("m", "s")) : (whole / 3600, whole / 60 % 60, ("h", "m"))
    return "\(large) \(units.0) \(small < 10 ? "0" : "")\(small) \(units.1)"
  }

  /// A time that may be far below a second: "0.42 ms", "850 ms", and from a second on as `duration`.
  public static func shortDuration(_ seconds: Double) -> String {
    seconds >= 0 && seconds < 0.9995 ? digits(1000 * seconds) + " ms" : duration(seconds)
  }

  /// A positive number with about three digits and no exponent: 312, 45.1, 1.20, 0.043.
  public static func digits(_ value: Double) -> String {
    let places =
      switch value {
      case 100...: 0
      case 10..<100: 1
      case 1..<10: 2
      case 0.1..<1: 3
      case 0.01..<0.1: 4
      default: 6
      }
    return fixed(value, digits: places)
  }

  /// A text with spaces behind it up to a width.
  public static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// A text with spaces before it up to a width.
  public static func aligned(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private static func text(
    _ format: (UnsafeMutablePointer<CChar>, Int) -> Int32
  ) -> String {
    // SAFETY: snprintf gets the buffer's size, and ends what it writes with a zero.
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
      guard let base = buffer.baseAddress else { return "" }
      _ = unsafe format(base, buffer.count)
      return unsafe String(cString: base)
    }
  }
}
