import CommandOptions
import FileNames

private let command = Command(
  "fuzz", "Reads words.", usage: "FILE...", arguments: 0...4,
  groups: [
    OptionGroup(
      "Options",
      [
        Option("number", letter: "n", value: "N", "A number."),
        Option("integer", value: "N", "A whole number."), Option("bytes", value: "SIZE", "A size."),
        Option("choice", value: "WORD", "A word."), Option("help", letter: "h", "Help."),
        Option("many", letter: "m", value: "X", isRepeatable: true, "Some."),
      ])
  ])

/// Takes lines as the words of a command line.
func readOptions(_ bytes: Span<UInt8>) {
  let lines = bytes.indices.map { bytes[$0] }.split(
    separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  let words = lines.map { FilePath(bytes: $0) }
  do throws(UsageError) {
    let parsed = try ParsedArguments(words, for: command)
    promise(parsed.positional.count <= 4 || parsed.has("help"), "too many arguments")
    if let number = try parsed.number("number", in: -1...1e9) { promise(number >= -1, "\(number)") }
    if let number = try parsed.integer("integer", in: 1...99) { promise(number >= 1, "\(number)") }
    if let bytes = try parsed.bytes("bytes") { promise(bytes >= 0, "\(bytes)") }
    _ = try parsed.choice("choice", among: ["one", "two"])
  } catch {
    check(Console.oneLine(error.message))
  }
}
