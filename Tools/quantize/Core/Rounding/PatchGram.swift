internal import QuantVGG
internal import Rows
internal import StyleTransfer

/// The Gram matrix of a convolution's inputs: sums over positions of x[i] x[j], where x is the 3x3 patch
/// that makes one output, ordered `[tap][channel]`.
///
/// The inputs are those that the fixed-point network has, in units of activation 1 (1/64 grey level for
/// conv1_1), so the sums are exact.
final class PatchGram: ParallelWork {
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
  /// `[side][side]`, on and above the diagonal; an item of work writes 8 rows that no other touches.
  private let sums: Block<Int64>
  /// `[batch][side]`.
  private let positions: Block<UInt8>
  private let scratch: Block<UInt8>
  private var numbers: Int8Arithmetic?
  private var count = 0

  /// An empty matrix for the inputs of a layer.
  ///
  /// - Throws: `MemoryError`.
  init(layer: NetworkTable.Convolution, pool: WorkerPool) throws {
    self.layer = layer
    self.pool = pool
    channels = layer.inputChannels
    patch = 9 * channels
    side = (patch + Panel.width - 1) / Panel.width * Panel.width
    sums = try Block(count: side * side)
    positions = try Block(count: Self.batch * side)
    scratch = try Block(
      count: Int8Arithmetic.gramScratchBytes(width: Self.batch, channels: side))
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
    add(map)
  }

  private func add(_ map: FeatureMap) {
    for y in stride(from: 0, to: map.height, by: Self.step(map.height)) {
      for x in 0..<map.width {
        for row in 0..<3 {
          let first = count * side + 3 * row * channels
          positions.elements[first..<first + 3 * channels].copy(map.patchRow(row, x: x, y: y))
        }
        count += 1
        if count == Self.batch { flush() }
      }
    }
    if count > 0 { flush() }
  }

  private static func step(_ height: Int) -> Int { (height + mostRows - 1) / mostRows }

  /// The arithmetic of the image that is added now.
  private var arithmetic: Int8Arithmetic {
    guard let numbers else { preconditionFailure("positions come from an image") }
    return numbers
  }

  /// The laid-out positions of the batch.
  private var laidOut: MemorySlice<UInt8> {
    scratch.elements[0..<Int8Arithmetic.gramScratchBytes(width: count, channels: side)]
  }

  private func flush() {
    arithmetic.prepareGram(
      Row(positions.elements[0..<count * side], channels: side), into: laidOut)
    pool.run(self, items: side / 8)
    count = 0
  }

  override func run(item: Int, worker: Int) {
    let first = 8 * item
    for panel in first / Panel.width..<side / Panel.width {
      arithmetic.addGram(
        laidOut, channels: side, first: first, panel: panel, into: sums.elements)
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
          for j in i..<patch { sums.elements[i * side + j] += values[i] * values[j] }
        }
      }
    }
  }

  /// The matrix in Float64, in the memory of the sums, which are used up: called once, and valid as long as
  /// this object.
  func matrix() -> MemorySlice<Double> {
    let sums = sums.elements
    let matrix = sums.bytes.elements(Double.self, count: sums.count)
    for i in 0..<sums.count { matrix[i] = Double(sums[i]) }
    return matrix
  }
}

/// The input of a convolution: the output of the layer before, pooled where a pooling lies between, with
/// a border of zeros.
private final class FeatureMap: RowObserver {
  typealias Numbers = Int8Arithmetic

  let width: Int
  let height: Int
  /// `[height + 2][width + 2][channels]`.
  private let padded: Block<UInt8>
  private let layer: Int
  private let channels: Int
  /// The layer's output, `[its height][its width][channels]`.
  private let output: Block<UInt8>
  private let outputWidth: Int

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
    outputWidth = shape.width
    (width, height) = isPooled ? (shape.width / 2, shape.height / 2) : (shape.width, shape.height)
    padded = try Block(count: (height + 2) * (width + 2) * channels)
    output = try Block(count: shape.height * shape.width * channels)
    let network = try ForwardNetwork(
      numbers, width: image.width, height: image.height, deepest: deepest, observer: self,
      pool: pool)
    try image.block().withElements { network.forward($0) }
    for y in 0..<height {
      let first = ((y + 1) * (width + 2) + 1) * channels
      let row = MutableRow<Activation8>(
        padded.elements[first..<first + width * channels], channels: channels)
      if isPooled {
        numbers.pool(
          top: Row(outputRow(2 * y)), bottom: Row(outputRow(2 * y + 1)), into: row)
      } else {
        row.copy(Row(outputRow(y)))
      }
    }
  }

  private func outputRow(_ y: Int) -> MutableRow<Activation8> {
    let count = outputWidth * channels
    return MutableRow(output.elements[y * count..<(y + 1) * count], channels: channels)
  }

  /// One of the three rows of the patch of 3x3 pixels around a position, `[3][channels]`.
  func patchRow(_ row: Int, x: Int, y: Int) -> MemorySlice<UInt8> {
    let first = ((y + row) * (width + 2) + x) * channels
    return padded.elements[first..<first + 3 * channels]
  }

  func didProduce(rows: Range<Int>, layer: Int, activations: ActivationRows<Activation8>) {
    guard layer == self.layer else { return }
    for y in rows { outputRow(y).copy(activations[y]) }
  }
}
