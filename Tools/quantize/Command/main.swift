import CommandOptions
import CSystem
import FileOutput
import ImageIO
import QuantVGG
import QuantizeCore
import StyleTransfer

let command = Command(
  "quantize", "Converts VGG-19 weights to the files that qstyle reads.",
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
          "int8: a PNG or JPEG that activation scales are measured on; more images may follow."),
        Option(
          "through", value: "LAYER",
          "Only copies SOURCE, a file that quantize wrote, up to this layer: conv5_1 is all that "
            + "the default losses need."),
        Option("threads", value: "N", "Threads (default: all processors)."),
      ]),
    OptionGroup(
      "Output",
      [
        Option("json", "Report as one JSON document on standard output."),
        Option("quiet", "No progress."),
        Option("help", letter: "h", "This text."),
      ]),
  ])

/// What is wrong, in one line.
struct Failure: Error {
  let message: String
}

struct Options {
  let source: String
  let output: String
  let kind: String
  let rounding: Rounding
  let granularity: Granularity
  let calibration: [String]
  let deepest: Int?
  let threads: Int
  let isQuiet: Bool
  let isJSON: Bool

  init(_ arguments: ParsedArguments) throws(UsageError) {
    source = arguments.positional[0]
    guard let output = arguments.text("output") else {
      throw UsageError("name the file to write: -o OUT.safetensors")
    }
    self.output = output
    kind = try arguments.choice("to", among: ["int8", "codebook", "float32"]) ?? "int8"
    rounding =
      Rounding(
        rawValue: try arguments.choice("rounding", among: Rounding.allCases.map { $0.rawValue })
          ?? "reconstruct") ?? .reconstruct
    granularity =
      Granularity(
        rawValue: try arguments.choice(
          "granularity", among: Granularity.allCases.map { $0.rawValue }) ?? "channel") ?? .channel
    calibration = arguments.texts("calibrate") + arguments.positional.dropFirst()
    guard kind == "int8" || calibration.isEmpty else {
      throw UsageError("'\(calibration[0])' is not needed: only --to int8 is calibrated")
    }
    guard arguments.positional.count == 1 || arguments.has("calibrate") else {
      throw UsageError("'\(arguments.positional[1])' is one argument too many")
    }
    deepest = try Self.layer(arguments)
    guard deepest == nil || (calibration.isEmpty && !arguments.has("to")) else {
      throw UsageError("--through only copies; leave out --to and --calibrate")
    }
    guard kind != "int8" || !calibration.isEmpty || deepest != nil else {
      throw UsageError("--to int8 needs pictures: --calibrate photo.jpg painting.jpg")
    }
    threads = try arguments.integer("threads", in: 1...256) ?? WorkerPool.processors
    isQuiet = arguments.has("quiet")
    isJSON = arguments.has("json")
  }

  private static func layer(_ arguments: ParsedArguments) throws(UsageError) -> Int? {
    guard let name = arguments.text("through") else { return nil }
    guard let layer = VGG19.index(ofLayer: name) else {
      throw UsageError("--through is a layer, conv1_1 to conv5_4, not '\(name)'")
    }
    return layer
  }
}

/// Writes the layers up to `deepest` of a file of quantize, unchanged.
func copy(_ options: Options, through deepest: Int) throws(Failure) {
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

/// Each picture, longer side `side`, and a noisy start image made from it.
func calibrationImages(_ paths: [String], side: Int) throws(Failure) -> [CalibrationImage] {
  var images: [CalibrationImage] = []
  for (index, path) in paths.enumerated() {
    let picture: RGBImage
    do throws(ImageError) {
      picture = try readImage(path: path, size: .longerSide(side))
    } catch {
      throw Failure(message: "\(path) \(error.description)")
    }
    let plain = ImageTensor(
      width: picture.size.width, height: picture.size.height, rgb: picture.pixels)
    guard min(plain.width, plain.height) >= VGG19.smallestSide(forLayer: 15) else {
      throw Failure(
        message: "\(path) is too small; calibrate on pictures of 16 pixels a side or more")
    }
    let noisy = ImageTensor.noisy(content: plain, ratio: 0.6, seed: UInt64(index))
    for tensor in [plain, noisy] {
      images.append(
        CalibrationImage(width: tensor.width, height: tensor.height, values: tensor.values))
    }
  }
  return images
}

func convert(_ options: Options) throws(Failure) {
  var line = ProgressLine(isQuiet: options.isQuiet)
  let source: SourceFile
  do throws(SourceError) {
    source = try SourceFile(path: options.source) { line.draw("reading: \(Int($0 * 100)) %") }
    line.erase()
  } catch {
    line.erase()
    throw Failure(message: "\(options.source) \(error.description)")
  }
  if !options.isQuiet {
    for warning in source.warnings { Console.error("warning: \(options.source): \(warning)") }
  }
  var kind = WeightFile.Kind.int8
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
      tensors = try Int8Weights(
        source.weights.float32, images: images, means: means, granularity: options.granularity,
        rounding: options.rounding, pool: WorkerPool(threads: options.threads)
      ) { line.draw("calibrating: \(Int($0 * 100)) %") }.tensors
    } catch {
      line.erase()
      throw Failure(message: "\(options.source) \(error.description)")
    }
    line.erase()
    notes = [
      ("calibration", "\(images.count) images, headroom \(Int8Weights.headroom)"),
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
    Console.print(report.text + "\n")
  } else if !options.isQuiet {
    Console.print("\(options.output): \(kind.rawValue) from a \(source.kind)\n")
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
