import CommandOptions
import FileNames

private let options = [
  Option("number", letter: "n", value: "N", "A number."),
  Option("integer", value: "N", "A whole number."), Option("bytes", value: "SIZE", "A size."),
  Option("choice", value: "WORD", "A word."), Option("help", letter: "h", "Help."),
  Option("many", letter: "m", value: "X", isRepeatable: true, "Some."),
]

private let command = Command(
  "fuzz", "Reads words.", usage: "FILE...", arguments: 0...4,
  groups: [OptionGroup("Options", options)])

/// Takes lines as the words of a command line.
func readOptions(_ bytes: Span<UInt8>) {
  let lines = bytes.indices.map { bytes[$0] }.split(
    separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  let words = lines.map { FilePath(bytes: $0) }
  do throws(UsageError) {
    let parsed = try ParsedArguments(words, for: command)
    promise(parsed.positional.count <= 4 || parsed.has("help"), "too many arguments")
    try readValues(parsed)
  } catch {
    check(Console.oneLine(error.message))
  }
}

/// Takes lines as jobs, whose options go before those of a command line.
func readJobs(_ bytes: Span<UInt8>) {
  let lines = bytes.indices.map { bytes[$0] }.split(separator: UInt8(ascii: "\n"))
  for line in lines {
    do throws(UsageError) {
      let read = try OptionLine(line, options: options)
      let typed = try ParsedArguments(["a", "--number", "1", "-m", "b", "-m", "c"], for: command)
      let parsed = typed.replacing(arguments: ["d"], options: read.members)
      for member in read.members {
        promise(parsed.paths(member.name) == member.values, "\(member.name) has other values")
      }
      promise(parsed.positional == ["d"], "the argument")
      try readValues(parsed)
    } catch {
      check(Console.oneLine(error.message))
    }
  }
}

private func readValues(_ parsed: ParsedArguments) throws(UsageError) {
  if let number = try parsed.number("number", in: -1...1e9) { promise(number >= -1, "\(number)") }
  if let number = try parsed.integer("integer", in: 1...99) { promise(number >= 1, "\(number)") }
  if let bytes = try parsed.bytes("bytes") { promise(bytes >= 0, "\(bytes)") }
  _ = try parsed.choice("choice", among: ["one", "two"])
}
