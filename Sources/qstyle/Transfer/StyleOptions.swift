internal import CSystem
internal import CommandOptions
internal import FileNames
internal import StyleTransfer

/// The styles of a command line, in its order: the arguments after the content, then those of --style.
struct StyleOptions {
  static let options = [
    Option(
      "style", value: "FILE[:WEIGHT]", isRepeatable: true,
      "A further style; weights are divided by their sum (default: 1 each)."),
    Option(
      "style-scale", value: "F[,F...]",
      "Size of the style's strokes: its longer side is F times the result's (default: 1); one for all styles, or one for each."
    ),
  ]

  /// What usage lines say of styles.
  static let usage = "STYLE[:WEIGHT]..."
  /// Fewest and most arguments of a command with a content and styles.
  static let arguments = 1...most + 1

  private static let most = 256

  /// A style as it was typed.
  struct Entry {
    let path: FilePath
    let weight: Double
    let scale: Double

    func style(_ picture: Picture) -> Style {
      Style(picture, weight: weight, scale: scale)
    }

    /// Opens a picture, or a saved style.
    func open() throws(TransferError) -> Style {
      guard !StyleStatistics.isOne(path) else {
        return Style(try StyleStatistics(path: path), weight: weight)
      }
      return style(try Picture(path: path))
    }

    /// The file's name, and its weight where it is not 1.
    var text: String {
      let name = path.lastComponent.description
      return weight == 1 ? name : "\(name):\(Format.general(weight))"
    }

    /// File, weight and scale.
    var json: JSONObject {
      var entry = JSONObject()
      entry.add("file", path.description)
      entry.add("weight", weight)
      entry.add("scale", scale)
      return entry
    }
  }

  let entries: [Entry]

  /// The styles among the arguments.
  ///
  /// - Parameters:
  ///   - arguments: the content, and styles.
  ///   - standIn: the style where none is named; nil refuses that.
  /// - Throws: `UsageError`.
  init(_ arguments: ParsedArguments, standIn: FilePath? = nil) throws(UsageError) {
    var words = arguments.positional.dropFirst() + arguments.paths("style")
    if words.isEmpty, let standIn { words = [standIn] }
    guard !words.isEmpty else {
      throw UsageError("STYLE is missing; name a painting: CONTENT STYLE")
    }
    guard words.count <= Self.most else {
      throw UsageError("there are \(words.count) styles; at most \(Self.most) can be mixed")
    }
    let scales = try Self.scales(arguments, count: words.count)
    var entries: [Entry] = []
    for word in words {
      let (path, weight) = try Self.weighted(word)
      let scale = scales.count == 1 ? scales[0] : scales[entries.count]
      entries.append(Entry(path: path, weight: weight, scale: scale))
    }
    self.entries = entries
  }

  /// FILE:WEIGHT taken apart; a file of the whole name goes before, and without FILE there is no weight.
  private static func weighted(_ word: FilePath) throws(UsageError) -> (FilePath, Double) {
    let colon = UInt8(ascii: ":")
    guard let place = word.bytes.lastIndex(of: colon),
      !exists(word)
    else { return (word, 1) }
    let file = FilePath(bytes: word.bytes[..<place])
    let text = FilePath(bytes: word.bytes[(place + 1)...]).description
    let weight = parseNumber(text)
    guard weight != nil || exists(file) else { return (word, 1) }
    guard let weight, weight > 0, weight <= 1e6 else {
      throw UsageError("the weight of a style is above 0, at most 1e6, not '\(text)' as in \(word)")
    }
    return (file, weight)
  }

  private static func exists(_ path: FilePath) -> Bool {
    unsafe path.withCString { unsafe access($0, F_OK) == 0 }
  }

  /// The factors of --style-scale: one, or one for each style.
  private static func scales(
    _ arguments: ParsedArguments, count: Int
  ) throws(UsageError) -> [Double] {
    guard let text = arguments.text("style-scale") else { return [1] }
    var scales: [Double] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let scale = parseNumber(String(part)), (0.01...100).contains(scale) else {
        throw UsageError("--style-scale is a number from 0.01 to 100, not '\(part)'")
      }
      scales.append(scale)
    }
    guard scales.count == 1 || scales.count == count else {
      throw UsageError(
        "--style-scale has \(scales.count) numbers and there are \(count) styles; give one, or one "
          + "for each")
    }
    return scales
  }
}
