internal import QuantVGG

/// Jc = 1 / (4 n) * sum (A - C)^2 at one layer, n = nH nW nC; exact in the integer arithmetic.
final class ContentLoss<Numbers: Arithmetic>: ParallelWork {
  /// Where the loss of a layer keeps its numbers in the session's memory.
  struct Layout {
    let target, rowSums: Int

    init(_ shape: NetworkShape.Layer, memory: inout ArenaPlan) {
      target = memory.reserve(shape.values * MemoryLayout<Numbers.Activation>.stride)
      rowSums = memory.reserve(shape.height * MemoryLayout<Double>.stride)
    }
  }

  let layer: Int
  private let numbers: Numbers
  private let shape: NetworkShape.Layer
  private let weight: Double
  private let factor: Float
  /// `[height][width][channels]` activations of the content image.
  private let target: UnsafeMutablePointer<Numbers.Activation>
  /// One exact sum per row, added in the order of rows.
  private let rowSums: UnsafeMutablePointer<Double>

  private var capturing = false
  private var rows = 0..<0
  private var activations: ActivationRows<Numbers.Activation>?

  /// The loss of a layer; its gradient is that of `contentWeight` (alpha) * `weight` * Jc.
  init(
    _ numbers: Numbers, shape: NetworkShape.Layer, weight: Double, contentWeight: Double,
    layout: Layout, memory: Arena
  ) {
    self.numbers = numbers
    self.shape = shape
    self.weight = weight
    layer = shape.convolution.index
    let scale = Double(numbers.activationScale(layer: layer))
    factor = Float(contentWeight * weight * scale / (2 * Double(shape.values)))
    target = memory.at(layout.target)
    rowSums = memory.at(layout.rowSums)
  }

  private var rowCount: Int { shape.width * shape.channels }

  /// Copies rows of the content image (`capturing`), or measures rows against them.
  func observe(
    rows: Range<Int>, activations: ActivationRows<Numbers.Activation>, capturing: Bool,
    pool: WorkerPool
  ) {
    self.capturing = capturing
    self.rows = rows
    self.activations = activations
    pool.run(self, items: rows.count)
  }

  override func run(item: Int, worker: Int) {
    guard let activations else { return }
    let y = rows.lowerBound + item
    if capturing {
      (target + y * rowCount).update(from: activations[y], count: rowCount)
    } else {
      rowSums[y] = numbers.squaredDifference(
        activations[y], target + y * rowCount, layer: layer, count: rowCount)
    }
  }

  /// weight * Jc of the rows that were measured last.
  var value: Double {
    var sum = 0.0
    for y in 0..<shape.height { sum += rowSums[y] }
    let scale = Double(numbers.activationScale(layer: layer))
    return weight * scale * scale * sum / (4 * Double(shape.values))
  }

  /// Adds alpha * weight * (A - C) / (2 n) for some columns of a row.
  func addGradient(
    row y: Int, columns: Range<Int>, activations: UnsafePointer<Numbers.Activation>,
    into gradient: UnsafeMutablePointer<Float>
  ) {
    let target = target + y * rowCount + columns.lowerBound * shape.channels
    numbers.addContentGradient(
      activations, target, layer: layer, factor: factor, into: gradient,
      count: columns.count * shape.channels)
  }
}
