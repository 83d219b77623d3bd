internal import CSystem
internal import CommandOptions

exit(QStyle.run(Array(Console.arguments.dropFirst())).rawValue)
