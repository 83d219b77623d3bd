internal import CSystem
internal import CommandOptions
internal import QStyleCommands

exit(QStyle.run(Array(Console.arguments.dropFirst())).rawValue)
