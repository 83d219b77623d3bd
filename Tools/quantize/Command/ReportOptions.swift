import CommandOptions
import FileNames
import FileOutput
import ImageIO
import QuantVGG
import QuantizeCore
import StyleTransfer

/// The report that is asked for, and what it compares transfers on.
struct ReportOptions {
  static let group = OptionGroup(
    "Report",
    [
      Option(
        "report", value: "FILE.json",
        "int8: writes what the conversion costs to this file, and as a page to FILE.html."),
      Option(
        "case", value: "CASE.safetensors", isRepeatable: true,
        "Compares int8 with float32 on a reference case too."),
      Option(
        "pair", value: "CONTENT,STYLE", isRepeatable: true,
        "The same on a transfer between two pictures, with both kinds of pooling, from noise."),
      Option("pair-pool", value: "P", "avg or max: --pair with this pooling alone."),
      Option("pair-size", value: "N", "Longer side of the pictures of --pair, px (default 256)."),
      Option(
        "steps", value: "N",
        "Compares the results of both runs after so many steps too (default 0: left out)."),
    ])

  let path: FilePath
  private let cases: [FilePath]
  private let pairs: [(content: FilePath, style: FilePath)]
  private let poolings: [Pooling]
  private let pairSize: Int
  let steps: Int

  /// The page beside the report.
  var pagePath: FilePath { Self.page(of: path) }

  private static func page(of path: FilePath) -> FilePath {
    path.withoutEnding.appending(suffix: ".html")
  }

  /// The files of --case and --pair.
  var inputs: [FilePath] { cases + pairs.flatMap { [$0.content, $0.style] } }

  /// nil where no report is asked for.
  init?(_ arguments: ParsedArguments) throws {
    guard let path = arguments.path("report") else {
      for name in ["case", "pair", "pair-pool", "pair-size", "steps"] where arguments.has(name) {
        throw UsageError("--\(name) is about a report: --report FILE.json")
      }
      return nil
    }
    guard path.ending == ".json", !path.withoutEnding.isEmpty else {
      throw UsageError("--report is a .json file, not '\(path)'")
    }
    self.path = path
    cases = arguments.paths("case")
    var pairs: [(content: FilePath, style: FilePath)] = []
    for text in arguments.paths("pair") {
      let names = text.bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        .map { FilePath(bytes: $0) }
      guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else {
        throw UsageError("--pair is two pictures with a comma between, not '\(text)'")
      }
      pairs.append((names[0], names[1]))
    }
    self.pairs = pairs
    for name in ["pair-pool", "pair-size"] where pairs.isEmpty && arguments.has(name) {
      throw UsageError("--\(name) is about --pair CONTENT,STYLE")
    }
    poolings =
      try arguments.choice("pair-pool", of: Pooling.allCases).map { [$0] } ?? Pooling.allCases
    pairSize = try arguments.integer("pair-size", in: 16...4096) ?? 256
    steps = try arguments.integer("steps", in: 0...100_000) ?? 0
    guard !(pairs.isEmpty && cases.isEmpty) || !arguments.has("steps") else {
      throw UsageError("--steps needs transfers: --case CASE.safetensors or --pair CONTENT,STYLE")
    }
  }

  /// The cases and pairs, read for a network with these weights.
  func transfers(
    of weights: SourceWeights, warn: (FilePath, ImageWarning) -> Void
  ) throws -> [ComparedTransfer] {
    let deepest = TransferSettings().deepest
    guard weights.deepest >= deepest || (cases.isEmpty && pairs.isEmpty) else {
      throw Failure(
        "the weights end before \(deepest), which --case and --pair need; leave both out")
    }
    var transfers = try cases.map { path in
      try about(path) { ComparedTransfer(Self.name(path), try ReferenceCase(path: path)) }
    }
    let least = deepest.smallestSide
    for pair in pairs {
      let content = try readTensor(pair.content, side: pairSize, least: least, warn: warn)
      let style = try readTensor(pair.style, side: pairSize, least: least, warn: warn)
      for pooling in poolings {
        transfers.append(
          ComparedTransfer(
            "\(Self.name(pair.content)) + \(Self.name(pair.style))", pooling: pooling,
            content: content, styles: [Style(Picture(style))],
            start: ImageTensor.noisy(content: content, ratio: 0.6, seed: 1)))
      }
    }
    return transfers
  }

  /// A path's last part without its ending.
  private static func name(_ path: FilePath) -> String {
    path.lastComponent.withoutEnding.description
  }

  /// Writes both files, in another place where theirs fails, which is then the problem.
  func write(
    _ report: ConversionReport, _ facts: ReportFacts
  ) throws -> (path: FilePath, problem: String?) {
    let (place, problem) = try Refuge.write(path, beside: nil) { place in
      guard place == path || FileIdentity(Self.page(of: place))?.kind == .missing else {
        throw Failure("\(Self.page(of: place)) is there already")
      }
      try write(report, facts, to: place)
    }
    return (place, problem.map { "\($0); the report is \(place)" })
  }

  /// Writes both files; neither has its name before both are complete.
  private func write(
    _ report: ConversionReport, _ facts: ReportFacts, to path: FilePath
  ) throws {
    let pagePath = Self.page(of: path)
    var current = path
    do {
      let document = try AtomicFile(path: path)
      try document.write(Array(report.json(facts).utf8))
      current = pagePath
      let page = try AtomicFile(path: pagePath)
      try page.write(Array(report.page(facts).utf8))
      try page.commit()
      current = path
      try document.commit()
    } catch {
      throw Failure("\(current) \(error)")
    }
  }
}
