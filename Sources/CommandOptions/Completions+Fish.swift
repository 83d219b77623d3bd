extension Completions {
  /// For fish: a line for each subcommand and option.
  var fish: String {
    var text = "# fish completion for \(program)\n"
    for command in commands {
      text += line(when: nil, "-xa \(word(command))", command.abstract)
    }
    for other in others {
      let isOption = other.word.hasPrefix("--")
      text += line(
        when: nil, isOption ? "-l \(other.word.dropFirst(2))" : "-xa \(other.word)", nil)
      if !other.values.isEmpty {
        text += line(
          when: other.word, "-xa '\(other.values.joined(separator: " "))'", nil)
      }
    }
    for command in commands {
      for option in command.options {
        text += line(when: word(command), arguments(option), option.clause)
      }
    }
    return text
  }

  private func arguments(_ option: Option) -> String {
    var text = "-l \(option.name)"
    if let letter = option.letter { text += " -s \(letter)" }
    let words = option.words.joined(separator: " ").quoted("\\'")
    let value =
      switch option.kind {
      case .none: ""
      case .number: " -x"
      case .word: " -xa \(words)"
      case .file: option.words.isEmpty ? " -rF" : " -rFa \(words)"
      case .folder: " -xa '(__fish_complete_directories)'"
      }
    return text + value
  }

  /// A line for what is typed after a word, or as the first one.
  private func line(when word: String?, _ arguments: String, _ help: String?) -> String {
    let test = word.map { "contains -- \($0) (commandline -opc)" } ?? "__fish_use_subcommand"
    var text = "complete -c \(program) -n '\(test)' \(arguments)"
    if let help { text += " -d " + help.quoted("\\'") }
    return text + "\n"
  }
}
