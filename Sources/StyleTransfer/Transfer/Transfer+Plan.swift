internal import CSystem
internal import FileNames
internal import ImageIO
internal import Optim
internal import QuantVGG

/// A plan with what it costs.
public struct PlannedMemory: Sendable {
  /// The plan.
  public let plan: MemoryPlan
  /// Peak of the whole process.
  public let bytes: Int
  /// Duration of a step in forward passes at the rate of a direct convolution, without `floatPasses`.
  public let forwardPasses: Double
  /// Duration of the layers that compute in single precision inside an int8 network, in forward passes
  /// of the whole at the float32 rate.
  public let floatPasses: Double
  /// Duration of a step, relative to that of `MemoryPlan.resident`.
  public let relativeTime: Double
  /// Each scale, the result's last.
  public let scales: [PlannedScale]
  /// What the plan has in a file; nil where all is in memory.
  public let spill: PlannedSpill?
}

extension Transfer {
  /// The plans that are worth having, fastest first: each takes less memory than all before it.
  ///
  /// With a folder for it, those that spill follow, whose times are without the disk's.
  ///
  /// - Throws: `TransferError.tooSmall`, `.missingLayer`.
  public func plans() throws(TransferError) -> [PlannedMemory] {
    try check()
    return try precision.accept(PlanVisitor(transfer: self, wanted: nil))
  }

  /// The plan with its bytes and its time.
  ///
  /// - Throws: `TransferError.tooSmall`, `.missingLayer`.
  public func planned(_ plan: MemoryPlan) throws(TransferError) -> PlannedMemory {
    try check()
    return try precision.accept(PlanVisitor(transfer: self, wanted: plan))[0]
  }

  /// The most memory that the run may have: `memory`, or nine tenths of what the system could give without
  /// swapping; never more than the process may map.
  public var limit: MemoryLimit {
    MemoryLimit(chosen: memory, mappings: mappingBytes)
  }

  /// Bytes that a run maps and hardly uses: stacks, the file of weights where it is not open yet, and what is
  /// rounded up.
  private var mappingBytes: Int {
    let weightBytes =
      weights == nil
      ? network.convolutions.reduce(0) { $0 + 9 * $1.inputChannels * $1.outputChannels } : 0
    let holdsFloats = precision == .float32 || !floatLayers.isEmpty
    return Self.roundingBytes + (threads - 1) * WorkerPool.stackBytes
      + weightBytes * (precision == .int8 ? 1 : 0) + weightBytes * (holdsFloats ? 4 : 0)
  }

  /// The plan of a run: the wanted one, or the fastest that stays within a limit.
  ///
  /// - Parameter limit: `self.limit` where it is nil.
  /// - Returns: the plan with what it costs.
  /// - Throws: `TransferError.overLimit`, `.tooSmall`, `.missingLayer`.
  public func choosePlan(
    within limit: MemoryLimit? = nil
  ) throws(TransferError) -> PlannedMemory {
    let limit = limit ?? self.limit
    if let plan {
      guard spill != nil || !plan.spills else { throw .noSpill(plan: plan.name) }
      let planned = try planned(plan)
      guard planned.bytes <= limit.bytes else {
        throw refusal(planned, limit: limit, isChosen: true, fitting: FittingRun())
      }
      return planned
    }
    let plans = try plans()
    if let fitting = plans.first(where: { $0.bytes <= limit.bytes }) { return fitting }
    guard let least = plans.last else { preconditionFailure("streaming is always a plan") }
    let fitting = FittingRun(
      side: fittingSide(limit: limit.bytes),
      history: try fittingHistory(least.plan, limit: limit.bytes),
      spills: try fitsInFile(limit: limit.bytes))
    throw refusal(least, limit: limit, isChosen: false, fitting: fitting)
  }

  private func refusal(
    _ planned: PlannedMemory, limit: MemoryLimit, isChosen: Bool, fitting: FittingRun
  ) -> TransferError {
    .overLimit(
      size: resultSize, bytes: planned.bytes, plan: planned.plan.name, limit: limit,
      isChosen: isChosen, fitting: fitting)
  }

  /// The largest longer side whose least plan stays within `limit`; nil where none does.
  private func fittingSide(limit: Int) -> Int? {
    var smaller = self
    func fits(_ side: Int) -> Bool {
      smaller.longerSide = side
      smaller.coarse = coarse.filter { $0.longerSide < side }
      return ((try? smaller.plans()) ?? []).contains { $0.bytes <= limit }
    }
    let longest = max(resultSize.width, resultSize.height)
    let shape = settings.deepest.smallestSide
    let least = shape * longest / max(1, min(resultSize.width, resultSize.height)) + 1
    guard least < longest, fits(least) else { return nil }
    var (low, high) = (least, longest)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return low
  }

  /// Whether a plan stays within `limit` once a folder is named for the run's state.
  private func fitsInFile(limit: Int) throws(TransferError) -> Bool {
    guard spill == nil else { return false }
    var other = self
    other.spill = "."
    return try other.plans().contains { $0.bytes <= limit }
  }

  /// The most changes that L-BFGS may remember within `limit`; nil where even one is too much.
  private func fittingHistory(_ plan: MemoryPlan, limit: Int) throws(TransferError) -> Int? {
    guard optimizer.method == .lbfgs else { return nil }
    var fewer = self
    fewer.optimizer.lbfgs.history = usedOptimizer.lbfgs.history - 1
    while fewer.optimizer.lbfgs.history > 0 {
      if try fewer.planned(plan).bytes <= limit { return fewer.optimizer.lbfgs.history }
      fewer.optimizer.lbfgs.history -= 1
    }
    return nil
  }

  /// The bytes in use beside the phases: what the process has now, the code and the stacks that a
  /// step adds to it, and the encoder of the result.
  var baseBytes: Int {
    Int(system_resident_bytes()) + content.openingBytes + Self.codeBytes
      + threads * Self.stackBytes
  }

  /// Code that a run touches first, and the encoder, by measurement.
  private static let codeBytes = 1792 << 10
  /// Of a thread's stack, by measurement.
  private static let stackBytes = 32 << 10
  /// Mapped beyond what is used, in the heap and in front of arenas.
  private static let roundingBytes = 4 << 20
}

/// Plans a transfer with its arithmetic: the wanted plan, or all that are worth having.
private struct PlanVisitor: ArithmeticVisitor {
  let transfer: Transfer
  let wanted: MemoryPlan?

  func visit<Numbers: WeightedArithmetic>(
    _ numbers: Numbers.Type
  ) throws(TransferError) -> [PlannedMemory] {
    let planner = Planner<Numbers>(transfer)
    return wanted.map { [planner.planned($0)] } ?? planner.plans()
  }
}

/// The choices that plans are made from.
private enum PlanChoices {
  // Constant arrays of one function can be mixed up (Scripts/check-objects).
  /// Rows of a chunk; further ones gain no time and no memory.
  static let chunks = [64, 32, 16]
  /// Bytes for each weight of a layer in single precision while it is packed.
  static let sourceBytes = 8
  static let oneForm = [WeightCopies.both]
  static let twoForms = [WeightCopies.both, .forward]
  /// In the order in which they are chosen.
  static let states = [MemoryPlan.StatePlace.memory, .packed, .file]
  /// The part of the least plan's bytes that packing saves at least.
  static let worthPacking = 20
}

/// Durations in direct forward passes, by measurement on the shapes of VGG-19.
private enum PassTime {
  /// Passes forward and back in tiles, which have 36 products in place of 144 and transforms beside, where a
  /// product of 16 bits costs as much as one of 8.
  static let tiles = (forward: 0.32, backward: 0.42)
  /// The same in the memory of plans without any for tiles, whose blocks are small.
  static let smallBlocks = (forward: 0.5, backward: 0.6)
  /// Tiles where a product of 16 bits costs twice as much as one of 8, as with dot products of bytes.
  static let tilesBesideDots = (forward: 0.75, backward: 1.0)
  /// Direct convolutions; on the way back windows come to one scale first.
  static let direct = (forward: 1.0, backward: 1.1)
  /// A float32 layer's time in that of an int8 layer's direct convolution, forward, and back in that.
  static let float32 = 2.5
  static let float32Backward = 1.1
  /// What a backward pass takes longer where workers derive the weights that it reads.
  static let deriving = 1.1
  /// The share that is added for a chunk of one row: what each chunk costs, whatever its rows.
  static let chunkRow = 0.35
}

/// Plans of a transfer with an arithmetic.
private struct Planner<Numbers: LossArithmetic> {
  private let transfer: Transfer
  private let shape: NetworkShape
  private let base: Int

  init(_ transfer: Transfer) {
    self.transfer = transfer
    let size = transfer.engineSize(transfer.resultSize)
    shape = NetworkShape(
      transfer.engineNetwork, width: size.width, height: size.height,
      deepest: transfer.settings.deepest)
    base = transfer.baseBytes
  }

  private var layers: [NetworkTable.Convolution] { shape.layers.map { $0.convolution } }

  func plans() -> [PlannedMemory] {
    let firsts =
      [NetworkPlan.KeptLayers.all, .from(.conv1_2)].prefix(layers.count)
      + layers.filter { $0.followsPool }.map { .from($0.name) } + [.none]
    let hasTwoForms =
      Numbers.packedBytes(layers, copies: .forward) < Numbers.packedBytes(layers, copies: .both)
    var candidates: [PlannedMemory] = []
    for state in PlanChoices.states where isChoice(state, beside: candidates) {
      var some: [PlannedMemory] = []
      for copies in hasTwoForms ? PlanChoices.twoForms : PlanChoices.oneForm {
        for kept in firsts {
          for chunkRows in PlanChoices.chunks {
            let network = NetworkPlan(chunkRows: chunkRows, kept: kept)
            some.append(planned(MemoryPlan(network: network, copies: copies, state: state)))
          }
        }
      }
      some.sort { ($0.relativeTime, $0.bytes) < ($1.relativeTime, $1.bytes) }
      candidates += some
    }
    var least = Int.max
    return candidates.filter { candidate in
      guard candidate.bytes < least else { return false }
      least = candidate.bytes
      return true
    }
  }

  /// Whether plans of this kind come after those that are there: packed ones where they save a twentieth.
  private func isChoice(
    _ state: MemoryPlan.StatePlace, beside others: [PlannedMemory]
  ) -> Bool {
    switch state {
    case .memory: return true
    case .file: return transfer.spill != nil
    case .packed:
      guard transfer.communicator == nil, let least = others.min(by: { $0.bytes < $1.bytes })
      else { return false }
      let plan = MemoryPlan(network: least.plan.network, copies: least.plan.copies, state: .packed)
      return planned(plan).bytes < least.bytes - least.bytes / PlanChoices.worthPacking
    }
  }

  func planned(_ plan: MemoryPlan) -> PlannedMemory {
    let scales = scales(plan)
    let (passes, resident) = (duration(plan), duration(.resident))
    return PlannedMemory(
      plan: plan, bytes: scales.reduce(0) { max($0, $1.bytes) },
      forwardPasses: passes.own, floatPasses: passes.float,
      relativeTime: (passes.own + PassTime.float32 * passes.float)
        / (resident.own + PassTime.float32 * resident.float),
      scales: scales, spill: plan.spills ? transfer.plannedSpill(plan, for: Numbers.self) : nil)
  }

  private func scales(_ plan: MemoryPlan) -> [PlannedScale] {
    let phases = transfer.phases(plan, for: Numbers.self)
    let packed = Numbers.packedBytes(layers, copies: plan.copies)
    let packing = packingBytes(plan.copies)
    return PlannedScale.all(transfer) { place in
      base + max(packed + phases.reduce(0) { $1.scale == place ? max($0, $1.bytes) : $0 }, packing)
    }
  }

  /// Most bytes while a layer in single precision is packed inside a fixed-point network; later phases
  /// take more than any other layer.
  private func packingBytes(_ copies: WeightCopies) -> Int {
    layers.indices.reduce(0) { most, index in
      let layer = layers[index]
      guard layer.isFloat32 else { return most }
      // Both sources of the layer, in memory and as pages of their files.
      let sources = PlanChoices.sourceBytes * 9 * layer.inputChannels * layer.outputChannels
      return max(
        most, Numbers.packedBytes(Array(layers[...index]), copies: copies) + sources)
    }
  }

  /// Duration of a step in direct forward passes of the whole network: that of the arithmetic's own
  /// layers, and that of those in single precision.
  private func duration(_ plan: MemoryPlan) -> (own: Double, float: Double) {
    var (forward, backward) = passes(plan.network)
    if plan.copies == .forward { backward *= PassTime.deriving }
    let total = work(shape.layers[...])
    let again = work(shape.layers.prefix(plan.network.computedTwice(shape.layers)))
    let (repeated, float) = (again.all / total.all, total.float / total.all)
    let both = float + again.float / total.all
    let chunks = 1 + PassTime.chunkRow / Double(plan.network.chunkRows)
    return (
      (forward * (1 + repeated - both) + backward * (1 - float)) * chunks,
      (both + PassTime.float32Backward * float) * chunks
    )
  }

  /// Durations of passes of the arithmetic's own layers.
  private func passes(_ plan: NetworkPlan) -> (forward: Double, backward: Double) {
    let set = transfer.instructionSet
    guard Numbers.mostTiles(set) > 0 else { return PassTime.direct }
    if set.hasByteDots { return plan.hasTiles ? PassTime.tilesBesideDots : PassTime.direct }
    return plan.hasTiles ? PassTime.tiles : PassTime.smallBlocks
  }

  /// Multiply-accumulates of a forward pass through some layers, and those of them in single precision.
  private func work(_ layers: ArraySlice<NetworkShape.Layer>) -> (all: Double, float: Double) {
    layers.reduce(into: (0, 0)) { sums, layer in
      let work = Double(9 * layer.convolution.inputChannels * layer.values)
      sums.all += work
      if layer.convolution.isFloat32 { sums.float += work }
    }
  }
}
