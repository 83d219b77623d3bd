internal import CSystem
internal import CommandOptions
internal import FileNames
internal import StyleTransfer

/// `qstyle-mpi`, which paints one picture with several processes: the command line is read by each, and the first one leads.
enum ClusterProgram {
  /// Runs the words behind the program's name as one of the processes.
  ///
  /// - Returns: the status of the leading process; that of another one is `.done`.
  static func run(_ words: [FilePath], _ communicator: Communicator) -> ExitCode {
    Console.catchSignals()
    Console.trimHeap()
    guard communicator.leads else {
      follow(words, communicator)
      return .done
    }
    let code = lead(words, communicator)
    communicator.tell(StripCommand(.leave))
    return code
  }

  /// The table of `qstyle transfer` with the options of several machines.
  private static var command: Command {
    let single = TransferCommand.command
    return Command(
      "qstyle-mpi transfer", single.abstract, usage: single.usage, arguments: single.arguments,
      groups: [ClusterOptions.group] + single.groups)
  }

  private static func lead(_ words: [FilePath], _ communicator: Communicator) -> ExitCode {
    switch words.first {
    case "--help", "-h", "help":
      Console.print(command.help)
      return .done
    case "--version":
      Console.print("qstyle-mpi \(Transfer.version)\n")
      return .done
    default: break
    }
    do throws(UsageError) {
      guard let arguments = try arguments(words) else {
        Console.print(command.help)
        return .done
      }
      let transfer = try TransferCommand(arguments)
      let cluster = try Cluster(communicator, arguments)
      do throws(Failure) {
        return try transfer.run(cluster)
      } catch {
        Console.error(error.message)
        // The others may be in the middle of a scale.
        if communicator.hasBegun { cluster.abandon(error.code) }
        return error.code
      }
    } catch {
      Console.error(error.message)
      return .usage
    }
  }

  /// Does what the leading process says; one that can not says so and ends all.
  ///
  /// What is wrong with all of them is told by the leading process alone, which then ends the run.
  private static func follow(_ words: [FilePath], _ communicator: Communicator) {
    let problem: Failure
    do throws(UsageError) {
      if let arguments = try arguments(words) {
        let transfer = try TransferCommand(arguments)
        let cluster = try Cluster(communicator, arguments)
        do throws(Failure) {
          return try transfer.follow(cluster)
        } catch {
          problem = error
        }
      } else {
        problem = Failure("only its help was asked for", code: .usage)
      }
    } catch {
      problem = Failure(error)
    }
    if communicator.nextCommand().kind != .leave { communicator.abandon(problem) }
  }

  /// The arguments of the one command; nil where its help is wanted.
  private static func arguments(_ words: [FilePath]) throws(UsageError) -> ParsedArguments? {
    guard words.first == "transfer" else {
      throw UsageError(
        "paints one picture with several machines: mpirun ... qstyle-mpi transfer \(command.usage)")
    }
    let arguments = try ParsedArguments(Array(words.dropFirst()), for: command)
    return arguments.has("help") ? nil : arguments
  }
}
