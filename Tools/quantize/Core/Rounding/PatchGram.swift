internal import QuantVGG
internal import StyleTransfer

/// The Gram matrix of a convolution's inputs: sums over positions of x[i] x[j], where x is the 3x3 patch
/// that makes one output, ordered `[tap][channel]`.
///
/// The inputs are those that the fixed-point network has, in units of activation 1 (1/64 grey level for
/// conv1_1), so the sums are exact.
final class PatchGram: ParallelWork {
  /// Columns of a block of `Int8Arithmetic.addGram`, which has 8 rows.
  private static let panel = 32
  /// Positions that are added at once.
  private static let batch = 128
  /// Rows of an image that are looked at, at most; the others are like them.
  private static let mostRows = 32

  /// Values of a patch.
  let patch: Int
  /// Rows and columns of the matrix: `patch` rounded up to whole panels; the rest stays zero.
  let side: Int
  private let layer: NetworkTable.Convolution
  private let channels: Int
  private let pool: WorkerPool
  // SAFETY: all three belong to this object; an item of work writes 8 rows of `sums` that no other item touches.
  /// `[side][side]`, on and above the diagonal.
  private let sums: UnsafeMutablePointer<Int64>
  private let positions: UnsafeMutablePointer<UInt8>
  private let scratch: UnsafeMutableRawPointer
  private var numbers: Int8Arithmetic?
  private var count = 0

  /// An empty matrix for the inputs of a layer.
  init(layer: NetworkTable.Convolution, pool: WorkerPool) {
    self.layer = layer
    self.pool = pool
    channels = layer.inputChannels
    patch = 9 * channels
    side = (patch + Self.panel - 1) / Self.panel * Self.panel
    sums = .allocate(capacity: side * side)
    sums.initialize(repeating: 0, count: side * side)
    positions = .allocate(capacity: Self.batch * side)
    positions.initialize(repeating: 0, count: Self.batch * side)
    scratch = .allocate(
      byteCount: Int8Arithmetic.gramScratchBytes(width: Self.batch, channels: side), alignment: 64)
  }

  deinit {
    sums.deallocate()
    positions.deallocate()
    scratch.deallocate()
  }

  /// Adds the positions of an image, of every n-th row where it is high.
  ///
  /// - Parameters:
  ///   - image: the calibration image.
  ///   - numbers: the layers before, at least.
  /// - Throws: `MemoryError`.
  func add(_ image: ImageTensor, through numbers: Int8Arithmetic) throws {
    guard !layer.readsImage else {
      addPixels(image)
      return
    }
    let map = try FeatureMap(of: image, before: layer, numbers: numbers, pool: pool)
    self.numbers = numbers
    withExtendedLifetime(map) { add($0) }
  }

  private func add(_ map: FeatureMap) {
    let stride = (map.width + 2) * channels
    for y in Swift.stride(from: 0, to: map.height, by: Self.step(map.height)) {
      for x in 0..<map.width {
        let corner = map.padded + y * stride + x * channels
        let out = positions + count * side
        for row in 0..<3 {
          (out + 3 * row * channels).update(from: corner + row * stride, count: 3 * channels)
        }
        count += 1
        if count == Self.batch { flush() }
      }
    }
    if count > 0 { flush() }
  }

  private static func step(_ height: Int) -> Int { (height + mostRows - 1) / mostRows }

  private func flush() {
    numbers?.prepareGram(positions, into: scratch, width: count, channels: side)
    pool.run(self, items: side / 8)
    count = 0
  }

  override func run(item: Int, worker: Int) {
    let first = 8 * item
    for panel in first / Self.panel..<side / Self.panel {
      numbers?.addGram(
        positions, scratch: scratch, width: count, channels: side, first: first, panel: panel,
        into: sums)
    }
  }

  /// conv1_1 reads Int16 pixels, for which there is no kernel; 27 values do without.
  private func addPixels(_ image: ImageTensor) {
    var values = [Int64](repeating: 0, count: patch)
    for y in stride(from: 0, to: image.height, by: Self.step(image.height)) {
      for x in 0..<image.width {
        for tap in 0..<9 {
          let (row, column) = (y + tap / 3 - 1, x + tap % 3 - 1)
          let isInside = (0..<image.height).contains(row) && (0..<image.width).contains(column)
          for c in 0..<3 {
            let value = isInside ? image.values[(row * image.width + column) * 3 + c] : 0
            values[3 * tap + c] = Int64(FixedPoint.imageUnits(value))
          }
        }
        for i in 0..<patch {
          for j in i..<patch { sums[i * side + j] += values[i] * values[j] }
        }
      }
    }
  }

  /// The matrix in Float64, in the memory of the sums, which are used up: called once, and valid as long as
  /// this object.
  func matrix() -> UnsafeMutablePointer<Double> {
    // SAFETY: both types have 8 bytes, each sum is read before its place is written, and none is used again.
    let matrix = UnsafeMutableRawPointer(sums).bindMemory(to: Double.self, capacity: side * side)
    for i in 0..<side * side { matrix[i] = Double(Int64(bitPattern: matrix[i].bitPattern)) }
    return matrix
  }
}

/// The input of a convolution: the output of the layer before, pooled where a pooling lies between, with
/// a border of zeros.
private final class FeatureMap: NetworkClient {
  typealias Numbers = Int8Arithmetic

  let width: Int
  let height: Int
  // SAFETY: both belong to this object and have the sizes named; rows are copied whole, inside them.
  /// `[height + 2][width + 2][channels]`.
  let padded: UnsafeMutablePointer<UInt8>
  private let layer: Int
  private let channels: Int
  private let source: UnsafeMutablePointer<UInt8>
  private let sourceRow: Int

  init(
    of image: ImageTensor, before reader: NetworkTable.Convolution, numbers: Int8Arithmetic,
    pool: WorkerPool
  ) throws {
    layer = reader.index - 1
    let deepest = numbers.network.convolutions[layer].name
    let shape = NetworkShape(
      numbers.network, width: image.width, height: image.height, deepest: deepest
    ).layers[layer]
    let isPooled = reader.followsPool
    channels = shape.channels
    (width, height) = isPooled ? (shape.width / 2, shape.height / 2) : (shape.width, shape.height)
    sourceRow = shape.width * channels
    let stride = (width + 2) * channels
    padded = .allocate(capacity: (height + 2) * stride)
    padded.initialize(repeating: 0, count: (height + 2) * stride)
    source = .allocate(capacity: shape.height * sourceRow)
    let network = try Network(
      numbers, width: image.width, height: image.height, deepest: deepest, backward: false,
      client: self, pool: pool)
    network.forward(image.values)
    for y in 0..<height {
      let out = padded + (y + 1) * stride + channels
      guard isPooled else {
        out.update(from: source + y * sourceRow, count: sourceRow)
        continue
      }
      numbers.pool(
        top: source + 2 * y * sourceRow, bottom: source + (2 * y + 1) * sourceRow, into: out,
        width: width, channels: channels)
    }
  }

  deinit {
    padded.deallocate()
    source.deallocate()
  }

  func didProduce(rows: Range<Int>, layer: Int, activations: ActivationRows<UInt8>) {
    guard layer == self.layer else { return }
    for y in rows { (source + y * sourceRow).update(from: activations[y], count: sourceRow) }
  }

  func hasLoss(layer: Int) -> Bool { false }

  func addLossGradient(
    row: Int, columns: Range<Int>, layer: Int, activations: UnsafePointer<UInt8>,
    into gradient: UnsafeMutablePointer<Float>
  ) {}

  func consumeImageGradient(_ gradient: UnsafeMutablePointer<Float>, row: Int, worker: Int) {}
}
