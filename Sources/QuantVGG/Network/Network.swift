/// VGG-19 as a row pipeline: every layer's output lives in a ring of rows, rows are pulled through
/// the layers on demand, and each row is computed once.
///
/// `Network` walks layers and rows; the arithmetic of a row belongs to `Client.Numbers`, losses and
/// optimizer to the client. How many rows each ring keeps is the memory plan; this plan is the
/// resident one, where forward rings keep every row and two gradient rings alternate.
public final class Network<Client: NetworkClient>: ParallelWork {
  /// The arithmetic of the rows.
  public typealias Numbers = Client.Numbers

  /// Sizes of all layers.
  public let shape: NetworkShape
  /// Bytes of the arena: rings and scratch rows.
  public let arenaBytes: Int

  let numbers: Numbers
  let pool: WorkerPool
  unowned(unsafe) let client: Client
  private let arena: Arena

  // Rings; `pooled[l]` has no rows where layer l is not pooled.
  var pixels: RowRing<Numbers.Pixel>
  var activations: [RowRing<Numbers.Activation>] = []
  var masks: [RowRing<UInt32>] = []
  var pooled: [RowRing<Numbers.Activation>] = []
  var gradients: [RowRing<Numbers.Gradient>] = []
  var scales: [RowRing<Float>] = []
  /// A row of zeros for windows over the top and bottom edge, as wide as the widest.
  let zeroRow: UnsafeRawPointer
  /// Scratch of each worker, see `gradientScratch`.
  private let scratch: UnsafeMutableRawPointer
  private let scratchStride: Int

  // How far the current pass has come, in rows.
  var image: UnsafePointer<Float>?
  var pixelRows = 0
  var activationRows: [Int]
  var pooledRows: [Int]
  var gradientRows: [Int]

  /// Seconds spent so far, by layer.
  public internal(set) var timing: NetworkTiming

  // The stage that the workers run, see Network+Stages.
  var stage = Stage.quantizeImage
  var stageLayer = 0
  var stageRows = 0..<0
  var rowsPerItem = 1
  var panelGroups = 1

  /// Plans and allocates everything that forward and, if wanted, backward passes touch.
  ///
  /// - Parameters:
  ///   - numbers: the arithmetic, with layers up to `deepest`.
  ///   - width: columns of the image.
  ///   - height: rows of the image.
  ///   - deepest: index of the last layer that is computed.
  ///   - backward: whether gradients will be asked for.
  ///   - client: not retained; it outlives the network.
  ///   - pool: the threads of every pass.
  /// - Throws: `MemoryError.refused`.
  public init(
    _ numbers: Numbers, width: Int, height: Int, deepest: Int, backward: Bool, client: Client,
    pool: WorkerPool
  ) throws(MemoryError) {
    precondition(deepest < numbers.layerCount, "the weights do not reach this layer")
    self.numbers = numbers
    self.pool = pool
    self.client = client
    let shape = NetworkShape(width: width, height: height, deepest: deepest)
    self.shape = shape
    let layers = shape.layers
    var plan = ArenaPlan()
    pixels = RowRing(width: width, channels: 4, capacity: height, plan: &plan)
    var widest = pixels.paddedCount * MemoryLayout<Numbers.Pixel>.stride
    for (index, layer) in layers.enumerated() {
      let ring = RowRing<Numbers.Activation>(
        width: layer.width, channels: layer.channels, capacity: layer.height, plan: &plan)
      widest = max(widest, ring.paddedCount * MemoryLayout<Numbers.Activation>.stride)
      activations.append(ring)
      masks.append(
        RowRing<UInt32>(
          width: layer.width, channels: Numbers.maskWords(channels: layer.channels),
          capacity: layer.height, plan: &plan))
      let isPooled = shape.isPooled(index)
      pooled.append(
        RowRing<Numbers.Activation>(
          width: layer.width / 2, channels: layer.channels,
          capacity: isPooled ? layer.height / 2 : 0, plan: &plan))
    }
    if backward {
      // A layer's gradient is needed only until the gradient of the layer before it exists, so
      // even layers share one block and odd layers another.
      let sizes = layers.map {
        RowRing<Numbers.Gradient>.bytes(
          width: $0.width, channels: $0.channels, capacity: $0.height)
      }
      let blocks = [0, 1].map { parity in
        plan.reserve(sizes.indices.reduce(0) { $1 % 2 == parity ? max($0, sizes[$1]) : $0 })
      }
      for (index, layer) in layers.enumerated() {
        let ring = RowRing<Numbers.Gradient>(
          width: layer.width, channels: layer.channels, capacity: layer.height,
          offset: blocks[index % 2])
        widest = max(widest, ring.paddedCount * MemoryLayout<Numbers.Gradient>.stride)
        gradients.append(ring)
      }
      for layer in layers {
        scales.append(
          RowRing<Float>(
            width: layer.width, channels: 1, capacity: layer.height, plan: &plan))
      }
      for layer in layers {
        widest = max(widest, (layer.width + 2) * MemoryLayout<Float>.stride)
      }
    }
    let zeroOffset = plan.reserve(widest)
    let perWorker = backward ? Self.scratchBytes(shape) : 0
    let scratchOffset = plan.reserve(perWorker * pool.threads)
    arena = try Arena(plan)
    arenaBytes = plan.bytes
    zeroRow = UnsafeRawPointer(arena.base + zeroOffset)
    scratch = arena.base + scratchOffset
    scratchStride = perWorker
    timing = NetworkTiming(layers: layers.count)
    activationRows = layers.map { _ in 0 }
    pooledRows = activationRows
    gradientRows = activationRows
    super.init()
    pixels.attach(arena)
    for index in layers.indices {
      activations[index].attach(arena)
      masks[index].attach(arena)
      pooled[index].attach(arena)
      if backward {
        gradients[index].attach(arena)
        scales[index].attach(arena)
      }
    }
  }

  /// Index of the last layer.
  public var deepest: Int { shape.layers.count - 1 }

  /// Rows of a layer's output.
  public func rows(layer: Int) -> ActivationRows<Numbers.Activation> {
    ActivationRows(ring: activations[layer])
  }

  /// Starts a pass over an image, `[height][width][3]` RGB minus mean; nothing is computed yet.
  ///
  /// The image may be updated row by row as `consumeImageGradient` receives rows.
  public func begin(image: UnsafePointer<Float>) {
    self.image = image
    pixelRows = 0
    for layer in shape.layers.indices {
      activationRows[layer] = 0
      pooledRows[layer] = 0
      gradientRows[layer] = 0
    }
  }

  /// Runs the forward pass through the deepest layer; the client sees every layer's rows.
  public func forward() {
    for layer in shape.layers.indices {
      produceActivations(layer: layer, rows: shape.layers[layer].height)
    }
  }

  /// Runs the backward pass; the client receives every row of dJ/dx.
  public func backward() {
    produceImageGradient(rows: shape.height)
  }

  func zeros<T: BitwiseCopyable>(as type: T.Type) -> UnsafePointer<T> {
    zeroRow.assumingMemoryBound(to: type)
  }

  func gradientScratch(worker: Int) -> UnsafeMutablePointer<Float> {
    (scratch + worker * scratchStride).assumingMemoryBound(to: Float.self)
  }

  public override func run(item: Int, worker: Int) {
    let start = stageRows.lowerBound + item / panelGroups * rowsPerItem
    let rows = start..<min(start + rowsPerItem, stageRows.upperBound)
    switch stage {
    case .quantizeImage: runQuantizeImage(rows)
    case .convolve: runConvolve(rows, panelGroup: item % panelGroups)
    case .pool: runPool(rows)
    case .gradient: runGradient(rows, worker: worker)
    case .imageGradient: runImageGradient(rows, worker: worker)
    }
  }
}

/// A kind of work on a range of rows of one layer.
enum Stage {
  case quantizeImage
  case convolve
  case pool
  case gradient
  case imageGradient
}
