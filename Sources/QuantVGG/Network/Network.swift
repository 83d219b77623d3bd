/// VGG-19 as a row pipeline: every layer's output lives in a ring of rows, and rows are pushed through
/// the layers in the order of a `RowSchedule`.
///
/// `Network` walks layers and rows; the arithmetic of a row belongs to `Client.Numbers`, losses and
/// optimizer to the client. How many rows each ring keeps is the memory plan.
public final class Network<Client: NetworkClient>: ParallelWork, StageRunner {
  /// The arithmetic of the rows.
  public typealias Numbers = Client.Numbers

  /// Sizes of all layers.
  public let shape: NetworkShape
  /// Bytes of the arena: rings and scratch rows.
  public let arenaBytes: Int

  let numbers: Numbers
  /// Whether two rows are made at once where an item has them.
  let hasPairs: Bool
  let pool: WorkerPool
  unowned(unsafe) let client: Client
  let layout: NetworkLayout<Numbers>
  private let arena: Arena
  private var schedule: RowSchedule
  private var image: UnsafePointer<Float>?
  private var isMeasuring = true

  /// Seconds spent so far, by layer.
  public internal(set) var timing: NetworkTiming

  // The stage that the workers run.
  var stage = Stage.quantizeImage
  var stageLayer = 0
  var stageRows = 0..<0
  var rowsPerItem = 1
  /// Items that share a range of rows: groups of panels or of columns.
  var groups = 1

  /// Plans and allocates everything that forward and, if wanted, backward passes touch.
  ///
  /// - Parameters:
  ///   - numbers: the arithmetic, with layers up to `deepest`.
  ///   - width: columns of the image.
  ///   - height: rows of the image.
  ///   - deepest: the last layer that is computed.
  ///   - plan: how many rows stay in memory.
  ///   - backward: whether gradients will be asked for.
  ///   - client: not retained; it outlives the network.
  ///   - pool: the threads of every pass.
  /// - Throws: `MemoryError.refused`.
  public init(
    _ numbers: Numbers, width: Int, height: Int, deepest: LayerName, plan: NetworkPlan = .resident,
    backward: Bool, client: Client, pool: WorkerPool
  ) throws(MemoryError) {
    self.numbers = numbers
    hasPairs = Numbers.convolvesPairs(numbers.instructionSet)
    self.pool = pool
    self.client = client
    let shape = NetworkShape(numbers.network, width: width, height: height, deepest: deepest)
    precondition(shape.layers.count <= numbers.layerCount, "the weights do not reach this layer")
    self.shape = shape
    var memory = ArenaPlan()
    var layout = NetworkLayout<Numbers>(
      shape, plan: plan, pooling: numbers.pooling, copies: numbers.copies,
      instructionSet: numbers.instructionSet,
      hasLoss: shape.layers.indices.map { client.hasLoss(layer: $0) }, backward: backward,
      threads: pool.threads, memory: &memory)
    arena = try Arena(memory)
    arenaBytes = memory.bytes
    layout.attach(arena)
    self.layout = layout
    schedule = RowSchedule(shape: shape, plan: plan)
    timing = NetworkTiming(layers: shape.layers.count)
    super.init()
  }

  /// Index of the last layer.
  var deepest: Int { shape.layers.count - 1 }

  /// Runs forward over an image, `[height][width][3]` RGB minus mean; the client sees every row of
  /// every layer once.
  public func forward(_ image: UnsafePointer<Float>) {
    beginForward(image)
    while advanceForward() {}
  }

  /// Begins a forward pass over an image that `advanceForward` makes in parts.
  public func beginForward(_ image: UnsafePointer<Float>) {
    self.image = image
    isMeasuring = true
    schedule.beginForward()
  }

  /// Pushes the next chunk of the image through the layers; false where the pass is over.
  ///
  /// The rows that the client has seen stay where they are until the next call.
  public func advanceForward() -> Bool {
    schedule.advanceForward(self)
  }

  /// Runs the backward pass of the image that went forward last; the client receives every row of
  /// dJ/dx once.
  ///
  /// The image may be updated row by row as `consumeImageGradient` receives rows: those that are
  /// still read lie ahead.
  public func backward() {
    isMeasuring = false
    schedule.backward(self)
  }

  func run(_ stage: Stage, layer: Int, rows: Range<Int>) {
    if stage == .imageGradient { client.willConsumeImageGradient(rows: rows) }
    dispatch(stage, layer: layer, rows: rows)
    guard isMeasuring, stage == .convolve else { return }
    client.didProduce(
      rows: rows, layer: layer, activations: ActivationRows(ring: layout.activations[layer]))
  }

  func zeros<T: BitwiseCopyable>(as type: T.Type) -> UnsafePointer<T> {
    UnsafeRawPointer(arena.base + layout.zeroRow).assumingMemoryBound(to: type)
  }

  func gradientScratch(worker: Int) -> UnsafeMutablePointer<Float> {
    (arena.base + layout.scratch + worker * layout.scratchStride)
      .assumingMemoryBound(to: Float.self)
  }

  func panelScratch(worker: Int) -> UnsafeMutableRawPointer {
    arena.base + layout.scratch + worker * layout.scratchStride + layout.panelScratch
  }

  /// `[width][3]` of a row of the image.
  func imageRow(_ y: Int) -> UnsafePointer<Float> {
    guard let image else { preconditionFailure("no pass was begun") }
    return image + y * shape.width * 3
  }

  public override func run(item: Int, worker: Int) {
    let start = stageRows.lowerBound + item / groups * rowsPerItem
    let rows = start..<min(start + rowsPerItem, stageRows.upperBound)
    let group = item % groups
    switch stage {
    case .quantizeImage: runQuantizeImage(rows)
    case .convolve, .convolveAgain:
      runConvolve(rows, panels: share(group, of: panels, unit: 1), worker: worker)
    case .pool: runPool(rows)
    case .gradient:
      let width = shape.layers[stageLayer].width
      runGradient(rows, columns: share(group, of: width, unit: 2), worker: worker)
    case .imageGradient: runImageGradient(rows, worker: worker)
    }
  }

  private var panels: Int { shape.layers[stageLayer].channels / NetworkTiling.panel }

  /// The part of 0..<count that a group does; parts start at multiples of `unit`.
  private func share(_ group: Int, of count: Int, unit: Int) -> Range<Int> {
    let units = (count + unit - 1) / unit
    return unit * (group * units / groups)..<min(unit * ((group + 1) * units / groups), count)
  }
}
