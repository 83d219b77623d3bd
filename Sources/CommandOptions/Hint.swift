/// What was meant by words that are wrong.
public enum Hint {
  /// The word that was meant by another.
  ///
  /// - Parameters:
  ///   - text: what was typed.
  ///   - words: what there is.
  /// - Returns: the nearest one, where it is near enough; nil where none is.
  public static func nearest(_ text: String, _ words: [String]) -> String? {
    let text = text.lowercased()
    guard !text.isEmpty else { return nil }
    let starts = words.filter { text.count > 2 && $0.hasPrefix(text) }
    if starts.count == 1 { return starts[0] }
    let near = words.map { ($0, editDistance($0, text)) }.min { $0.1 < $1.1 }
    guard let near, near.1 <= min(2, text.count / 2) else { return nil }
    return near.0
  }

  /// The end of a line about a wrong word.
  ///
  /// - Parameters:
  ///   - text: what was typed.
  ///   - words: what there is.
  /// - Returns: "; did you mean X?", or nothing where no word is near.
  public static func meant(_ text: String, _ words: [String]) -> String {
    nearest(text, words).map { "; did you mean \($0)?" } ?? ""
  }

  static func option(like stem: String, _ options: [Option]) -> String? {
    let names = options.map { $0.name }
    let words = stem.lowercased().split { $0 == "-" || $0 == "_" }
    if let meant = otherNames[words.joined(separator: "-")], names.contains(meant) { return meant }
    return stem.count < 2 ? nil : nearest(stem, names)
  }

  /// What programs of the same kind call these options.
  private static let otherNames = [
    "iterations": "steps", "num-iterations": "steps", "iters": "steps", "epochs": "steps",
    "image-size": "size", "max-size": "size", "width": "size", "lr": "learning-rate",
    "tv-weight": "smooth", "output-image": "output", "save-iter": "save-every",
    "model-file": "weights", "pooling": "pool", "num-threads": "threads", "jobs": "threads",
  ]

  /// What is wrong with a value that getopt found where another option was typed: `-output x` is the letter o with the
  /// value "utput", and `-o --size 64` has the value "--size"; nil where nothing is.
  static func misread(
    _ option: Option, _ value: String, typed: String, _ options: [Option]
  ) -> String? {
    let names = options.map { $0.name }
    if let letter = option.letter, typed == "-\(letter)\(value)" {
      let name = typed.dropFirst().prefix { $0 != "=" }
      guard name.count > 2, let meant = nearest(String(name), names) else { return nil }
      return "\(typed) is read as -\(letter) '\(value)'; did you mean --\(meant)?"
    }
    guard typed == value, value.hasPrefix("-") else { return nil }
    let name = value.drop { $0 == "-" }.prefix { $0 != "=" }
    let isOption =
      value.hasPrefix("--")
      ? names.contains(String(name))
      : options.contains { $0.letter.map { "\($0)" } == String(name) }
    guard isOption else { return nil }
    return "--\(option.name) needs a value: --\(option.name) \(option.value ?? ""); "
      + "'\(value)' is an option"
  }

  /// The arguments after the first `count`.
  static func missing(_ count: Int, of command: Command) -> String {
    let names = command.usage.split(separator: " ").prefix { !$0.hasPrefix("-") }.map(String.init)
    let missing = names.dropFirst(count).prefix(command.arguments.lowerBound - count)
    let verb = missing.count == 1 ? "is" : "are"
    return "\(missing.joined(separator: " and ")) \(verb) missing; usage: "
      + "\(command.name) \(command.usage)"
  }

  /// What is wrong with arguments among which options are; nil where nothing is.
  ///
  /// - Parameter words: arguments that are no options.
  /// - Returns: the whole line.
  public static func afterEnd(_ words: [String]) -> String? {
    guard let option = words.first(where: { $0.hasPrefix("-") && $0.count > 1 }) else { return nil }
    return "'\(option)' stands after --, which ends the options; put options before it"
  }

  // `needsOutput`: whether the command has an option --output that is missing.
  static func tooMany(_ words: [String], of command: Command, needsOutput: Bool) -> String {
    if let hint = afterEnd(words) { return hint }
    let word = words[command.arguments.upperBound]
    let start = "'\(word)' is one argument too many; "
    if needsOutput { return start + "did you mean --output \(word)?" }
    return start + "usage: \(command.name) \(command.usage)"
  }
}

/// Insertions, deletions and replacements between two words (Levenshtein).
func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a.utf8), Array(b.utf8))
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let replaced = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
