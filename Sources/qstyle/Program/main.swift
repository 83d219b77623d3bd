internal import CSystem
internal import CommandOptions

#if COMMANDS_ARE_A_LIBRARY
  internal import QStyleCommands
#endif

exit(QStyle.run(Array(Console.arguments.dropFirst())).rawValue)
