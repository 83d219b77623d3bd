/// The lexical rules of HTML (WHATWG, section 13.1).
public enum HTML {
  /// A text that stands for itself in content and in quoted attributes.
  public static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\u{0}"..<" ": escaped += " "
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// The beginning of a page that needs nothing from elsewhere, up to its heading.
  public static func head(_ title: String) -> String {
    let title = escape(title)
    return "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      + "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      + "<link rel=\"icon\" href=\"data:,\">"
      + "<title>\(title)</title><style>\(PageStyle.text)</style></head><body><h1>\(title)</h1>"
  }

  /// Names with what they stand for.
  public static func list(_ entries: [(String, String)]) -> String {
    "<dl>" + entries.map { "<dt>\(escape($0.0))</dt><dd>\(escape($0.1))</dd>" }.joined() + "</dl>"
  }
}
