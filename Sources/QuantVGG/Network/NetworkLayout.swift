internal import Rows

/// The rings of a network and the rows that each keeps, found by watching a schedule run.
struct NetworkLayout<Numbers: Arithmetic> {
  var pixels: RowRing<Numbers.Pixel>
  var activations: [RowRing<Numbers.Activation>] = []
  var masks: [RowRing<MaskWord>] = []
  /// The rings that the way back reads: those above, but for a first layer that is repeated.
  var readActivations: [RowRing<Numbers.Activation>] = []
  var readMasks: [RowRing<MaskWord>] = []
  /// Whether the first layer is made again for the way back, in rings of its own.
  let isRepeated: Bool
  /// Without rows where a layer is not pooled.
  var pooled: [RowRing<Numbers.Activation>] = []
  var gradients: [RowRing<Numbers.Gradient>] = []
  /// A scale for each pixel of a gradient.
  var scales: [RowRing<Real>] = []
  var reals: RealRings
  // What lies above and below the picture.
  var zeroPixels: ZeroRow<Numbers.Pixel>
  var zeroActivations: ZeroRow<Numbers.Activation>
  var zeroGradients: ZeroRow<Numbers.Gradient>
  var zeroScales: ZeroRow<Real>
  let scratch: ScratchLayout

  /// Reserves everything that forward and, if wanted, backward passes touch.
  ///
  /// `hasLoss` says by layer whether a loss reads its activations on the way back; what is
  /// reserved is added to `memory`.
  init(
    _ shape: NetworkShape, plan: NetworkPlan, rows: NetworkRows, pooling: Pooling,
    copies: WeightCopies, instructionSet: InstructionSet, hasLoss: [Bool], backward: Bool,
    threads: Int, memory: inout ArenaPlan
  ) {
    isRepeated = plan.repeatsFirst
    let readsAll = Numbers.maskWords(channels: Panel.width) == 0
    let watcher = RingWatcher(
      shape, repeatsFirst: plan.repeatsFirst,
      readsActivations: shape.layers.indices.map {
        hasLoss[$0] || readsAll || (pooling == .maximum && shape.isPooled($0))
      })
    var schedule = RowSchedule(shape: shape, plan: plan, rows: rows)
    if rows.target != rows.first { schedule.forward(watcher, isTarget: true) }
    schedule.forward(watcher)
    if backward { schedule.backward(watcher) }

    pixels = RowRing(
      width: shape.width, channels: 4,
      capacity: shape.isFloat32(NetworkTable.imageLayer) ? 0 : watcher.pixels.capacity,
      plan: &memory)
    var (widestActivations, widestGradients, widestScales) = (0, 0, 0)
    func rings(
      _ index: Int, _ activations: RingWatcher.Ring, _ masks: RingWatcher.Ring
    ) -> (RowRing<Numbers.Activation>, RowRing<MaskWord>) {
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
      widestActivations = max(widestActivations, ring.paddedCount)
      activations.append(ring)
      masks.append(mask)
      pooled.append(
        RowRing(
          width: layer.width / 2, channels: layer.channels,
          capacity: shape.feedsFloat32(index) ? 0 : watcher.pooled[index].capacity, plan: &memory))
      guard backward else { continue }
      let capacity = shape.isFloat32(index) ? 0 : watcher.gradients[index].capacity
      let gradient = RowRing<Numbers.Gradient>(
        width: layer.width, channels: layer.channels, capacity: capacity, plan: &memory)
      widestGradients = max(widestGradients, gradient.paddedCount)
      gradients.append(gradient)
      let scale = RowRing<Real>(width: layer.width, channels: 1, capacity: capacity, plan: &memory)
      widestScales = max(widestScales, scale.paddedCount)
      scales.append(scale)
    }
    (readActivations, readMasks) = (activations, masks)
    if plan.repeatsFirst {
      (readActivations[NetworkTable.imageLayer], readMasks[NetworkTable.imageLayer]) = rings(
        NetworkTable.imageLayer, watcher.repeatedActivations, watcher.repeatedMasks)
    }
    reals = RealRings(shape, watcher, backward: backward, memory: &memory)
    zeroPixels = ZeroRow(elements: pixels.paddedCount, plan: &memory)
    zeroActivations = ZeroRow(elements: widestActivations, plan: &memory)
    zeroGradients = ZeroRow(elements: widestGradients, plan: &memory)
    zeroScales = ZeroRow(elements: widestScales, plan: &memory)
    scratch = ScratchLayout(
      Numbers.self, shape, plan: plan, copies: copies, instructionSet: instructionSet,
      backward: backward, threads: threads, memory: &memory)
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
    reals.attach(arena)
    zeroPixels.attach(arena)
    zeroActivations.attach(arena)
    zeroGradients.attach(arena)
    zeroScales.attach(arena)
  }
}
