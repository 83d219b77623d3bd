internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import ImageIO
internal import StyleTransfer

/// `qstyle recolor`: a finished picture with the colours of the photo that it was painted from.
struct RecolorCommand {
  static let command = Command(
    "qstyle recolor",
    "Gives a finished picture the colours of CONTENT and leaves its brightness, as transfer's --colors luma does.",
    usage: "RESULT CONTENT -o OUT.png|.jpg", arguments: 2...2,
    groups: [
      OptionGroup(
        "Pictures",
        [Option("output", letter: "o", value: "FILE", "The picture to write, .png or .jpg.")]),
      SharedOptions.group,
    ])

  private let shared: SharedOptions
  private let result: FilePath
  private let content: FilePath
  private let output: ResultFile

  init(_ arguments: ParsedArguments) throws(UsageError) {
    output = try ResultFile(arguments)
    shared = try SharedOptions(arguments)
    result = arguments.positional[0]
    content = arguments.positional[1]
    var files = NamedFiles()
    try files.input(result, "the result")
    try files.input(content, "the content")
    try files.output(output.path, "-o")
  }

  func run() throws(Failure) -> ExitCode {
    try output.check()
    let recoloring = try Failure.from { () throws(TransferError) in
      let recoloring = try Recoloring(result: result, content: content)
      try MemoryLimit.requireMappable(recoloring.bytes)
      return recoloring
    }
    let lock = try output.lock()
    defer { withExtendedLifetime(lock) {} }
    let (size, own) = (recoloring.size, recoloring.contentSize)
    if abs(own.width * size.height - own.height * size.width) > max(own.width, own.height) {
      shared.warn([
        "\(content) has \(own.text) pixels, another shape than \(result) with \(size.text), which it is "
          + "stretched to"
      ])
    }
    let isWritten = try Failure.from { () throws(TransferError) in
      try recoloring.write(to: output.path) { !Console.isInterrupted }
    }
    shared.warn(recoloring.warnings)
    guard isWritten else {
      if !shared.isQuiet { Console.note("stopped; nothing is written\n") }
      return .interrupted
    }
    if shared.isJSON {
      var document = JSONObject()
      document.add("output", output.path.description)
      document.add("width", size.width)
      document.add("height", size.height)
      document.add("peak_bytes", Console.peakBytes)
      Console.print(document.text + "\n")
    } else if !shared.isQuiet {
      Console.print("saved \(output.path), \(size.text)\n")
    }
    return .done
  }
}
