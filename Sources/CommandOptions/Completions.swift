/// Scripts by which a shell completes a program with subcommands, from the tables that parsing and help come from.
public struct Completions {
  /// A shell that runs such scripts.
  public enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish
  }

  /// The program's name.
  let program: String
  /// The subcommands, in the order in which they are listed.
  let commands: [Command]

  /// The completions of a program.
  ///
  /// - Parameters:
  ///   - program: its name.
  ///   - commands: its subcommands, each named after the program.
  public init(program: String, commands: [Command]) {
    self.program = program
    self.commands = commands
  }

  /// The script for a shell.
  public func text(_ shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  /// What is typed after the program: the word of a subcommand.
  func word(_ command: Command) -> String { String(command.name.dropFirst(program.count + 1)) }

  /// The words of all subcommands.
  var words: [String] { commands.map { word($0) } }

  /// What stands before them, and its words.
  var others: [(word: String, values: [String])] {
    [
      ("help", words), ("--help", []), ("--version", []), ("--manual", []),
      ("--completions", Shell.allCases.map { $0.rawValue }),
    ]
  }
}

extension Option {
  /// What a value is.
  enum Kind {
    case none, word, file, folder, number
  }

  /// What the option's value is, by its name in the help.
  var kind: Kind {
    guard let value else { return .none }
    let names = value.split { !("A"..."Z").contains($0) }
    if names.contains("DIR") { return .folder }
    if names.contains("FILE") || value.hasSuffix(".png") { return .file }
    return words.isEmpty ? .number : .word
  }

  /// The option as it is typed, its letter first.
  var typed: [String] { (letter.map { ["-\($0)"] } ?? []) + ["--" + name] }

  /// The first clause of its help, without what could end it in a shell's list.
  var clause: String {
    var clause = ""
    for word in help.split(separator: " ") {
      if word == "(default:" || clause.count + word.count > 70 { break }
      clause += (clause.isEmpty ? "" : " ") + word
      if let last = clause.last, [".", ":", ";"].contains(last) { break }
    }
    while let last = clause.last, [".", ":", ";", ","].contains(last) { clause.removeLast() }
    return clause
  }
}

extension String {
  /// The text within single quotes of a shell, where `escape` stands for a quote.
  func quoted(_ escape: String) -> String {
    var text = "'"
    for character in self { text += character == "'" ? escape : String(character) }
    return text + "'"
  }
}
