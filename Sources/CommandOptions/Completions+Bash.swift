extension Completions {
  /// For bash: a function that is asked for the words at the cursor; without any, files are completed.
  var bash: String {
    var text = """
      # bash completion for \(program)
      _\(program)() {
          local word=${COMP_WORDS[COMP_CWORD]} words=
          COMPREPLY=()
          if ((COMP_CWORD == 1)); then
              words='\(joined(words + others.map { $0.word }))'
          else
              case ${COMP_WORDS[1]}:${COMP_WORDS[COMP_CWORD - 1]} in

      """
    for other in others where !other.values.isEmpty {
      text += entry(["\(other.word):\(other.word)"], "words='\(joined(other.values))'")
    }
    for command in commands { text += entries(command) }
    return text + """
              esac
          fi
          COMPREPLY=($(compgen -W "$words" -- "$word"))
      }
      complete -o default -F _\(program) \(program)

      """
  }

  private func entries(_ command: Command) -> String {
    let name = word(command)
    var text = ""
    for (kind, action) in [
      (Option.Kind.file, "return"),
      (.folder, "compopt -o dirnames +o default 2>/dev/null; return"),
      (.number, "compopt +o default 2>/dev/null; return"),
    ] {
      let options = command.options.filter { $0.kind == kind && $0.words.isEmpty }
      if !options.isEmpty {
        text += entry(options.flatMap { $0.typed.map { "\(name):\($0)" } }, action)
      }
    }
    for option in command.options where !option.words.isEmpty {
      text += entry(option.typed.map { "\(name):\($0)" }, "words='\(joined(option.words))'")
    }
    let all = joined(command.options.flatMap { $0.typed })
    return text + entry(["\(name):*"], "[[ $word == -* ]] && words='\(all)'")
  }

  private func entry(_ patterns: [String], _ action: String) -> String {
    "        \(patterns.joined(separator: "|"))) \(action) ;;\n"
  }

  private func joined(_ words: [String]) -> String { words.joined(separator: " ") }
}
