/// Which rings a network has and how many rows each keeps, found by watching a schedule run.
struct NetworkLayout<Numbers: Arithmetic> {
  var pixels: RowRing<Numbers.Pixel>
  var activations: [RowRing<Numbers.Activation>] = []
  var masks: [RowRing<UInt32>] = []
  /// What the way back reads: the rings above, but for a first layer that is repeated.
  var readActivations: [RowRing<Numbers.Activation>] = []
  var readMasks: [RowRing<UInt32>] = []
  /// Without rows where a layer is not pooled.
  var pooled: [RowRing<Numbers.Activation>] = []
  var gradients: [RowRing<Numbers.Gradient>] = []
  var scales: [RowRing<Float>] = []
  /// Offset of a row of zeros for windows over the top and bottom edge, as wide as the widest.
  let zeroRow: Int
  /// Offset of the workers' scratch, and the bytes of each.
  let scratch: Int
  let scratchStride: Int
  /// Offset of a derived panel of weights, for either way, in a worker's scratch.
  let panelScratch: Int

  /// Reserves everything that forward and, if wanted, backward passes touch.
  ///
  /// `hasLoss` says by layer whether a loss reads its activations on the way back; what is
  /// reserved is added to `memory`.
  init(
    _ shape: NetworkShape, plan: NetworkPlan, pooling: Pooling, copies: WeightCopies,
    instructionSet: InstructionSet, hasLoss: [Bool], backward: Bool, threads: Int,
    memory: inout ArenaPlan
  ) {
    let readsAll = Numbers.maskWords(channels: NetworkTiling.panel) == 0
    let watcher = RingWatcher(
      shape, repeatsFirst: plan.repeatsFirst,
      readsActivations: shape.layers.indices.map {
        hasLoss[$0] || readsAll || (pooling == .maximum && shape.isPooled($0))
      })
    var schedule = RowSchedule(shape: shape, plan: plan)
    schedule.forward(watcher)
    if backward { schedule.backward(watcher) }

    pixels = RowRing(
      width: shape.width, channels: 4, capacity: watcher.pixels.capacity, plan: &memory)
    var widest = pixels.paddedCount * MemoryLayout<Numbers.Pixel>.stride
    func rings(
      _ index: Int, _ activations: RingWatcher.Ring, _ masks: RingWatcher.Ring
    ) -> (RowRing<Numbers.Activation>, RowRing<UInt32>) {
      let layer = shape.layers[index]
      return (
        RowRing(
          width: layer.width, channels: layer.channels, capacity: activations.capacity,
          plan: &memory),
        RowRing(
          width: layer.width, channels: Numbers.maskWords(channels: layer.channels),
          capacity: masks.capacity, plan: &memory)
      )
    }
    for (index, layer) in shape.layers.enumerated() {
      let (ring, mask) = rings(index, watcher.activations[index], watcher.masks[index])
      widest = max(widest, ring.paddedCount * MemoryLayout<Numbers.Activation>.stride)
      activations.append(ring)
      masks.append(mask)
      pooled.append(
        RowRing(
          width: layer.width / 2, channels: layer.channels,
          capacity: watcher.pooled[index].capacity, plan: &memory))
      guard backward else { continue }
      let capacity = watcher.gradients[index].capacity
      let gradient = RowRing<Numbers.Gradient>(
        width: layer.width, channels: layer.channels, capacity: capacity, plan: &memory)
      widest = max(widest, gradient.paddedCount * MemoryLayout<Numbers.Gradient>.stride)
      gradients.append(gradient)
      scales.append(RowRing(width: layer.width, channels: 1, capacity: capacity, plan: &memory))
      widest = max(widest, (layer.width + 2) * MemoryLayout<Float>.stride)
    }
    (readActivations, readMasks) = (activations, masks)
    if plan.repeatsFirst {
      (readActivations[0], readMasks[0]) = rings(
        0, watcher.repeatedActivations, watcher.repeatedMasks)
    }
    zeroRow = memory.reserve(widest)
    var worker = ArenaPlan()
    if backward { _ = worker.reserve(NetworkTiling.scratchBytes(shape)) }
    panelScratch = worker.reserve(
      Numbers.panelScratchBytes(
        shape.layers.map { $0.convolution }, copies: copies, instructionSet))
    scratchStride = worker.bytes
    scratch = memory.reserve(scratchStride * threads)
  }

  /// Places all rings in the memory that was reserved.
  mutating func attach(_ arena: Arena) {
    pixels.attach(arena)
    for index in activations.indices {
      activations[index].attach(arena)
      masks[index].attach(arena)
      pooled[index].attach(arena)
      readActivations[index].attach(arena)
      readMasks[index].attach(arena)
    }
    for index in gradients.indices {
      gradients[index].attach(arena)
      scales[index].attach(arena)
    }
  }
}

/// Bytes of the rings and scratch of a network, without asking for them.
public func networkBytes<Numbers: Arithmetic>(
  _ numbers: Numbers.Type, _ shape: NetworkShape, plan: NetworkPlan, pooling: Pooling,
  copies: WeightCopies, instructionSet: InstructionSet, hasLoss: [Bool], backward: Bool,
  threads: Int
) -> Int {
  var memory = ArenaPlan()
  _ = NetworkLayout<Numbers>(
    shape, plan: plan, pooling: pooling, copies: copies, instructionSet: instructionSet,
    hasLoss: hasLoss, backward: backward, threads: threads, memory: &memory)
  return memory.bytes
}

/// Watches a schedule: a ring needs room from the lowest row that is still read to the last one made.
private final class RingWatcher: StageRunner {
  struct Ring {
    private var made = 0
    private(set) var capacity = 0

    mutating func write(_ rows: Range<Int>) {
      made = rows.upperBound
      capacity = max(capacity, rows.count)
    }

    mutating func read(from row: Int) {
      capacity = max(capacity, made - max(row, 0))
    }
  }

  private let shape: NetworkShape
  /// By layer, whether the way back reads activations, not only masks.
  private let readsActivations: [Bool]
  private let repeatsFirst: Bool
  var pixels = Ring()
  var activations: [Ring]
  var masks: [Ring]
  var repeatedActivations = Ring()
  var repeatedMasks = Ring()
  var pooled: [Ring]
  var gradients: [Ring]

  init(_ shape: NetworkShape, repeatsFirst: Bool, readsActivations: [Bool]) {
    self.shape = shape
    self.repeatsFirst = repeatsFirst
    self.readsActivations = readsActivations
    activations = shape.layers.map { _ in Ring() }
    masks = activations
    pooled = activations
    gradients = activations
  }

  func run(_ stage: Stage, layer: Int, rows: Range<Int>) {
    switch stage {
    case .quantizeImage:
      pixels.write(rows)
    case .convolve:
      if layer == 0 {
        pixels.read(from: rows.lowerBound - 1)
      } else if shape.isPooled(layer - 1) {
        pooled[layer - 1].read(from: rows.lowerBound - 1)
      } else {
        activations[layer - 1].read(from: rows.lowerBound - 1)
      }
      activations[layer].write(rows)
      masks[layer].write(rows)
    case .convolveAgain:
      pixels.read(from: rows.lowerBound - 1)
      repeatedActivations.write(rows)
      repeatedMasks.write(rows)
    case .pool:
      activations[layer].read(from: 2 * rows.lowerBound)
      pooled[layer].write(rows)
    case .gradient:
      if layer + 1 < gradients.count {
        let first = shape.isPooled(layer) ? rows.lowerBound / 2 : rows.lowerBound
        gradients[layer + 1].read(from: first - 1)
      }
      if layer > 0 || !repeatsFirst {
        masks[layer].read(from: rows.lowerBound)
        if readsActivations[layer] { activations[layer].read(from: rows.lowerBound) }
      }
      gradients[layer].write(rows)
    case .imageGradient:
      gradients[0].read(from: rows.lowerBound - 1)
    }
  }
}
