import CommandOptions
import CSystem
import FileOutput
import ImageIO
import QuantVGG
import QuantizeCore
import StyleTransfer

/// What is wrong, in one line.
struct Failure: Error {
  let message: String
}

/// Writes the layers up to `deepest` of a file of quantize, unchanged.
func copy(_ options: Options, through deepest: LayerName) throws(Failure) {
  let file: WeightFile
  let tensors: [OutputTensor]
  do throws(WeightError) {
    file = try WeightFile(path: options.source)
    tensors = try file.outputTensors(through: deepest)
  } catch {
    throw Failure(message: "\(options.source) \(error.description)")
  }
  do throws(FileOutputError) {
    try SafeTensorsWriter.write(tensors, metadata: file.tensors.metadata, to: options.output)
  } catch {
    throw Failure(message: "\(options.output) \(error.description)")
  }
}

/// A picture, longer side `side`, whose shorter side is at least `least`.
func readTensor(_ path: String, side: Int, least: Int) throws(Failure) -> ImageTensor {
  let picture: RGBImage
  do throws(ImageError) {
    picture = try readImage(path: path, size: .longerSide(side))
  } catch {
    throw Failure(message: "\(path) \(error.description)")
  }
  guard min(picture.size.width, picture.size.height) >= least else {
    throw Failure(
      message: "\(path) is too small; take a picture of \(least) pixels a side or more")
  }
  return ImageTensor(width: picture.size.width, height: picture.size.height, rgb: picture.pixels)
}

/// Each picture, longer side `side`, and a noisy start image made from it.
func calibrationImages(_ paths: [String], side: Int) throws(Failure) -> [CalibrationImage] {
  var images: [CalibrationImage] = []
  for (index, path) in paths.enumerated() {
    let plain = try readTensor(path, side: side, least: LayerName.conv5_4.smallestSide)
    let noisy = ImageTensor.noisy(content: plain, ratio: 0.6, seed: UInt64(index))
    for tensor in [plain, noisy] { images.append(CalibrationImage(tensor)) }
  }
  return images
}

extension CalibrationImage {
  init(_ tensor: ImageTensor) {
    self.init(width: tensor.width, height: tensor.height, values: tensor.values)
  }
}

/// Shows progress, and ends the process when the user has asked to stop: no file is being written then.
func show(_ progress: String, on line: inout ProgressLine, unfinished: String) {
  if Console.isInterrupted {
    line.erase()
    Console.error("stopped; \(unfinished)")
    exit(ExitCode.failed.rawValue)
  }
  line.draw(progress)
}

func convert(_ options: Options) throws(Failure) {
  var line = ProgressLine(isQuiet: options.isQuiet)
  let source: SourceFile
  do throws(SourceError) {
    source = try SourceFile(path: options.source) {
      show("reading: \(Int($0 * 100)) %", on: &line, unfinished: "nothing is written")
    }
    line.erase()
  } catch {
    line.erase()
    throw Failure(message: "\(options.source) \(error.description)")
  }
  if !options.isQuiet {
    for warning in source.warnings { Console.error("warning: \(options.source): \(warning)") }
  }
  let transfers = try options.report?.transfers(layers: source.weights.float32.count) ?? []
  try options.report?.checkWritable()
  let pool = WorkerPool(threads: options.threads)
  var kind = WeightFile.Kind.int8
  var int8: Int8Weights?
  var tensors: [OutputTensor] = []
  var notes: [(key: String, value: String)] = []
  switch options.kind {
  case "float32":
    kind = .float32
    tensors = SourceWeights.tensors(source.weights.float32)
  case "codebook":
    guard case .codebook = source.weights else {
      throw Failure(message: "\(options.source) has no codebook; write it with --to float32")
    }
    kind = .codebook
    tensors = source.weights.tensors
  default:
    let images = try calibrationImages(options.calibration, side: 256)
    let means = try calibrationImages(options.calibration, side: 96)
    do throws(QuantizeError) {
      let weights = try Int8Weights(
        source.weights.float32, images: images, means: means, granularity: options.granularity,
        rounding: options.rounding, pool: pool
      ) { show("calibrating: \(Int($0 * 100)) %", on: &line, unfinished: "nothing is written") }
      tensors = weights.tensors
      int8 = weights
    } catch {
      line.erase()
      throw Failure(message: "\(options.source) \(error.description)")
    }
    line.erase()
    notes = [
      ("calibration", "\(images.count) images"),
      ("granularity", options.granularity.rawValue), ("rounding", options.rounding.rawValue),
      ("image_scale", "1/64"),
    ]
  }
  let metadata: [(key: String, value: String)] =
    [
      ("format", kind.rawValue), ("format_version", "\(kind.version)"),
      ("input_order", "rgb"), ("mean", WeightFile.mean),
    ] + source.provenance(of: kind) + notes
  do throws(FileOutputError) {
    try SafeTensorsWriter.write(tensors, metadata: metadata, to: options.output)
  } catch {
    throw Failure(message: "\(options.output) \(error.description)")
  }
  var figures: ConversionReport?
  if let report = options.report, let int8 {
    let pictures = try report.pictures(of: options.calibration)
    do throws(TransferError) {
      figures = try ConversionReport(
        source.weights.float32, int8: int8.convolutions, pictures: pictures, transfers: transfers,
        steps: report.steps, pool: pool
      ) {
        show($0, on: &line, unfinished: "\(options.output) is complete, the report is not written")
      }
    } catch {
      line.erase()
      throw Failure(message: "the report cannot be made: " + error.description)
    }
    line.erase()
    if let figures {
      try report.write(
        figures,
        ReportFacts(
          output: options.output, source: source.kind, sourceHash: source.fileHash,
          metadata: metadata))
    }
  }
  if options.isJSON {
    var report = JSONObject()
    report.add("output", options.output)
    report.add("format", kind.rawValue)
    report.add("source", source.kind)
    report.add("network", source.network.source)
    report.add("source_sha256", source.fileHash)
    report.add("weights_sha256", source.weightsHash)
    report.add("warnings", source.warnings)
    report.add("tensors", tensors.count)
    report.add("bytes", tensors.reduce(0) { $0 + $1.bytes.count })
    if let path = options.report?.path { report.add("report", path) }
    Console.print(report.text + "\n")
  } else if !options.isQuiet {
    Console.print("\(options.output): \(kind.rawValue) from a \(source.kind)\n")
    if let figures { Console.print(figures.text) }
  }
}

func run() -> ExitCode {
  Console.catchSignals()
  let options: Options
  do throws(UsageError) {
    let words = Array(Console.arguments.dropFirst())
    let arguments = try ParsedArguments(words, for: command)
    if arguments.has("help") {
      Console.print(command.help)
      return .done
    }
    options = try Options(arguments)
  } catch {
    Console.error(error.message)
    return .usage
  }
  do throws(Failure) {
    if let deepest = options.deepest {
      try copy(options, through: deepest)
    } else {
      try convert(options)
    }
    return .done
  } catch {
    Console.error(error.message)
    return .failed
  }
}

exit(run().rawValue)
