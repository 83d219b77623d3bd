internal import CommandOptions
internal import FileNames
internal import StyleTransfer

/// What the command line of `qstyle batch` says of all its jobs.
struct BatchOptions {
  static let style = Option(
    "style", value: "FILE[:WEIGHT]", isRepeatable: true,
    "The style of every picture; several are mixed, by weights that are divided by their sum (default: 1 each)."
  )
  static let output = Option(
    "output", letter: "o", value: "DIR", "The folder of the results, made where it is missing.")
  static let format = Option(
    "format", value: "F", "png (default) or jpg: the results that a name is made for.")
  static let force = Option(
    "force", "Also paint over files that are no results of a batch, or were changed since.")
  static let watch = Option(
    "watch", "Go on with pictures that come into FOLDER later, until a signal ends it.")
  static let watchEvery = Option(
    "watch-every", value: "N",
    "Seconds between two looks into FOLDER (default: 5); a file that has changed between them waits."
  )

  /// The groups whose options may stand in a line of a file of jobs.
  static let transferGroups = [
    OptionGroup(
      "Pictures",
      [style] + StyleOptions.options.filter { $0.name != style.name } + TransferOptions.pictures),
    RegionOptions.group, TransferOptions.optimisation, NetworkOptions.group,
    OptionGroup(
      "Memory", TransferOptions.memory.options.filter { $0.name != TransferOptions.dryRun.name }),
    OptionGroup("Checkpoints", [TransferOptions.checkpointEvery]),
  ]

  /// FOLDER, or JOBS.
  let source: FilePath
  let isFolder: Bool
  let shared: SharedOptions
  /// The folder of the results; nil where every line names its result.
  let results: FilePath?
  let isForced: Bool
  let isDryRun: Bool
  /// Seconds between two looks into the folder; nil where it is looked into once.
  let watchSeconds: Int?
  private let ending: FilePath
  private let arguments: ParsedArguments

  init(_ arguments: ParsedArguments) throws(UsageError) {
    self.arguments = arguments
    source = arguments.positional[0]
    isFolder = source.isFolder
    shared = try SharedOptions(arguments)
    results = arguments.path("output")
    isForced = arguments.has("force")
    isDryRun = arguments.has(TransferOptions.dryRun.name)
    ending = try arguments.choice("format", among: ["png", "jpg"]) == "jpg" ? ".jpg" : ".png"
    let every = try arguments.integer("watch-every", in: 1...86400)
    guard every == nil || arguments.has("watch") else {
      throw UsageError("--watch-every is the pace of --watch; give that too")
    }
    watchSeconds = arguments.has("watch") ? every ?? 5 : nil
    guard isFolder else {
      guard watchSeconds == nil else {
        throw UsageError("--watch watches a folder, and \(source) is none")
      }
      return
    }
    guard watchSeconds == nil || !isDryRun else {
      throw UsageError("--dry-run ends at once, and --watch does not; leave out one")
    }
    guard let results else {
      throw UsageError("name the folder of the results: -o DIR")
    }
    guard FileIdentity(results) != FileIdentity(source) else {
      throw UsageError(
        "-o is the folder of the pictures, where results would be painted again; name another one")
    }
    _ = try job(content: source)
  }

  /// The job of a picture; its result has the picture's name in the folder of the results.
  func job(content: FilePath) throws(UsageError) -> BatchJob {
    try job(arguments.replacing(arguments: [content], options: []), output: nil)
  }

  /// The job of a line, whose options go before those of the command line.
  func job(_ line: OptionLine) throws(UsageError) -> BatchJob {
    guard let content = line.value("content"), !content.isEmpty else {
      throw UsageError("\"content\" is missing: the picture to paint")
    }
    let options = line.members.filter { $0.name != "content" && $0.name != "output" }
    return try job(
      arguments.replacing(arguments: [content], options: options), output: line.value("output"))
  }

  private func job(
    _ arguments: ParsedArguments, output: FilePath?
  ) throws(UsageError) -> BatchJob {
    guard arguments.has("style") else {
      throw UsageError("there is no style: name a painting with --style FILE")
    }
    let path: FilePath
    if let output {
      path = output.isAbsolute ? output : (results ?? "").appending(output)
    } else if let results {
      path = results.appending(arguments.positional[0].lastComponent.withoutEnding)
        .appending(suffix: ending)
    } else {
      throw UsageError("\"output\" is missing: the picture to write, or -o DIR for all of them")
    }
    return try BatchJob(arguments, output: path)
  }
}
