internal import CSystem
internal import CommandOptions
internal import FileNames
internal import QuantVGG
internal import StyleTransfer

/// The command: picks a subcommand, and turns what it throws into one line and an exit code.
enum QStyle {
  static var version: String { Transfer.version }

  /// What every command maps: its words, texts and buffers.
  private static let leastBytes = 8 << 20

  /// Runs the words behind the program's name.
  static func run(_ words: [FilePath]) -> ExitCode {
    Console.catchSignals()
    Console.trimHeap()
    do throws(TransferError) {
      try MemoryLimit.requireMappable(leastBytes)
    } catch {
      Console.error(error.description)
      return .failed
    }
    do throws(UsageError) {
      return try dispatch(words)
    } catch {
      Console.error(error.message)
      return .usage
    }
  }

  private static func dispatch(_ words: [FilePath]) throws(UsageError) -> ExitCode {
    guard let name = words.first else {
      throw UsageError(
        "name a command: qstyle transfer, batch, serve, recolor, thumbnail, compare, plan, verify, inspect or bench; see qstyle --help"
      )
    }
    let rest = Array(words.dropFirst())
    switch name {
    case "transfer":
      return try perform(rest, TransferCommand.command) { (arguments) throws(UsageError) in
        let command = try TransferCommand(arguments)
        return { () throws(Failure) in try command.run() }
      }
    case "batch":
      return try perform(rest, BatchCommand.command) { (arguments) throws(UsageError) in
        let command = try BatchCommand(arguments)
        return { () throws(Failure) in try command.run() }
      }
    case "recolor":
      return try perform(rest, RecolorCommand.command) { (arguments) throws(UsageError) in
        let command = try RecolorCommand(arguments)
        return { () throws(Failure) in try command.run() }
      }
    case "plan":
      return try perform(rest, PlanCommand.command) { (arguments) throws(UsageError) in
        let command = try PlanCommand(arguments)
        return { () throws(Failure) in try command.run() }
      }
    case "verify":
      return try perform(rest, VerifyCommand.command) { (arguments) throws(UsageError) in
        let command = try VerifyCommand(arguments)
        return { () throws(Failure) in try command.run() }
      }
    case "thumbnail":
      return try perform(rest, ThumbnailCommand.command) { (arguments) throws(UsageError) in
        let command = try ThumbnailCommand(arguments)
        return { () throws(Failure) in try command.run() }
      }
    case "serve":
      return try perform(rest, ServeCommand.command) { (arguments) throws(UsageError) in
        let command = try ServeCommand(arguments)
        return { () throws(Failure) in try command.run() }
      }
    case "compare":
      return try perform(rest, CompareCommand.command) { (arguments) throws(UsageError) in
        let command = try CompareCommand(arguments)
        return { () throws(Failure) in try command.run() }
      }
    case "inspect":
      return try perform(rest, InspectCommand.command) { (arguments) throws(UsageError) in
        let command = try InspectCommand(arguments)
        return { () throws(Failure) in try command.run() }
      }
    case "bench":
      return try perform(rest, BenchCommand.command) { (arguments) throws(UsageError) in
        let command = try BenchCommand(arguments)
        return { () throws(Failure) in try command.run() }
      }
    case "--help", "-h", "help":
      Console.print(try help(about: rest))
      return .done
    case "--manual":
      Console.print(manual)
      return .done
    case "--completions":
      Console.print(try completions(rest))
      return .done
    case "--version":
      Console.print("qstyle \(version)\n")
      return .done
    default: throw unknown(name)
    }
  }

  /// The help of the command that is named, or of all.
  private static func help(about words: [FilePath]) throws(UsageError) -> String {
    guard let word = words.first else { return help }
    guard let command = commands.first(where: { $0.name == "qstyle \(word)" }) else {
      throw unknown(word)
    }
    return command.help
  }

  /// What was meant by a word that is no command.
  private static func unknown(_ typed: FilePath) -> UsageError {
    let word = typed.description
    if word == "quantize" {
      return UsageError("quantize is a program of its own, beside this one: quantize --help")
    }
    if word.hasPrefix("-") {
      return UsageError(
        "'\(word)' stands before the command; type qstyle COMMAND first, which qstyle --help lists")
    }
    let names = commands.map { String($0.name.dropFirst("qstyle ".count)) } + ["help"]
    if let meant = Hint.nearest(word, names) {
      return UsageError("unknown command '\(word)'; did you mean qstyle \(meant)?")
    }
    let isFile = unsafe typed.withCString { unsafe access($0, F_OK) == 0 }
    return UsageError(
      "unknown command '\(word)'; "
        + (isFile
          ? "to paint that picture: qstyle transfer \(TransferCommand.command.usage)"
          : "qstyle --help lists the commands"))
  }

  /// Parses, then validates, then runs; `validate` makes the run from the arguments.
  private static func perform(
    _ words: [FilePath], _ command: Command,
    _ validate: (ParsedArguments) throws(UsageError) -> () throws(Failure) -> ExitCode
  ) throws(UsageError) -> ExitCode {
    let arguments = try ParsedArguments(words, for: command)
    if arguments.has("help") {
      Console.print(command.help)
      return .done
    }
    let run = try validate(arguments)
    do throws(Failure) {
      return try run()
    } catch {
      Console.error(error.message)
      return error.code
    }
  }

  private static var commands: [Command] {
    [
      TransferCommand.command, BatchCommand.command, ServeCommand.command, RecolorCommand.command,
      ThumbnailCommand.command, CompareCommand.command, PlanCommand.command, VerifyCommand.command,
      InspectCommand.command,
      BenchCommand.command,
    ]
  }

  /// The manual page.
  private static var manual: String {
    ManualPage(
      program: "qstyle", abstract: "paints a photo in the style of a picture", version: version,
      commands: commands
    ).text(sections: [
      (
        "Environment",
        [
          "QSTYLE_WEIGHTS names the weights; --weights goes before it.",
          "QSTYLE_ISA caps the instruction set: \(instructionSets). The result is the same.",
          "TMPDIR (or /tmp) is where a result goes whose own place fails, before the current folder.",
        ]
      ),
      (
        "Weights",
        [
          "Weights are taken from --weights, QSTYLE_WEIGHTS, the program itself where they were built "
            + "in, the program's folder, ~/.local/share/qstyle, and a checkout around the program."
        ]
      ),
    ])
  }

  /// The script that completes commands and options in the shell that is named.
  private static func completions(_ words: [FilePath]) throws(UsageError) -> String {
    let names = Completions.Shell.allCases.map { $0.rawValue }
    let name = words.first?.description ?? ""
    guard let shell = Completions.Shell(rawValue: name) else {
      throw UsageError(
        "name the shell: qstyle --completions \(names.joined(separator: " or "))"
          + Hint.meant(name, names))
    }
    return Completions(program: "qstyle", commands: commands).text(shell)
  }

  private static var instructionSets: String {
    InstructionSet.allCases.map { $0.rawValue }.joined(separator: ", ")
  }

  private static var help: String {
    var text =
      "qstyle paints a photo in the style of a picture (Gatys et al.) with an int8 VGG-19.\n\n"
    text += "Usage: qstyle COMMAND ...\n\n"
    for command in commands {
      text += "  \(command.name) \(command.usage)\n      \(command.abstract)\n"
    }
    return text
      + "\nqstyle help COMMAND tells a command's options. qstyle --version prints the version, "
      + "qstyle --manual the manual page,\nqstyle --completions bash|zsh|fish what completes commands in a shell.\n"
  }
}
