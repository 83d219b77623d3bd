internal import CommandOptions
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// `qstyle transfer`: reads the pictures, runs the steps, writes the result.
struct TransferCommand {
  private let options: TransferOptions

  init(_ options: TransferOptions) {
    self.options = options
  }

  func run() throws(Failure) -> ExitCode {
    let begin = Console.seconds
    let deepest = options.settings.deepest
    // The output is tried before the work, and the weights before the pictures.
    try ResultWriter.check(options.output)
    let weights = try WeightLocation.open(options.weights, precision: options.precision)
    let content = try picture(
      options.content, .longerSide(options.size, upscale: options.upscale), deepest)
    let style = try picture(options.style, .longerSide(options.size), deepest)
    let start = try startImage(content)
    let pool = WorkerPool(threads: options.shared.threads)
    switch weights.precision {
    case .int8:
      let numbers = try weights.int8(
        deepest: deepest, pooling: options.pooling, kernels: options.shared.kernels)
      return try optimise(numbers, content, style, start, pool, begin)
    case .float32:
      let numbers = try weights.float32(
        deepest: deepest, pooling: options.pooling, kernels: options.shared.kernels)
      return try optimise(numbers, content, style, start, pool, begin)
    }
  }

  private func picture(
    _ path: String, _ size: RequestedSize, _ deepest: Int
  ) throws(Failure) -> ImageTensor {
    let image: RGBImage
    do throws(ImageError) {
      image = try readImage(path: path, size: size)
    } catch {
      throw Failure(path, error.description)
    }
    let least = VGG19.smallestSide(forLayer: deepest)
    guard min(image.size.width, image.size.height) >= least else {
      throw Failure(
        path,
        "becomes \(image.size.width)x\(image.size.height) pixels; the layers need \(least) a side: "
          + "use a larger --size or picture")
    }
    return ImageTensor(width: image.size.width, height: image.size.height, rgb: image.pixels)
  }

  private func startImage(_ content: ImageTensor) throws(Failure) -> ImageTensor {
    switch options.start {
    case .content: return content
    case .noise:
      return .noisy(content: content, ratio: options.noiseRatio, seed: options.seed)
    case .file(let path):
      return try picture(
        path, .exactly(ImageSize(width: content.width, height: content.height)),
        options.settings.deepest)
    }
  }

  private func optimise<Numbers: Arithmetic>(
    _ numbers: Numbers, _ content: ImageTensor, _ style: ImageTensor, _ start: ImageTensor,
    _ pool: WorkerPool, _ begin: Double
  ) throws(Failure) -> ExitCode {
    let session: TransferSession<Numbers, Adam>
    do throws(TransferError) {
      session = try TransferSession(
        numbers, content: content, style: style, start: start, settings: options.settings,
        optimizer: Adam(count: start.values.count, settings: options.adam), pool: pool)
    } catch {
      throw Failure(error.description)
    }
    var report = TransferReport(options, isa: numbers.instructionSet)
    let writer = ResultWriter(options)
    var done = 0
    while done < options.steps, !Console.isInterrupted {
      let before = Console.seconds
      let losses = session.step()
      done += 1
      guard losses.isFinite else {
        throw Failure(
          "the optimisation diverged at step \(done): lower --learning-rate or --style-weight")
      }
      try report.didStep(done, losses, seconds: Console.seconds - before)
      if let every = options.saveEvery, done % every == 0, done < options.steps {
        try writer.save(session, step: done)
      }
    }
    let losses = session.evaluate()
    guard session.image.allSatisfy({ $0.isFinite }) else {
      throw Failure("the optimisation diverged: lower --learning-rate or the weights")
    }
    try writer.save(session, step: nil)
    report.finish(
      session, steps: done, losses: losses, seconds: Console.seconds - begin,
      wasInterrupted: done < options.steps)
    return done < options.steps ? .interrupted : .done
  }
}

/// Writes the picture and the intermediate pictures.
struct ResultWriter {
  private let output: String
  private let format: ImageFormat

  init(_ options: TransferOptions) {
    output = options.output
    format = options.format
  }

  /// Tries whether the result can be written, without touching an existing file.
  static func check(_ path: String) throws(Failure) {
    do throws(ImageError) {
      try checkWritable(path: path)
    } catch {
      throw Failure(path, error.description)
    }
  }

  /// Writes the session's image; `step` makes an intermediate name.
  func save<Numbers: Arithmetic>(
    _ session: TransferSession<Numbers, Adam>, step: Int?
  ) throws(Failure) {
    let path = step.map(name) ?? output
    do throws(ImageError) {
      try writeImage(
        session.image.span,
        size: ImageSize(width: session.shape.width, height: session.shape.height),
        offset: VGG19.mean, path: path, encoding: ImageEncoding(format))
    } catch {
      throw Failure(path, error.description)
    }
  }

  /// OUT.png becomes OUT-000025.png.
  private func name(step: Int) -> String {
    let digits = "\(step)"
    let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    guard let dot = output.lastIndex(of: ".") else { return output + "-" + number }
    return output[..<dot] + "-" + number + output[dot...]
  }
}
