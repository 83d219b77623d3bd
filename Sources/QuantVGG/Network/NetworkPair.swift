package import Rows

/// The fixed-point network and its reference on the same image, stage by stage side by side, so that their
/// rows can be compared before they are given up.
package final class NetworkPair<
  Own: GradientClient, Truth: GradientClient, Observer: PairObserver
>: StageRunner where Own.Numbers == Int8Arithmetic, Truth.Numbers == Float32Arithmetic {
  /// Sizes of all layers.
  package let shape: NetworkShape

  private let own: ForwardNetwork<Own>
  private let truth: ForwardNetwork<Truth>
  private let alone: LayerAlone
  private unowned(unsafe) let observer: Observer
  private var schedule: RowSchedule
  private var isMeasuring = true

  /// Plans and allocates both networks.
  ///
  /// - Parameters:
  ///   - own: the client of the fixed-point network.
  ///   - numbers: its layers.
  ///   - truth: the client of the reference.
  ///   - reference: its layers; the pooling is that of `numbers`.
  ///   - shape: the image's.
  ///   - plan: how many rows stay in memory.
  ///   - hasBackward: whether there is a way back.
  ///   - observer: sees all rows. None of the three is retained; they outlive the pair.
  ///   - pool: the threads of every pass.
  /// - Throws: `MemoryError.refused`.
  package init(
    _ own: Own, _ numbers: Int8Arithmetic, _ truth: Truth, _ reference: Float32Arithmetic,
    shape: NetworkShape, plan: NetworkPlan, hasBackward: Bool, observer: Observer, pool: WorkerPool
  ) throws(MemoryError) {
    precondition(numbers.pooling == reference.pooling)
    let (width, height, deepest) = (shape.width, shape.height, shape.deepest)
    if hasBackward {
      self.own = try Network(
        numbers, width: width, height: height, deepest: deepest, plan: plan, client: own, pool: pool
      )
      self.truth = try Network(
        reference, width: width, height: height, deepest: deepest, plan: plan, client: truth,
        pool: pool)
    } else {
      self.own = try ForwardNetwork(
        numbers, width: width, height: height, deepest: deepest, plan: plan, observer: own,
        pool: pool)
      self.truth = try ForwardNetwork(
        reference, width: width, height: height, deepest: deepest, plan: plan, observer: truth,
        pool: pool)
    }
    var memory = ArenaPlan()
    let rows = LayerAlone.Layout(
      shape, backward: hasBackward, threads: pool.threads, memory: &memory)
    alone = LayerAlone(
      numbers, self.own.layout, reference: reference, self.truth.layout, shape: shape, rows: rows,
      memory: try Arena(memory), pool: pool)
    self.shape = shape
    unsafe self.observer = observer
    schedule = RowSchedule(
      shape: shape, plan: plan, rows: NetworkRows(shape, plan: plan, strip: nil))
  }

  /// Runs both forward over an image, `[height][width][3]` RGB minus mean.
  package func forward(_ image: MemorySlice<Float>) {
    let rows = StateRows(image, rowLength: 3 * shape.width)
    own.beginForward(rows)
    truth.beginForward(rows)
    isMeasuring = true
    schedule.forward(self)
  }

  /// Runs both back from the losses of the image that went forward last; needs a way back.
  package func backward() {
    own.beginBackward()
    truth.beginBackward()
    isMeasuring = false
    schedule.backward(self)
  }

  func runStage(_ stage: Stage, layer: Int, rows: Range<Int>) {
    truth.runStage(stage, layer: layer, rows: rows)
    own.runStage(stage, layer: layer, rows: rows)
    switch stage {
    case .convolve where isMeasuring: compare(layer, rows)
    case .gradient:
      unsafe observer.didDifferentiate(
        rows: rows, layer: layer, own: own.layout.gradients[layer],
        scales: own.layout.scales[layer], reference: truth.layout.gradients[layer])
      if layer + 1 < shape.layers.count {
        let isPooled = shape.isPooled(layer)
        sendBack(layer + 1, isPooled ? rows.lowerBound / 2..<rows.upperBound / 2 : rows)
      }
    case .imageGradient: sendBack(NetworkTable.imageLayer, rows)
    default: break
    }
  }

  private func compare(_ layer: Int, _ rows: Range<Int>) {
    let (own, reference) = (own.layout.activations[layer], truth.layout.activations[layer])
    for part in parts(rows) {
      // Both read the same image.
      let alone =
        layer == NetworkTable.imageLayer ? own : self.alone.convolve(layer: layer, rows: part)
      unsafe observer.didProduce(
        rows: part, layer: layer, own: own, alone: alone, reference: reference)
    }
  }

  private func sendBack(_ layer: Int, _ rows: Range<Int>) {
    let parts =
      layer == NetworkTable.imageLayer
      ? parts(rows) : GradientRows(shape.layers[layer]).tiles(rows).map { $0 }
    for part in parts {
      let made = alone.sendBack(layer: layer, rows: part)
      unsafe observer.didSendBack(
        rows: part, layer: layer, alone: made.own, reference: made.truth)
    }
  }

  private func parts(_ rows: Range<Int>) -> [Range<Int>] {
    stride(from: rows.lowerBound, to: rows.upperBound, by: LayerAlone.rowsAtOnce).map {
      $0..<min($0 + LayerAlone.rowsAtOnce, rows.upperBound)
    }
  }
}

/// Bytes of both networks and what lies between, without asking for them; the fixed-point one keeps one copy of
/// its weights.
///
/// - Parameters:
///   - shape: the image's.
///   - plan: how many rows stay in memory.
///   - pooling: the kind of pooling.
///   - instructionSet: what computes.
///   - hasLoss: by layer, whether the clients have a loss there.
///   - backward: whether there is a way back.
///   - threads: workers.
/// - Returns: the bytes.
package func networkPairBytes(
  _ shape: NetworkShape, plan: NetworkPlan, pooling: Pooling, instructionSet: InstructionSet,
  hasLoss: [Bool], backward: Bool, threads: Int
) -> Int {
  func bytes<Numbers: Arithmetic>(_ numbers: Numbers.Type, _ copies: WeightCopies) -> Int {
    networkMemory(
      numbers, shape, plan: plan, pooling: pooling, copies: copies,
      instructionSet: instructionSet, hasLoss: hasLoss, backward: backward, threads: threads
    ).bytes
  }
  var memory = ArenaPlan()
  _ = LayerAlone.Layout(shape, backward: backward, threads: threads, memory: &memory)
  return memory.bytes + bytes(Int8Arithmetic.self, .forward) + bytes(Float32Arithmetic.self, .both)
}
