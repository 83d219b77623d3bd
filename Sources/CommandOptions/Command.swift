/// One option of a command.
public struct Option: Sendable {
  /// The long name, without dashes.
  public let name: String
  /// The letter after a single dash, if any.
  public let letter: Character?
  /// The value's name in help; nil for a flag.
  public let value: String?
  /// Words that the value may be, for a shell to complete; none where it is a number or a file.
  public let words: [String]
  /// Whether it may be given more than once.
  public let isRepeatable: Bool
  /// The option's effect, one sentence or two.
  public let help: String

  /// An option; without `value` it is a flag.
  public init(
    _ name: String, letter: Character? = nil, value: String? = nil, words: [String] = [],
    isRepeatable: Bool = false, _ help: String
  ) {
    self.words = words
    self.isRepeatable = isRepeatable
    self.name = name
    self.letter = letter
    self.value = value
    self.help = help
  }
}

/// Options under one heading of the help.
public struct OptionGroup: Sendable {
  /// The heading.
  public let title: String
  /// The options, in the order of the help.
  public let options: [Option]

  /// A group of options.
  public init(_ title: String, _ options: [Option]) {
    self.title = title
    self.options = options
  }
}

/// The table that a command's parsing and help come from.
public struct Command: Sendable {
  /// The words that are typed: "qstyle transfer".
  public let name: String
  /// One line about what it does.
  public let abstract: String
  /// The arguments as the usage line shows them: "CONTENT STYLE -o OUT".
  public let usage: String
  /// Fewest and most positional arguments.
  public let arguments: ClosedRange<Int>
  /// When the exit status is 3; nil for a command that has no such status.
  public let verdict: String?
  /// The options.
  public let groups: [OptionGroup]

  /// A command.
  public init(
    _ name: String, _ abstract: String, usage: String, arguments: ClosedRange<Int>,
    verdict: String? = nil, groups: [OptionGroup]
  ) {
    self.verdict = verdict
    self.name = name
    self.abstract = abstract
    self.usage = usage
    self.arguments = arguments
    self.groups = groups
  }

  var options: [Option] { groups.flatMap { $0.options } }

  func option(named name: String) -> Option? { options.first { $0.name == name } }

  /// The help, at most 80 columns wide.
  public var help: String {
    var text = "\(abstract)\n\nUsage: \(name) \(usage)\n"
    for group in groups {
      text += "\n\(group.title):\n"
      for option in group.options { text += Self.entry(option) }
    }
    text += "\nExit status: 0 done, 1 failed, 2 stopped with the work saved, 64 wrong usage"
    return text + (verdict.map { ",\n3 \($0)" } ?? "") + ".\n"
  }

  private static let helpColumn = 30

  private static func entry(_ option: Option) -> String {
    var left = option.letter.map { "  -\($0), " } ?? "      "
    left += "--" + option.name + (option.value.map { " " + $0 } ?? "")
    var lines: [String] = []
    var line = left
    if left.count >= helpColumn {
      lines.append(left)
      line = ""
    }
    var isFresh = true
    for word in option.help.split(separator: " ") {
      if !isFresh, line.count + 1 + word.count > 80 {
        lines.append(line)
        line = ""
        isFresh = true
      }
      if isFresh {
        line += String(repeating: " ", count: max(0, helpColumn - line.count))
        isFresh = false
      } else {
        line += " "
      }
      line += word
    }
    lines.append(line)
    return lines.joined(separator: "\n") + "\n"
  }
}

/// A wrong command line, in one line that says what to type instead.
public struct UsageError: Error, Equatable {
  /// The line, without the command's name.
  public let message: String

  /// A wrong command line.
  public init(_ message: String) {
    self.message = message
  }
}

/// The end of a command, as a status for the shell.
public enum ExitCode: Int32, Sendable {
  /// Done.
  case done = 0
  /// Failed; one line on stderr says what, where and what to do next.
  case failed = 1
  /// Stopped by the user with the work saved.
  case interrupted = 2
  /// Done, and the arithmetic of int8 weights is wrong.
  case wrongArithmetic = 3
  /// Wrong usage.
  case usage = 64
}
