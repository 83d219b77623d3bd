internal import CSystem
public import FileNames

/// The words of a command line, taken apart by a `Command`'s table with libc's getopt_long.
///
/// Options and positional arguments may be mixed, `--` ends the options, `--name=value` works, and a
/// long option may be shortened as long as it stays unique.
public struct ParsedArguments {
  /// The arguments that are no options.
  public private(set) var positional: [FilePath] = []
  private var values: [(name: String, value: FilePath)] = []

  /// Takes words apart.
  ///
  /// - Parameters:
  ///   - words: without the command's own name.
  ///   - command: the table.
  /// - Throws: `UsageError` for unknown, repeated or incomplete options and wrong numbers of arguments.
  public init(_ words: [FilePath], for command: Command) throws(UsageError) {
    let options = command.options
    // getopt_long wants C strings that stay where they are; the first word is the program.
    // SAFETY: both lists and their strings live until the end of this function, and end as getopt_long expects.
    var strings: [UnsafeMutablePointer<CChar>?] = unsafe ([FilePath(command.name)] + words).map {
      unsafe $0.withCString { unsafe strdup($0) }
    }
    let names = unsafe options.map { unsafe strdup($0.name) }
    defer {
      unsafe strings.forEach { unsafe free($0) }
      unsafe names.forEach { unsafe free($0) }
    }
    unsafe strings.append(nil)
    var table: [option] = unsafe []
    for (index, option) in options.enumerated() {
      unsafe table.append(
        CSystem.option(
          name: UnsafePointer(names[index]), has_arg: option.value == nil ? 0 : 1, flag: nil,
          val: Int32(256 + index)))
    }
    unsafe table.append(CSystem.option(name: nil, has_arg: 0, flag: nil, val: 0))
    // A leading colon: a missing value is told apart from an unknown option, and nothing is printed.
    var letters = ":"
    for option in options {
      if let letter = option.letter { letters += String(letter) + (option.value == nil ? "" : ":") }
    }
    let count = Int32(words.count + 1)
    system_getopt_restart()
    while true {
      let current = max(Int(system_getopt_index()), 1)
      let code = unsafe getopt_long(count, &strings, letters, table, nil)
      if code == -1 { break }
      guard let index = Self.index(code, options) else {
        throw unsafe Self.error(
          code, word: Self.offender(strings, after: current), options: options)
      }
      let option = options[index]
      guard option.value == nil || option.isRepeatable || !has(option.name) else {
        throw UsageError("--\(option.name) is given twice; give it once")
      }
      guard option.value != nil else {
        values.append((option.name, ""))
        continue
      }
      let value = unsafe FilePath(cString: system_getopt_value())
      let typed = unsafe strings[Int(system_getopt_index()) - 1].map {
        unsafe FilePath(cString: $0)
      }
      if let hint = Hint.misread(
        option, value.description, typed: typed?.description ?? "", options)
      {
        throw UsageError(hint)
      }
      values.append((option.name, value))
    }
    for index in Int(system_getopt_index())..<Int(count) {
      if let string = unsafe strings[index] { unsafe positional.append(FilePath(cString: string)) }
    }
    guard !has("help"), !has("version") else { return }
    if positional.count < command.arguments.lowerBound {
      throw UsageError(Hint.missing(positional.count, of: command))
    }
    if positional.count > command.arguments.upperBound {
      let needsOutput = !has("output") && options.contains { $0.name == "output" }
      throw UsageError(
        Hint.tooMany(
          positional.map { $0.description }, of: command, needsOutput: needsOutput))
    }
  }

  private static func index(_ code: Int32, _ options: [Option]) -> Int? {
    if code >= 256 { return Int(code) - 256 }
    guard code > 0, code < 128, code != 58, code != 63 else { return nil }
    return options.firstIndex { $0.letter == Character(Unicode.Scalar(UInt8(code))) }
  }

  /// The word that getopt stumbled over: the one before optind, or the one at it where more letters follow.
  private static func offender(_ words: [UnsafeMutablePointer<CChar>?], after current: Int)
    -> String
  {
    let next = Int(system_getopt_index())
    let code = system_getopt_letter()
    let letter = code > 32 && code < 127 ? Character(Unicode.Scalar(UInt8(code))) : nil
    let known = unsafe words.indices
    for candidate in [next - 1, next, current] where known.contains(candidate) {
      let text = unsafe words[candidate].map { unsafe FilePath(cString: $0).description } ?? ""
      if let letter {
        if text.hasPrefix("-"), !text.hasPrefix("--"), text.contains(letter) { return text }
      } else if candidate != next, text.hasPrefix("-") {
        return text
      }
    }
    return "-\(letter ?? "?")"
  }

  private static func error(_ code: Int32, word: String, options: [Option]) -> UsageError {
    let name =
      word.split(separator: "=", omittingEmptySubsequences: false).first.map(String.init) ?? word
    let stem = String(name.drop { $0 == "-" })
    if code == 58 {  // ':'
      let option = options.first { $0.name.hasPrefix(stem) || $0.letter.map(String.init) == stem }
      let value = option?.value ?? "VALUE"
      return UsageError("\(name) needs a value: \(name) \(value)")
    }
    let matches = options.filter { $0.name.hasPrefix(stem) }
    if name.hasPrefix("--"), matches.contains(where: { $0.name == stem && $0.value == nil }) {
      return UsageError("\(name) takes no value")
    }
    if matches.count > 1 {
      let names = matches.map { "--" + $0.name }.joined(separator: " or ")
      return UsageError("\(name) is ambiguous: \(names)")
    }
    if let near = Hint.option(like: stem, options) {
      return UsageError("unknown option \(name); did you mean --\(near)?")
    }
    return UsageError("unknown option \(name); --help lists the options")
  }

  /// The same command line with other arguments, and with other values of some options.
  ///
  /// - Parameters:
  ///   - arguments: the arguments that are no options.
  ///   - options: names with their values, which an option without one has no more; that of a flag is empty.
  /// - Returns: the command line.
  public func replacing(
    arguments: [FilePath], options: [(name: String, values: [FilePath])]
  ) -> ParsedArguments {
    var copy = self
    copy.positional = arguments
    for option in options {
      copy.values.removeAll { $0.name == option.name }
      copy.values += option.values.map { (option.name, $0) }
    }
    return copy
  }

  // MARK: Access

  /// Whether an option was given.
  public func has(_ name: String) -> Bool { values.contains { $0.name == name } }

  /// An option's value as a text, which shows what is no text as `FilePath` does.
  public func text(_ name: String) -> String? { path(name)?.description }

  /// An option's value as it was typed.
  public func path(_ name: String) -> FilePath? { values.first { $0.name == name }?.value }

  /// The values of a repeatable option as they were typed, in the order of the command line.
  public func paths(_ name: String) -> [FilePath] {
    values.filter { $0.name == name }.map { $0.value }
  }

  /// A whole number within a range.
  ///
  /// - Throws: `UsageError`.
  public func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = text(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "--\(name) is a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
      )
    }
    return number
  }

  /// A number within a range.
  ///
  /// - Throws: `UsageError`.
  public func number(_ name: String, in range: ClosedRange<Double>) throws(UsageError) -> Double? {
    guard let text = text(name) else { return nil }
    guard let number = parseNumber(text), range.contains(number) else {
      throw UsageError(
        "--\(name) is a number from \(Format.general(range.lowerBound)) to "
          + "\(Format.general(range.upperBound)), not '\(text)'")
    }
    return number
  }

  /// A size in bytes: 1000000, 512K, 64MB, 64MiB, 1.5G, 1T, in powers of 1024 as systems count memory.
  ///
  /// - Throws: `UsageError`, also for less than 1 KiB without a unit, where one is forgotten.
  public func bytes(_ name: String) throws(UsageError) -> Int? {
    guard let text = text(name) else { return nil }
    let units: [(String, Double)] = [
      ("", 1), ("K", 0x1p10), ("M", 0x1p20), ("G", 0x1p30), ("T", 0x1p40),
    ]
    let digits = text.utf8.prefix { $0 < 0x41 || $0 | 0x20 == 0x65 }
    let unit = text.dropFirst(digits.count).uppercased()
    let factor = units.first { letter, _ in
      unit == letter || !letter.isEmpty && (unit == letter + "B" || unit == letter + "IB")
    }?.1
    guard let factor, let number = parseNumber(String(text.prefix(digits.count))), number >= 0,
      number * factor < 0x1p50
    else {
      throw UsageError("--\(name) is a size such as 512K, 64M or 1G, not '\(text)'")
    }
    guard !unit.isEmpty || number == 0 || number >= 1024 else {
      throw UsageError("--\(name) \(text) is \(text) bytes; write \(text)M for \(text) MiB")
    }
    return Int(number * factor)
  }

  /// One of several words.
  ///
  /// - Throws: `UsageError`.
  public func choice(_ name: String, among words: [String]) throws(UsageError) -> String? {
    guard let text = text(name) else { return nil }
    guard words.contains(text) else {
      throw UsageError(
        "--\(name) is \(words.joined(separator: " or ")), not '\(text)'"
          + Hint.meant(text, words))
    }
    return text
  }

  /// One of several values, by their words.
  ///
  /// - Throws: `UsageError`.
  public func choice<Value: RawRepresentable<String>>(
    _ name: String, of values: [Value]
  ) throws(UsageError) -> Value? {
    let word = try choice(name, among: values.map { $0.rawValue })
    return values.first { $0.rawValue == word }
  }
}

/// A decimal number that spans the whole text; nil otherwise, also for infinities.
public func parseNumber(_ text: String) -> Double? {
  guard let first = text.utf8.first, first != 0x2b,
    text.utf8.allSatisfy({
      ($0 >= 0x30 && $0 <= 0x39) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].contains($0)
    })
  else { return nil }
  var value = 0.0
  guard unsafe system_parse_double(text, &value) != 0, value.isFinite else { return nil }
  return value
}
