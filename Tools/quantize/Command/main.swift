import CSystem
import CommandOptions
import FileNames
import StyleTransfer

/// Parses the command line, does what it says, and turns any error into one line.
func run() -> ExitCode {
  Console.catchSignals()
  do {
    try MemoryLimit.requireMappable(MemoryNeeds.least)
    let words = Array(Console.arguments.dropFirst())
    let arguments = try ParsedArguments(words, for: command)
    if arguments.has("help") || words == ["help"] {
      Console.print(command.help)
      return .done
    }
    if arguments.has("version") {
      Console.print("quantize \(Transfer.version)\n")
      return .done
    }
    let options = try Options(arguments)
    try MemoryNeeds.check(options)
    if let deepest = options.deepest {
      try copy(options, through: deepest)
    } else {
      var conversion = Conversion(options)
      try conversion.run()
    }
    return .done
  } catch let error as UsageError {
    Console.error(error.message)
    return .usage
  } catch {
    Console.error("\(error)")
    return .failed
  }
}

exit(run().rawValue)
