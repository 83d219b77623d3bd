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
    // The output is tried before the work, and the headers of all files before the first sample.
    try ResultWriter.check(options.output)
    let weights = try WeightLocation.open(options.weights, precision: options.precision)
    let pictures = try Pictures(options)
    let transfer = try pictures.transfer(
      options, weights.file.network, precision: weights.precision)
    let planned = try transfer.choose(
      options.plan, limit: options.memory ?? PlannedTransfer.availableBytes)
    let pool = WorkerPool(threads: options.shared.threads)
    if options.isDryRun {
      DryRun(options, transfer, planned).report(pool)
      return .done
    }
    let run = try StoredRun(options, transfer, weights)
    let deepest = options.settings.deepest
    switch weights.precision {
    case .int8:
      let numbers = try weights.int8(
        deepest: deepest, pooling: options.pooling, kernels: options.shared.kernels,
        copies: planned.plan.copies, transposed: transfer.isTransposed)
      return try optimise(numbers, pictures, transfer, planned.plan, pool, run, begin)
    case .float32:
      let numbers = try weights.float32(
        deepest: deepest, pooling: options.pooling, kernels: options.shared.kernels,
        transposed: transfer.isTransposed)
      return try optimise(numbers, pictures, transfer, planned.plan, pool, run, begin)
    }
  }

  private func optimise<Numbers: LossArithmetic>(
    _ numbers: Numbers, _ pictures: Pictures, _ transfer: PlannedTransfer, _ plan: MemoryPlan,
    _ pool: WorkerPool, _ run: StoredRun?, _ begin: Double
  ) throws(Failure) -> ExitCode {
    let optimizer = try options.optimizer.make(for: transfer)
    let session = try options.session(numbers, pictures, transfer, plan, optimizer, pool)
    var report = TransferReport(options, transfer, plan: plan, isa: numbers.instructionSet)
    let writer = ResultWriter(options, transfer)
    let first = try run?.restore(session.state) ?? 0
    if first > 0 { try report.resume(at: first) }
    var done = first
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
      if done % options.checkpointEvery == 0, done < options.steps {
        try run?.save(session.state, step: done)
      }
    }
    let losses = session.evaluate()
    guard session.image.allSatisfy({ $0.isFinite }) else {
      throw Failure("the optimisation diverged: lower --learning-rate or the weights")
    }
    if done > first { try run?.save(session.state, step: done) }
    try writer.save(session, step: nil)
    report.finish(
      session, steps: done, losses: losses, seconds: Console.seconds - begin,
      wasInterrupted: done < options.steps)
    return done < options.steps ? .interrupted : .done
  }
}

/// A picture of the command line.
struct PictureFile {
  let reader: ImageReader
  private let path: String

  /// Opens a picture and reads its header.
  init(_ path: String) throws(Failure) {
    self.path = path
    do throws(ImageError) {
      reader = try ImageReader(path: path)
    } catch {
      throw Failure(path, error.description)
    }
  }

  /// Refuses a size that leaves no pixel at the deepest layer.
  func check(_ size: ImageSize, least: Int) throws(Failure) {
    guard min(size.width, size.height) >= least else {
      throw Failure(
        path,
        "becomes \(size.width)x\(size.height) pixels; the layers need \(least) a side: "
          + "use a larger --size or picture")
    }
  }

  /// Decodes the picture, minus the network's mean, as the engine sees it.
  func read(
    into values: UnsafeMutableBufferPointer<Float>, _ size: ImageSize, _ transfer: PlannedTransfer
  ) throws(Failure) {
    do throws(ImageError) {
      try reader.read(
        into: values, size: size, subtracting: NetworkTable.mean, transposed: transfer.isTransposed)
    } catch {
      throw Failure(path, error.description)
    }
  }
}

/// Writes the picture and the intermediate pictures.
struct ResultWriter {
  private let output: String
  private let format: ImageFormat
  private let size: ImageSize
  private let isTransposed: Bool

  init(_ options: TransferOptions, _ transfer: PlannedTransfer) {
    output = options.output
    format = options.format
    size = transfer.resultSize
    isTransposed = transfer.isTransposed
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
  func save<Numbers: LossArithmetic>(
    _ session: TransferSession<Numbers>, step: Int?
  ) throws(Failure) {
    let path = step.map(name) ?? output
    do throws(ImageError) {
      try writeImage(
        session.image.span, size: size, offset: NetworkTable.mean, transposed: isTransposed, path: path,
        encoding: ImageEncoding(format))
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
