import CSystem
import CommandOptions
import FileNames
import FileOutput
import ImageIO
import QualityReport
import QuantVGG
import QuantizeCore
import Rows
import StyleTransfer

/// A conversion from its source to its file and its report, step by step.
struct Conversion {
  /// The content of a file.
  private struct Content {
    let tensors: [OutputTensor]
    /// Entries of the metadata on how the tensors were made.
    var notes: [(key: String, value: String)] = []
    /// The network that the tensors hold, where it is an int8 one.
    var int8: Int8Weights?
  }

  private let options: Options
  private let pool: WorkerPool
  private var line: ProgressLine
  private var locks: [FileLock] = []
  /// What was said about pictures.
  private var warnings: Set<String> = []

  init(_ options: Options) {
    self.options = options
    pool = WorkerPool(threads: options.threads)
    line = ProgressLine(isQuiet: options.isQuiet)
  }

  /// Converts, writes, reports.
  mutating func run() throws {
    locks = try lock([options.output] + (options.report.map { [$0.path, $0.pagePath] } ?? []))
    let source = try read()
    try options.check(dataFiles: source.dataFiles)
    let transfers = try options.report?.transfers(of: source.weights) { warn($0, $1) } ?? []
    let content = try convert(source)
    let metadata = metadata(source, content)
    let written = try save(options.output) { path in
      try SafeTensorsWriter.write(content.tensors, metadata: metadata, to: path)
    }
    var problems = [written.problem].compactMap { $0 }
    var check: ArithmeticCheck?
    var figures: ConversionReport?
    var report: FilePath?
    do {
      check = try self.check(source, content, output: written.path)
      figures = try measure(source, content, check, transfers, output: written.path)
      if let figures {
        let facts = ReportFacts(
          output: written.path, source: source.kind, sourceHash: source.fileHash,
          metadata: metadata)
        if let (path, problem) = try options.report?.write(figures, facts) {
          report = path
          if let problem { problems.append("\(problem); \(written.path) is complete") }
        }
      }
    } catch {
      problems.append("\(error); \(written.path) is complete")
    }
    locks.removeAll()
    tell(source, content, check, figures, output: written.path, report: report)
    if let verdict = check?.verdict, !verdict.passes {
      Console.error("warning: \(written.path): \(verdict.sentence)")
    }
    guard problems.isEmpty else { throw Failure(problems.joined(separator: "; ")) }
  }

  /// Writes the result, in another place where its own fails, which is then the problem.
  private func save(
    _ path: FilePath, _ write: (FilePath) throws -> Void
  ) throws -> (path: FilePath, problem: String?) {
    let (place, problem) = try Refuge.write(path, beside: nil) { place in
      try about(place) { try write(place) }
    }
    return (place, problem.map { "\($0); the weights are \(place)" })
  }

  /// Shows progress, and ends the process when the user has asked to stop: no file is being written then.
  private mutating func show(_ progress: String, unfinished: String = "nothing is written") {
    if Console.isInterrupted {
      line.erase()
      locks.removeAll()
      Console.error("stopped; \(unfinished)")
      exit(ExitCode.failed.rawValue)
    }
    line.draw(progress)
  }

  /// Says what there is to know about a picture, once.
  private mutating func warn(_ picture: FilePath, _ warning: ImageWarning) {
    guard !options.isQuiet, warnings.insert("\(picture) \(warning)").inserted else { return }
    Console.error("warning: \(picture) \(warning)")
  }

  private mutating func read() throws -> SourceFile {
    defer { line.erase() }
    let source = try about(options.source) {
      try SourceFile(path: options.source) { show("reading: \(Int($0 * 100)) %") }
    }
    line.erase()
    if !options.isQuiet {
      for warning in source.warnings { Console.error("warning: \(options.source): \(warning)") }
    }
    return source
  }

  private mutating func convert(_ source: SourceFile) throws -> Content {
    switch options.kind {
    case .float32: return Content(tensors: source.weights.float32Tensors)
    case .codebook:
      guard case .codebook = source.weights.layers else {
        throw Failure("\(options.source) has no codebook; write it with --to float32")
      }
      return Content(tensors: source.weights.tensors)
    case .int8: return try quantize(source)
    }
  }

  private mutating func quantize(_ source: SourceFile) throws -> Content {
    let (weights, least) = (source.weights, source.weights.smallestSide)
    let images = try calibrationImages(options.calibration, side: 256, least: least) {
      warn($0, $1)
    }
    let means = try calibrationImages(options.calibration, side: 96, least: least)
    defer { line.erase() }
    let int8 = try about(options.source) {
      do {
        return try Int8Weights(
          weights.float32, of: weights.network, images: images, means: means,
          granularity: options.granularity, rounding: options.rounding, pool: pool
        ) { show("calibrating: \(Int($0 * 100)) %") }
      } catch let error as MemoryError {
        throw QuantizeError.memory(error)
      }
    }
    return Content(
      tensors: int8.tensors,
      notes: [
        ("calibration", "\(images.count) images"),
        ("granularity", options.granularity.rawValue), ("rounding", options.rounding.rawValue),
        ("image_scale", "1/64"),
      ], int8: int8)
  }

  private func format(_ source: SourceFile) -> String {
    options.kind.format(of: source.weights.network)
  }

  private func metadata(
    _ source: SourceFile, _ content: Content
  ) -> [(key: String, value: String)] {
    let metadata =
      [
        ("format", format(source)), ("format_version", "\(options.kind.version)"),
        ("input_order", "rgb"), ("mean", WeightFile.mean),
      ] + source.provenance(of: options.kind) + content.notes
    return content.int8 == nil ? metadata : content.tensors.checked(metadata)
  }

  /// Whether the arithmetic of int8 weights is right.
  private mutating func check(
    _ source: SourceFile, _ content: Content, output: FilePath
  ) throws -> ArithmeticCheck? {
    guard let int8 = content.int8 else { return nil }
    defer { line.erase() }
    show("checking the arithmetic", unfinished: "\(output) is complete")
    let pictures = try options.calibration.prefix(2).map {
      try readTensor($0, side: Options.checkedSide, least: source.weights.smallestSide)
    }
    return try ArithmeticCheck(
      source.weights.float32, of: int8.network, int8: int8.convolutions, pictures: pictures,
      pool: pool)
  }

  /// The cost of the conversion, where a report is asked for.
  private mutating func measure(
    _ source: SourceFile, _ content: Content, _ check: ArithmeticCheck?,
    _ transfers: [ComparedTransfer], output: FilePath
  ) throws -> ConversionReport? {
    guard let report = options.report, let int8 = content.int8, let check else { return nil }
    let unfinished = "\(output) is complete, the report is not written"
    defer { line.erase() }
    do {
      return try ConversionReport(
        check, pictureCount: min(2, options.calibration.count), source.weights.float32,
        of: int8.network, int8: int8.convolutions,
        transfers: transfers, steps: report.steps, pool: pool
      ) { show($0, unfinished: unfinished) }
    } catch {
      throw Failure("the report cannot be made: \(error)")
    }
  }

  /// Says what has been done.
  private func tell(
    _ source: SourceFile, _ content: Content, _ check: ArithmeticCheck?,
    _ figures: ConversionReport?, output: FilePath, report path: FilePath?
  ) {
    if options.isJSON {
      var report = JSONObject()
      report.add("output", output.description)
      report.add("format", format(source))
      report.add("source", source.kind)
      report.add("network", source.origin.source)
      report.add("layers", source.weights.range)
      report.add("source_sha256", source.fileHash)
      report.add("weights_sha256", source.weightsHash)
      report.add("warnings", source.warnings)
      report.add("tensors", content.tensors.count)
      report.add("bytes", content.tensors.reduce(0) { $0 + $1.bytes.count })
      if let check {
        var verdict = JSONObject()
        verdict.add("arithmetic", check.verdict.json)
        report.add("verdict", verdict)
      }
      if let path { report.add("report", path.description) }
      Console.print(report.text + "\n")
    } else if !options.isQuiet {
      let part = source.weights.isWhole ? "" : ", \(source.weights.range) alone"
      Console.print("\(output): \(format(source)) from a \(source.kind)\(part)\n")
      if let check, check.verdict.passes { Console.print(check.verdict.sentence + "\n") }
      if let figures { Console.print(figures.text) }
    }
  }
}
