internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// `qstyle bench`: the speed of this build on this machine, beside the limit of its instruction set.
struct BenchCommand {
  static let command = Command(
    "qstyle bench", "Measures forward, backward and whole steps on this machine.",
    usage: "[--size WxH]", arguments: 0...0,
    groups: [
      OptionGroup(
        "Measurement",
        [
          Option("size", value: "WxH", "Size of the image (default: 512x384)."),
          Option("repeats", value: "N", "Rounds, of which the best counts (default: 5)."),
          SharedOptions.plan, SharedOptions.precision, SharedOptions.weights,
        ]),
      SharedOptions.group,
    ])

  private let shared: SharedOptions
  private let size: ImageSize
  private let repeats: Int
  private let precision: Precision?
  private let weights: FilePath?
  private let plan: MemoryPlan

  init(_ arguments: ParsedArguments) throws(UsageError) {
    shared = try SharedOptions(arguments)
    let text = arguments.text("size") ?? "512x384"
    guard let size = try ImageSize(typed: text) else {
      throw UsageError("--size is WIDTHxHEIGHT of 16 to 16384 pixels a side, not '\(text)'")
    }
    self.size = size
    repeats = try arguments.integer("repeats", in: 1...10_000) ?? 5
    precision = try Precision(arguments)
    weights = arguments.path("weights")
    plan = try SharedOptions.plan(arguments) ?? .resident
  }

  func run() throws(Failure) -> ExitCode {
    let pool = WorkerPool(threads: shared.threads)
    let (weights, session) = try Failure.from { () throws(TransferError) -> (Weights, Session) in
      let weights = try Weights.find(self.weights, precision: precision)
      return (weights, try transfer(weights).start(pool: pool).session)
    }
    measure(weights, session, pool)
    return .done
  }

  /// A transfer of noise of the article's kind over a mid-grey: the values do not change the time.
  private func transfer(_ weights: Weights) -> Transfer {
    func noise(_ seed: UInt64) -> Picture {
      let grey = ImageTensor(width: size.width, height: size.height)
      return Picture(ImageTensor.noisy(content: grey, ratio: 1, seed: seed))
    }
    var transfer = Transfer(content: noise(1), style: noise(2), weights: weights)
    transfer.longerSide = nil
    transfer.optimizer = OptimizerSettings()
    transfer.steps = .max
    transfer.threads = shared.threads
    transfer.instructionSet = shared.instructionSet
    transfer.memory = .max
    transfer.plan = plan
    return transfer
  }

  /// The best of several rounds.
  private struct Best {
    var forward = Double.infinity
    var step = Double.infinity
    var backward = Double.infinity
    var layers: NetworkTiming?
    var layerForward: [Double] = []
    var layerBackward: [Double] = []
  }

  private func measure(_ weights: Weights, _ session: Session, _ pool: WorkerPool) {
    var peak = 0.0
    var best = Best()
    best.layerForward = session.shape.layers.map { _ in .infinity }
    best.layerBackward = best.layerForward
    for _ in 0..<repeats {
      peak = max(
        peak,
        MultiplyAccumulatePeak.measure(
          KernelTable(shared.instructionSet), isFloat: weights.precision == .float32, pool: pool))
      let start = Console.seconds
      _ = session.evaluate()
      let middle = Console.seconds
      let before = session.timing
      session.step()
      let end = Console.seconds
      let layers = session.timing.since(before)
      best.forward = min(best.forward, middle - start)
      best.step = min(best.step, end - middle)
      best.backward = min(best.backward, end - middle - (middle - start))
      for layer in best.layerForward.indices {
        best.layerForward[layer] = min(best.layerForward[layer], layers.forward[layer])
        best.layerBackward[layer] = min(best.layerBackward[layer], layers.backward[layer])
      }
    }
    report(
      weights.network, session.shape, best, peak: peak, isa: session.instructionSet,
      threads: pool.threads)
  }

  private func report(
    _ network: NetworkTable, _ shape: NetworkShape, _ best: Best, peak: Double,
    isa: InstructionSet, threads: Int
  ) {
    let total = Double(
      network.multiplyAccumulates(
        through: shape.deepest, width: shape.width, height: shape.height))
    var document = JSONObject()
    document.add("isa", isa.rawValue)
    document.add("threads", threads)
    document.add("width", size.width)
    document.add("height", size.height)
    document.add("peak_gmacs", peak / 1e9)
    var text =
      "\(size.width)x\(size.height), \(isa.rawValue), \(threads) threads; multiply-accumulate peak "
      + "\(Format.fixed(peak / 1e9, digits: 0)) GMAC/s\n"
    for (name, seconds, macs) in [
      ("forward", best.forward, total), ("backward", best.backward, total),
      ("step", best.step, 2 * total),
    ] {
      var part = JSONObject()
      part.add("ms", 1000 * seconds)
      part.add("gmacs", macs / seconds / 1e9)
      document.add(name, part)
      text += Self.row(name, seconds, macs, peak) + "\n"
    }
    var layers: [JSONObject] = []
    for (index, layer) in shape.layers.enumerated() {
      let macs = Double(9 * layer.convolution.inputChannels * layer.values)
      var object = JSONObject()
      object.add("name", layer.convolution.name.description)
      object.add("forward_ms", 1000 * best.layerForward[index])
      object.add("forward_gmacs", macs / best.layerForward[index] / 1e9)
      object.add("backward_ms", 1000 * best.layerBackward[index])
      object.add("backward_gmacs", macs / best.layerBackward[index] / 1e9)
      layers.append(object)
      text +=
        Self.row(layer.convolution.name.description, best.layerForward[index], macs, peak)
        + "   back "
      text += Self.row("", best.layerBackward[index], macs, peak) + "\n"
    }
    document.add("layers", layers)
    document.add("peak_bytes", Console.peakBytes)
    Console.print(shared.isJSON ? document.text + "\n" : text)
  }

  private static func row(_ name: String, _ seconds: Double, _ macs: Double, _ peak: Double)
    -> String
  {
    Format.padded(name, name.isEmpty ? 0 : 9)
      + Format.aligned(Format.fixed(1000 * seconds, digits: 2), 9) + " ms"
      + Format.aligned(Format.fixed(macs / seconds / 1e9, digits: 0), 6) + " GMAC/s"
      + Format.aligned(Format.fixed(100 * macs / seconds / peak, digits: 0), 4) + " %"
  }
}
