package import Rows

/// A VGG network as a row pipeline: every layer's output lives in a ring of rows, and rows are pushed
/// through the layers in the order of a `RowSchedule`.
///
/// It walks layers and rows; the arithmetic of a row belongs to `Observer.Numbers`, what is done with rows
/// to the observer. How many rows each ring keeps is the memory plan. `Network` adds the way back.
package class ForwardNetwork<Observer: RowObserver>: ParallelWork, StageRunner {
  /// The arithmetic of the rows.
  package typealias Numbers = Observer.Numbers

  /// Sizes of all layers.
  package let shape: NetworkShape
  /// Bytes of the arena: rings and scratch rows.
  package let arenaBytes: Int

  let numbers: Numbers
  let pool: WorkerPool
  let layout: NetworkLayout<Numbers>
  /// By worker.
  let scratch: [NetworkScratch]
  /// The rows of a layer's gradient that come back from the next one.
  let incoming: MemorySlice<Float>
  private unowned(unsafe) let observer: Observer
  private let arena: Arena
  private(set) var schedule: RowSchedule
  private var image: StateRows<Float>?
  private var isMeasuring = true
  /// The workers' task.
  private var work = StageWork()

  /// Seconds spent so far, by layer.
  package private(set) var timing: NetworkTiming

  /// Plans and allocates everything that forward passes touch.
  ///
  /// - Parameters:
  ///   - numbers: the arithmetic, with layers up to `deepest`.
  ///   - width: columns of the image.
  ///   - height: rows of the image.
  ///   - deepest: the last layer that is computed.
  ///   - plan: how many rows stay in memory.
  ///   - observer: not retained; it outlives the network.
  ///   - pool: the threads of every pass.
  /// - Throws: `MemoryError.refused`.
  package convenience init(
    _ numbers: Numbers, width: Int, height: Int, deepest: LayerName,
    plan: NetworkPlan = .resident, observer: Observer, pool: WorkerPool
  ) throws(MemoryError) {
    try self.init(
      numbers, width: width, height: height, deepest: deepest, plan: plan, strip: nil,
      hasLoss: nil, observer: observer, pool: pool)
  }

  /// The same for the way back as well, where `hasLoss` says by layer whether a loss reads its
  /// activations there, and for a strip of the image or all of it.
  init(
    _ numbers: Numbers, width: Int, height: Int, deepest: LayerName, plan: NetworkPlan,
    strip: Range<Int>?, hasLoss: ((Int) -> Bool)?, observer: Observer, pool: WorkerPool
  ) throws(MemoryError) {
    self.numbers = numbers
    self.pool = pool
    unsafe self.observer = observer
    let shape = NetworkShape(numbers.network, width: width, height: height, deepest: deepest)
    precondition(shape.layers.count <= numbers.layerCount, "the weights do not reach this layer")
    self.shape = shape
    let rows = NetworkRows(shape, plan: plan, strip: strip)
    var memory = ArenaPlan()
    var layout = NetworkLayout<Numbers>(
      shape, plan: plan, rows: rows, pooling: numbers.pooling, copies: numbers.copies,
      instructionSet: numbers.instructionSet,
      hasLoss: shape.layers.indices.map { hasLoss?($0) ?? false }, backward: hasLoss != nil,
      threads: pool.threads, memory: &memory)
    let arena = try Arena(memory)
    self.arena = arena
    arenaBytes = memory.bytes
    layout.attach(arena)
    self.layout = layout
    scratch = layout.scratch.attach(arena)
    incoming = layout.scratch.attachIncoming(arena)
    schedule = RowSchedule(shape: shape, plan: plan, rows: rows)
    timing = NetworkTiming(layers: shape.layers.count)
    super.init()
  }

  /// The place of the last layer.
  var deepest: Int { shape.layers.count - 1 }

  // MARK: Passes

  /// Runs forward over an image, `[height][width][3]` RGB minus mean; the observer sees every row of
  /// every layer once.
  package func forward(_ image: StateRows<Float>) {
    beginForward(image)
    while advanceForward() {}
  }

  /// The same over an image in memory.
  package func forward(_ image: MemorySlice<Float>) {
    forward(StateRows(image, rowLength: 3 * shape.width))
  }

  /// Begins a forward pass that `advanceForward` makes in parts, over the image or a picture that it is compared with.
  package func beginForward(_ image: StateRows<Float>, isTarget: Bool = false) {
    precondition(
      image.rows == shape.height && image.rowLength == 3 * shape.width, "an image of another size")
    self.image = image
    isMeasuring = true
    schedule.beginForward(isTarget: isTarget)
  }

  /// Pushes the next chunk of the image through the layers; false where the pass is over.
  ///
  /// The rows that the observer has seen stay where they are until the next call.
  package func advanceForward() -> Bool {
    schedule.advanceForward(self)
  }

  /// Runs the way back of the schedule.
  func runBackward() {
    beginBackward()
    schedule.backward(self)
  }

  /// Begins the way back, in which no row is shown to the observer.
  func beginBackward() { isMeasuring = false }

  /// A row of the image that a pass was begun with.
  func imageRow(_ y: Int) -> Row<Real> {
    guard let image else { preconditionFailure("no pass was begun") }
    return Row(image.row(y), channels: 3)
  }

  // MARK: Stages

  /// Cuts a stage into items, runs them on the pool, and shows new rows to the observer.
  func runStage(_ stage: Stage, layer: Int, rows: Range<Int>) {
    if stage == .quantizeImage { image?.read(rows) }
    run(
      StageWork(
        stage, layer: layer, rows: rows, shape: shape, threads: pool.threads,
        tilesPerBlock: tilesPerBlock(stage, layer: layer, rows: rows.count)))
    guard isMeasuring, stage == .convolve else { return }
    unsafe observer.didProduce(
      rows: rows, layer: layer, activations: ActivationRows(ring: layout.activations[layer]))
  }

  /// Does a stage's work on the pool.
  func run(_ work: StageWork) {
    self.work = work
    let start = timing.now
    pool.run(self, items: work.items)
    timing.add(since: start, stage: work.stage, layer: work.layer)
  }

  package override func run(item: Int, worker: Int) {
    perform(work.item(item), worker: worker)
  }

  /// Does an item of a stage.
  func perform(_ item: StageItem, worker: Int) {
    switch item.stage {
    case .quantizeImage: quantizeImage(item.rows)
    case .convolve:
      convolve(
        item, into: layout.activations[item.layer], mask: layout.masks[item.layer],
        worker: worker)
    case .convolveAgain:
      convolve(
        item, into: layout.readActivations[item.layer], mask: layout.readMasks[item.layer],
        worker: worker)
    case .pool: pool(item)
    case .sendBack, .gradient, .imageGradient: preconditionFailure("a network without a way back")
    }
  }

  private func quantizeImage(_ rows: Range<Int>) {
    for y in rows {
      if let inlay = inlay(at: NetworkTable.imageLayer) {
        inlay.readImage(imageRow(y), into: layout.reals.pixels.writableRow(y))
      } else {
        numbers.quantizeImage(imageRow(y), into: layout.pixels.writableRow(y))
      }
    }
  }

  /// Makes the item's rows and masks, and in single precision what an inlay reads of them.
  private func convolve(
    _ item: StageItem, into out: RowRing<Numbers.Activation>, mask: RowRing<MaskWord>, worker: Int
  ) {
    if let inlay = inlay(at: item.layer) {
      convolve(item, by: inlay, into: out, mask: mask, worker: worker)
      return
    }
    defer { widen(item, out) }
    let rows = convolveTiles(item, into: out, mask: mask, worker: worker)
    // Panels outside, rows inside: a panel's weights stay in the cache for all rows of the item.
    for panel in item.panels {
      for y in rows {
        if item.layer == NetworkTable.imageLayer {
          numbers.convolveImage(
            imageWindow(around: y), panel: panel, into: out.writableRow(y),
            mask: mask.writableRow(y))
        } else {
          numbers.convolve(
            window(item.layer, around: y), layer: item.layer, panel: panel,
            into: out.writableRow(y), mask: mask.writableRow(y))
        }
      }
    }
  }

  private func imageWindow(around y: Int) -> RowWindow<Numbers.Pixel> {
    RowWindow(layout.pixels, around: y, height: shape.height, outside: layout.zeroPixels)
  }

  /// The input of a layer.
  func input(of layer: Int) -> RowRing<Numbers.Activation> {
    (shape.isPooled(layer - 1) ? layout.pooled : layout.activations)[layer - 1]
  }

  private func window(_ layer: Int, around y: Int) -> RowWindow<Numbers.Activation> {
    RowWindow(
      input(of: layer), around: y, height: shape.layers[layer].height,
      outside: layout.zeroActivations)
  }

  private func pool(_ item: StageItem) {
    let input = layout.activations[item.layer]
    for y in item.rows {
      if let inlay = inlay(at: item.layer + 1) {
        let input = layout.reals.activations[item.layer]
        inlay.pool(
          top: input.row(2 * y), bottom: input.row(2 * y + 1),
          into: layout.reals.pooled[item.layer].writableRow(y))
      } else {
        numbers.pool(
          top: input.row(2 * y), bottom: input.row(2 * y + 1),
          into: layout.pooled[item.layer].writableRow(y))
      }
    }
  }
}
