import CommandOptions
import FileNames
import QuantVGG
import QuantizeCore

let command = Command(
  "quantize", "Converts VGG-19 or VGG-16 weights to the files that qstyle reads.",
  usage: "SOURCE -o OUT.safetensors", arguments: 1...1000,
  groups: [
    OptionGroup(
      "Conversion",
      [
        Option("output", letter: "o", value: "FILE", "The safetensors file to write."),
        Option("to", value: "KIND", "int8 (default), codebook or float32."),
        Option(
          "rounding", value: "R",
          "int8: reconstruct (default), so that each layer's outputs change least, or nearest."),
        Option(
          "granularity", value: "G", "int8: one weight scale per channel (default) or tensor."),
        Option(
          "calibrate", value: "IMAGE", isRepeatable: true,
          "int8: a picture that activation scales are measured on; more images may follow."),
        Option(
          "through", value: "LAYER",
          "Only copies SOURCE, a file that quantize wrote, up to this layer: conv5_1 is all that "
            + "the default losses need."),
        Option("threads", value: "N", "Threads (default: all processors)."),
      ]),
    ReportOptions.group,
    OptionGroup(
      "Output",
      [
        Option("json", "Report as one JSON document on standard output."),
        Option("quiet", "No progress."),
        Option("version", "The program's version."),
        Option("help", letter: "h", "This text."),
      ]),
  ])

/// The choices of a command line.
struct Options {
  /// Longest side of the pictures that the arithmetic is checked on.
  static let checkedSide = 128

  let source: FilePath
  let output: FilePath
  let kind: WeightFile.Kind
  let rounding: Rounding
  let granularity: Granularity
  let calibration: [FilePath]
  let deepest: LayerName?
  /// The report that is asked for.
  let report: ReportOptions?
  let threads: Int
  let isQuiet: Bool
  let isJSON: Bool

  init(_ arguments: ParsedArguments) throws {
    source = arguments.positional[0]
    guard let output = arguments.path("output") else {
      throw UsageError("name the file to write: -o OUT.safetensors")
    }
    self.output = output
    kind = try arguments.choice("to", of: [.int8, .codebook, .float32]) ?? .int8
    rounding = try arguments.choice("rounding", of: Rounding.allCases) ?? .reconstruct
    granularity = try arguments.choice("granularity", of: Granularity.allCases) ?? .channel
    calibration = arguments.paths("calibrate") + arguments.positional.dropFirst()
    guard kind == .int8 || calibration.isEmpty else {
      throw UsageError("'\(calibration[0])' is not needed: only --to int8 is calibrated")
    }
    guard arguments.positional.count == 1 || arguments.has("calibrate") else {
      throw UsageError("'\(arguments.positional[1])' is one argument too many")
    }
    deepest = try Self.layer(arguments)
    guard deepest == nil || (calibration.isEmpty && !arguments.has("to")) else {
      throw UsageError("--through only copies; leave out --to and --calibrate")
    }
    guard kind != .int8 || !calibration.isEmpty || deepest != nil else {
      throw UsageError("--to int8 needs pictures: --calibrate photo.jpg painting.jpg")
    }
    for name in ["rounding", "granularity"] where arguments.has(name) {
      guard kind == .int8, deepest == nil else {
        throw UsageError("--\(name) is about a conversion to int8; leave it out")
      }
    }
    report = try ReportOptions(arguments)
    guard report == nil || (kind == .int8 && deepest == nil) else {
      throw UsageError("--report is about a conversion to int8; leave out --to or --through")
    }
    threads = try arguments.integer("threads", in: 1...256) ?? WorkerPool.processors
    isQuiet = arguments.has("quiet")
    isJSON = arguments.has("json")
    try checkFiles()
  }

  /// Refuses outputs that are inputs or each other.
  private func checkFiles() throws {
    var files = NamedFiles(areReadAgain: true)
    try files.input(source, "the source")
    for path in calibration { try files.input(path, "a picture of --calibrate") }
    for path in report?.inputs ?? [] { try files.input(path, "a file of --case or --pair") }
    try addOutputs(to: &files)
  }

  /// Refuses outputs that are files which the source has its numbers in.
  func check(dataFiles: [FilePath]) throws {
    var files = NamedFiles()
    for path in dataFiles { try files.input(path, "a file of the source's") }
    try addOutputs(to: &files)
  }

  private func addOutputs(to files: inout NamedFiles) throws {
    try files.output(output, "-o")
    try files.output(report?.path, "--report")
    try files.output(report?.pagePath, "the page of --report")
  }

  /// The layer of --through, which some network has; whether that of the file does shows later.
  private static func layer(_ arguments: ParsedArguments) throws -> LayerName? {
    guard let name = arguments.text("through") else { return nil }
    let network = NetworkTable.vgg19
    guard let layer = LayerName(name), network.index(of: layer) != nil else {
      throw UsageError("--through is a layer, \(network.range), not '\(name)'")
    }
    return layer
  }
}
