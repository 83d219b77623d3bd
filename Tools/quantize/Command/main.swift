import CSystem
import CommandOptions

/// Parses the command line, does what it says, and turns any error into one line.
func run() -> ExitCode {
  Console.catchSignals()
  do {
    let arguments = try ParsedArguments(Array(Console.arguments.dropFirst()), for: command)
    if arguments.has("help") {
      Console.print(command.help)
      return .done
    }
    let options = try Options(arguments)
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
