extension Completions {
  /// For zsh: a function that describes each subcommand's options to `_arguments`.
  var zsh: String {
    var text = """
      #compdef \(program)
      _\(program)() {
        local curcontext=$curcontext state line
        local -a commands
        commands=(

      """
    for command in commands {
      text += "    " + "\(word(command)):\(command.abstract)".quoted(quote) + "\n"
    }
    text += """
        )
        _arguments -C \\
          '(- *)--help[all commands]' '(- *)--version[the version]' '(- *)--manual[the manual page]' \\
          '(- *)--completions[a script as this one]:shell:(\(Shell.allCases.map { $0.rawValue }.joined(separator: " ")))' \\
          '1:command:->command' '*::argument:->argument'
        case $state in
        command) _describe command commands ;;
        argument)
          case $line[1] in
          help) _describe command commands ;;

      """
    for command in commands {
      text += "    \(word(command))) _arguments -S"
      for option in command.options { text += " \\\n      " + specification(option) }
      text += " \\\n      '*:file:_files' ;;\n"
    }
    return text + """
          esac ;;
        esac
      }
      _\(program) "$@"

      """
  }

  private var quote: String { "'\\''" }

  private func specification(_ option: Option) -> String {
    var text = ""
    if option.isRepeatable {
      text = "'*'"
    } else if option.typed.count > 1 {
      text = option.typed.joined(separator: " ")
      text = "'(\(text))'"
    }
    text += option.typed.count > 1 ? "{\(option.typed.joined(separator: ","))}" : option.typed[0]
    var help = "[\(escaped(option.clause))]"
    if let value = option.value { help += ":\(escaped(value)):" + action(option) }
    return text + help.quoted(quote)
  }

  private func action(_ option: Option) -> String {
    let words = option.words.joined(separator: " ")
    return switch option.kind {
    case .file: words.isEmpty ? "_files" : "{compadd \(words); _files}"
    case .folder: "_files -/"
    case .word: "(\(words))"
    case .none, .number: " "
    }
  }

  /// Colons and brackets are those of the specification.
  private func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      if [":", "[", "]", "\\"].contains(character) { escaped += "\\" }
      escaped.append(character)
    }
    return escaped
  }
}
