public import QuantVGG
internal import Rows

/// One way to run a transfer; the choice never changes the result.
public struct MemoryPlan: Sendable {
  /// Rows that stay in memory.
  public var network: NetworkPlan
  /// Copies of the weights.
  public var copies: WeightCopies

  /// A plan from its parts.
  public init(network: NetworkPlan, copies: WeightCopies) {
    self.network = network
    self.copies = copies
  }

  /// All layers are computed once, and weights are kept twice.
  public static let resident = MemoryPlan(network: .resident, copies: .both)

  /// The layers that are kept, the rows of a chunk, and `lean` where weights are kept once:
  /// `resident-64`, `keep-conv3_1-32`, `streaming-16-lean`.
  public var name: String {
    var name =
      switch network.kept {
      case .all: "resident"
      case .from(let layer): "keep-\(layer)"
      case .none: "streaming"
      }
    name += "-\(network.chunkRows)"
    if copies == .forward { name += "-lean" }
    return name
  }

  /// The plan of a name; nil where it is none.
  public init?(name: String) {
    var parts = name.split(separator: "-").map(String.init)
    let isLean = parts.last == "lean"
    if isLean { parts.removeLast() }
    guard let last = parts.popLast(), let rows = Int(last), (1...65536).contains(rows) else {
      return nil
    }
    let kept: NetworkPlan.KeptLayers
    switch parts {
    case ["resident"]: kept = .all
    case ["streaming"]: kept = .none
    case _ where parts.count == 2 && parts[0] == "keep":
      guard let layer = LayerName(parts[1]) else { return nil }
      kept = .from(layer)
    default: return nil
    }
    self.init(
      network: NetworkPlan(chunkRows: rows, kept: kept),
      copies: isLean ? .forward : .both)
  }
}

/// A plan with what it costs.
public struct PlannedMemory: Sendable {
  /// The plan.
  public let plan: MemoryPlan
  /// Most bytes that the run has in use at once, beyond what the process had before it.
  public var bytes: Int
  /// Duration of a step in forward passes at the rate of a direct convolution.
  public let forwardPasses: Double
  /// Duration of a step, relative to that of `MemoryPlan.resident`.
  public let relativeTime: Double
}

/// What the memory of a transfer depends on, apart from the plan.
public struct MemoryDemand: Sendable {
  /// The network.
  public var network: NetworkTable
  /// Columns of the result.
  public var width: Int
  /// Rows of the result.
  public var height: Int
  /// Columns of the style image.
  public var styleWidth: Int
  /// Rows of the style image.
  public var styleHeight: Int
  /// What is optimised.
  public var settings: TransferSettings
  /// How the blocks are connected.
  public var pooling: Pooling
  /// Bytes of the optimizer's state.
  public var optimizerBytes: Int
  /// Threads of every step.
  public var threads: Int
  /// The instruction set that computes.
  public var instructionSet = InstructionSet.best
  /// Bytes that decoding the content takes beside its pixels.
  public var contentReadingBytes = 0
  /// Bytes that decoding the style takes beside its pixels.
  public var styleReadingBytes = 0
  /// Bytes that decoding a picture to start from takes; 0 where there is none.
  public var startReadingBytes = 0

  /// A demand from its parts.
  public init(
    _ network: NetworkTable, width: Int, height: Int, styleWidth: Int, styleHeight: Int,
    settings: TransferSettings, pooling: Pooling, optimizerBytes: Int, threads: Int
  ) {
    self.network = network
    self.width = width
    self.height = height
    self.styleWidth = styleWidth
    self.styleHeight = styleHeight
    self.settings = settings
    self.pooling = pooling
    self.optimizerBytes = optimizerBytes
    self.threads = threads
  }
}

extension MemoryDemand {
  /// Rows of a chunk that plans are made for; further ones gain no time and no memory.
  private static let chunks = [64, 32, 16]

  /// The plans that are worth having, fastest first: each takes less memory than all before it.
  ///
  /// - Parameter numbers: the arithmetic.
  /// - Returns: plans with their memory and their time relative to the fastest one's.
  package func plans<Numbers: LossArithmetic>(for numbers: Numbers.Type) -> [PlannedMemory] {
    let deepest = settings.deepest
    let layers = network.convolutions.filter { $0.name <= deepest }
    let firsts =
      [NetworkPlan.KeptLayers.all, .from(.conv1_2)].prefix(layers.count)
      + layers.filter { $0.followsPool }.map { .from($0.name) } + [.none]
    let hasTwoForms =
      Numbers.packedBytes(layers, copies: .forward) < Numbers.packedBytes(layers, copies: .both)
    var candidates: [PlannedMemory] = []
    for copies in hasTwoForms ? [WeightCopies.both, .forward] : [.both] {
      for kept in firsts {
        for chunkRows in Self.chunks {
          let plan = MemoryPlan(
            network: NetworkPlan(chunkRows: chunkRows, kept: kept), copies: copies)
          candidates.append(planned(plan, for: numbers))
        }
      }
    }
    candidates.sort { ($0.relativeTime, $0.bytes) < ($1.relativeTime, $1.bytes) }
    var least = Int.max
    return candidates.filter { candidate in
      guard candidate.bytes < least else { return false }
      least = candidate.bytes
      return true
    }
  }

  /// A plan with what it costs.
  package func planned<Numbers: LossArithmetic>(
    _ plan: MemoryPlan, for numbers: Numbers.Type
  ) -> PlannedMemory {
    let passes = forwardPasses(plan, for: numbers)
    return PlannedMemory(
      plan: plan, bytes: bytes(plan, for: numbers), forwardPasses: passes,
      relativeTime: passes / forwardPasses(.resident, for: numbers))
  }

  /// Most bytes that a run of a plan has in use at once, beyond what the process had before it.
  private func bytes<Numbers: LossArithmetic>(_ plan: MemoryPlan, for numbers: Numbers.Type) -> Int {
    let deepest = settings.deepest
    let shape = NetworkShape(network, width: width, height: height, deepest: deepest)
    let layout = SessionLayout<Numbers>(
      shape, widestStyle: styleWidth, settings: settings, threads: threads)
    let hasLoss = settings.hasLoss(shape)
    func rings(_ shape: NetworkShape, backward: Bool) -> Int {
      networkBytes(
        Numbers.self, shape, plan: plan.network, pooling: pooling, copies: plan.copies,
        instructionSet: instructionSet, hasLoss: hasLoss, backward: backward, threads: threads)
    }
    let styleShape = NetworkShape(
      network, width: styleWidth, height: styleHeight, deepest: deepest)
    let style = styleWidth * styleHeight * 3 * MemoryLayout<Float>.stride
    let image = width * height * 3 * MemoryLayout<Float>.stride
    // In the order of the run; memory counts from when it is first written.
    let phases = [
      style + styleReadingBytes,
      style + layout.styleBytes + rings(styleShape, backward: false),
      layout.styleBytes + image + contentReadingBytes,
      layout.memory.bytes + rings(shape, backward: false) + startReadingBytes,
      layout.memory.bytes + rings(shape, backward: true) + optimizerBytes,
    ]
    return Numbers.packedBytes(shape.layers.map { $0.convolution }, copies: plan.copies)
      + (phases.max() ?? 0)
  }

  /// Duration of a step in direct forward passes, by measurement on the shapes of VGG-19.
  private func forwardPasses<Numbers: LossArithmetic>(
    _ plan: MemoryPlan, for numbers: Numbers.Type
  ) -> Double {
    let forward = Numbers.makesRowPairs(instructionSet) ? 0.55 : 1
    func work(through layer: LayerName) -> Double {
      Double(network.multiplyAccumulates(through: layer, width: width, height: height))
    }
    let shape = NetworkShape(network, width: width, height: height, deepest: settings.deepest)
    let again = shape.layers.prefix(plan.network.computedTwice(shape.layers)).last.map {
      work(through: $0.convolution.name) / work(through: settings.deepest)
    }
    let backward = plan.copies == .forward ? 1.2 : 1.1
    return (forward * (1 + (again ?? 0)) + backward) * (1 + 0.35 / Double(plan.network.chunkRows))
  }
}
