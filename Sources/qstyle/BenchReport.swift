internal import CommandOptions
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

/// The durations that `bench` has measured, and the rates that follow.
struct BenchReport {
  /// The rounds of one piece of work.
  private struct Part {
    /// Multiply-accumulates of a round.
    let work: Double
    var seconds: [Double] = []

    init(_ work: Double) { self.work = work }

    var best: Double { max(seconds.min() ?? .infinity, 1e-9) }
    /// Of an even number of rounds, the longer one of the two in the middle.
    var median: Double { seconds.sorted()[seconds.count / 2] }
    /// How far the median is above the best, as a share of it.
    var spread: Double { median / best - 1 }
    var rate: Double { work / best }
  }

  private let transfer: Transfer
  private let plan: MemoryPlan
  private let isa: InstructionSet
  private let threads: Int
  private let rounds: Int
  private let names: [LayerName]
  private var forward: Part
  private var backward: Part
  private var step: Part
  private var layerForward: [Part]
  private var layerBackward: [Part]
  /// Multiply-accumulates per second of the instruction alone, the highest that was measured.
  var peak = 0.0

  init(
    _ transfer: Transfer, _ planned: PlannedMemory, _ session: Session, rounds: Int, threads: Int
  ) {
    self.transfer = transfer
    self.rounds = rounds
    self.threads = threads
    plan = planned.plan
    isa = session.instructionSet
    let layers = session.shape.layers
    names = layers.map { $0.convolution.name }
    layerForward = layers.map {
      Part(Double(9 * $0.convolution.inputChannels * $0.values))
    }
    layerBackward = layerForward.map { Part($0.work) }
    let total = layerForward.reduce(0) { $0 + $1.work }
    forward = Part(total)
    backward = Part(total)
    step = Part(2 * total)
  }

  /// Whether the network computes in single precision.
  var isFloat: Bool { transfer.precision == .float32 }

  /// Whether rows are made in tiles where that is faster.
  private var mayHaveTiles: Bool { !isFloat && Int8Arithmetic.mostTiles(isa) > 0 }

  /// Adds a round.
  mutating func add(_ passes: (forward: Double, backward: Double), _ timing: NetworkTiming) {
    forward.seconds.append(passes.forward)
    backward.seconds.append(passes.backward)
    step.seconds.append(passes.forward + passes.backward)
    for layer in names.indices {
      layerForward[layer].seconds.append(timing.forward[layer])
      layerBackward[layer].seconds.append(timing.backward[layer])
    }
  }

  private var totals: [(name: String, part: Part)] {
    [("forward", forward), ("backward", backward), ("step", step)]
  }

  /// What the processor can do: the peak loop's rate, or a higher one of which a part's rate is proof on a busy machine;
  /// tiles have a quarter of the products.
  private var limit: Double {
    let saving = mayHaveTiles ? 4.0 : 1
    let all = [forward, backward, step] + layerForward + layerBackward
    return all.reduce(peak) { max($0, $1.rate / saving) }
  }

  // MARK: JSON

  var json: String {
    var document = JSONObject()
    document.add("isa", isa.rawValue)
    document.add("threads", threads)
    document.add("width", transfer.resultSize.width)
    document.add("height", transfer.resultSize.height)
    document.add("plan", plan.name)
    document.add("rounds", rounds)
    document.add("peak_gmacs", limit / 1e9)
    for (name, part) in totals {
      var object = JSONObject()
      add(part, "", to: &object)
      document.add(name, object)
    }
    document.add(
      "layers",
      names.indices.map { layer in
        var object = JSONObject()
        object.add("name", names[layer].description)
        add(layerForward[layer], "forward_", to: &object)
        add(layerBackward[layer], "backward_", to: &object)
        return object
      })
    document.add("peak_bytes", Console.peakBytes)
    return document.text
  }

  private func add(_ part: Part, _ prefix: String, to object: inout JSONObject) {
    object.add(prefix + "ms", 1000 * part.best)
    object.add(prefix + "gmacs", part.rate / 1e9)
    object.add(prefix + "median_ms", 1000 * part.median)
    object.add(prefix + "spread", part.spread)
    object.add(prefix + "of_peak", part.rate / limit)
  }

  // MARK: Text

  var text: String {
    let size = transfer.resultSize
    var text =
      "\(size.width)x\(size.height), \(isa.rawValue), \(Format.count(threads, "thread")), plan "
      + "\(plan.name); multiply-accumulate peak \(Format.digits(limit / 1e9)) GMAC/s\n"
      + "Best of \(Format.count(rounds, "round")), how far the median is above it, rate, share of "
      + "the peak"
      + (mayHaveTiles ? " (above 100 %: tiles have 36 products for 144)" : "") + ":\n"
    for (name, part) in totals { text += Format.padded(name, 9) + row(part) + "\n" }
    for layer in names.indices {
      text += Format.padded(names[layer].description, 9) + row(layerForward[layer])
      text += "   back" + row(layerBackward[layer]) + "\n"
    }
    return text
  }

  private func row(_ part: Part) -> String {
    Format.aligned(Format.fixed(1000 * part.best, digits: 2), 9) + " ms"
      + Format.aligned("+" + Format.fixed(100 * part.spread, digits: 0), 6) + " %"
      + Format.aligned(Format.digits(part.rate / 1e9), 8) + " GMAC/s"
      + Format.aligned(Format.fixed(100 * part.rate / limit, digits: 0), 4) + " %"
  }
}
