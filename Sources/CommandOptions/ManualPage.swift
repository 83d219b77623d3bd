/// The manual page of a program with subcommands, from the tables that parsing and help come from.
public struct ManualPage {
  /// The program's name.
  public let program: String
  /// One line about what it does, without a full stop.
  public let abstract: String
  /// Version of the program, for the footer.
  public let version: String
  /// The subcommands, in the page's order.
  public let commands: [Command]

  /// A page from its parts.
  public init(program: String, abstract: String, version: String, commands: [Command]) {
    self.program = program
    self.abstract = abstract
    self.version = version
    self.commands = commands
  }

  /// The page in the man macros of troff; `sections` are titles and paragraphs to put before EXIT STATUS.
  public func text(sections: [(title: String, paragraphs: [String])] = []) -> String {
    var page = ".TH \(program.uppercased()) 1 \"\" \"\(program) \(version)\"\n"
    page += ".SH NAME\n\(escape(program)) \\- \(escape(abstract))\n.SH SYNOPSIS\n"
    for (index, command) in commands.enumerated() {
      page += (index > 0 ? ".br\n" : "") + ".B \(escape(command.name))\n"
      page += line(command.usage)
    }
    page += ".SH COMMANDS\n"
    for command in commands {
      page += ".SS \(escape(command.name))\n" + line(command.abstract)
      for group in command.groups where !isShared(group) { page += entries(group) }
    }
    if let group = commands.first?.groups.first(where: isShared) {
      page += ".SS Everywhere\n" + entries(group)
    }
    for section in sections {
      page += ".SH \(escape(section.title.uppercased()))\n"
      page += section.paragraphs.map { ".PP\n" + line($0) }.joined()
    }
    page += ".SH EXIT STATUS\n"
    for (code, meaning) in [
      (ExitCode.done, "Done."),
      (.failed, "Failed; one line on standard error says what, where and what to do."),
      (.interrupted, "Stopped by the user, with the work saved."),
      (
        .wrongArithmetic,
        "compare: all is done, and the arithmetic of the int8 weights is wrong; the verdict names the layer."
      ),
      (.usage, "Wrong usage."),
    ] {
      page += ".TP\n.B \(code.rawValue)\n" + line(meaning)
    }
    return page
  }

  /// Whether every command has a group of this title, so that it is printed once.
  private func isShared(_ group: OptionGroup) -> Bool {
    commands.count > 1
      && commands.allSatisfy { $0.groups.contains { other in other.title == group.title } }
  }

  private func entries(_ group: OptionGroup) -> String {
    var text = ""
    for option in group.options {
      text += ".TP\n\\fB"
      if let letter = option.letter { text += escape("-\(letter)") + "\\fR, \\fB" }
      text += escape("--" + option.name) + "\\fR"
      if let value = option.value { text += " \\fI" + escape(value) + "\\fR" }
      text += "\n" + line(option.help)
    }
    return text
  }

  private func line(_ text: String) -> String { escape(text) + "\n" }

  /// Backslashes and hyphens are troff's, and so is a full stop or quote that begins a line.
  private func escape(_ text: String) -> String {
    var escaped = ""
    if text.hasPrefix(".") || text.hasPrefix("'") { escaped = "\\&" }
    for character in text {
      switch character {
      case "\\": escaped += "\\e"
      case "-": escaped += "\\-"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
