internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import Service
internal import StyleTransfer

/// `qstyle serve`: a page and an API, behind which jobs are painted one after the other.
struct ServeCommand {
  static let command = Command(
    "qstyle serve",
    "Opens a page at which photos are given, painted one after the other, and looked at.",
    usage: "[--listen ADDRESS:PORT] [--data DIR]", arguments: 0...0,
    groups: [
      OptionGroup(
        "Service",
        [
          Option(
            "listen", value: "ADDRESS:PORT",
            "Where to listen (default: 127.0.0.1:8080, for this machine alone); port 0 is a free one."
          ),
          Option(
            "token", value: "FILE",
            "Answer those alone who know the text in FILE, at least 16 characters; needed for addresses that other machines can reach."
          ),
          Option(
            "data", value: "DIR",
            "The folder of the queue, uploads and results (default: $STATE_DIRECTORY, or ~/.local/share/qstyle/serve)."
          ),
          Option(
            "styles", value: "DIR",
            "Paintings to choose from (default: ../share/qstyle/styles beside the program's folder, where it is there)."
          ),
        ]),
      OptionGroup(
        "Paintings",
        [
          Option(
            "memory", value: "SIZE",
            "Peak memory of the program that paints, which is never exceeded, as 64M or 1G (default: nine tenths of what is free)."
          ), SharedOptions.weights, SharedOptions.spill,
        ]),
      SharedOptions.group,
    ])

  private let service: ServiceOptions

  init(_ arguments: ParsedArguments) throws(UsageError) {
    _ = try SharedOptions(arguments)
    _ = try arguments.bytes("memory")
    var options = ServiceOptions()
    options.address = arguments.text("listen") ?? options.address
    guard let isLoopback = isLoopback(options.address) else {
      throw UsageError(
        "--listen is a numeric address with a port, as 127.0.0.1:8080, not '\(options.address)'")
    }
    options.token = try Self.token(arguments.path("token"))
    guard isLoopback || options.token != nil else {
      throw UsageError(
        "other machines can reach \(options.address): give a token with --token FILE, or listen at 127.0.0.1"
      )
    }
    options.data = try Self.data(arguments)
    if let styles = arguments.path("styles") {
      guard styles.isFolder else { throw UsageError("--styles \(styles) is no folder") }
      options.styles = styles
    } else {
      options.styles = Self.shippedStyles
    }
    for name in ["memory", "threads", "weights", "spill"] {
      if let value = arguments.path(name) { options.options += [FilePath("--" + name), value] }
    }
    service = options
  }

  /// The text of a file, without the end of its line.
  private static func token(_ path: FilePath?) throws(UsageError) -> String? {
    guard let path else { return nil }
    guard let bytes = try? SmallFile.read(path, most: 4096) else {
      throw UsageError("--token \(path) cannot be read as a short file")
    }
    let token = bytes.split(separator: UInt8(ascii: "\n")).first.map { Array($0) } ?? []
    guard token.count >= 16, token.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw UsageError(
        "--token \(path) holds no line of 16 or more letters, digits and signs without spaces; make one: openssl rand -hex 16"
      )
    }
    return String(decoding: token, as: UTF8.self)
  }

  private static func data(_ arguments: ParsedArguments) throws(UsageError) -> FilePath {
    if let path = arguments.path("data") { return path }
    if let path = FilePath(environment: "STATE_DIRECTORY") { return path }
    guard let home = FilePath(environment: "HOME") else {
      throw UsageError("name the folder of the queue: --data DIR")
    }
    return home.appending(".local/share/qstyle/serve")
  }

  /// The paintings of the package.
  private static var shippedStyles: FilePath? {
    guard let program = FilePath("/proc/self/exe").resolvingLinks else { return nil }
    let folder = program.folder.appending("../share/qstyle/styles")
    return folder.isFolder ? folder : nil
  }

  func run() throws(Failure) -> ExitCode {
    do throws(ServiceError) {
      try Service(service).run()
    } catch {
      throw Failure(error.message)
    }
    return .done
  }
}
