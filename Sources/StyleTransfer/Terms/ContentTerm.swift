internal import QuantVGG

/// Jc = 1 / (4 n) * sum (A - C)^2 at one layer, n = nH nW nC; exact in the integer arithmetic.
final class ContentTerm<Numbers: Arithmetic>: ParallelWork, LayerTerm {
  /// Where the term of a layer keeps its numbers in the session's memory.
  struct Layout {
    let target, rowSums: Int

    init(_ shape: NetworkShape.Layer, memory: inout ArenaPlan) {
      target = memory.reserve(shape.values * MemoryLayout<Numbers.Activation>.stride)
      rowSums = memory.reserve(shape.height * MemoryLayout<Double>.stride)
    }
  }

  let label: TermLabel
  let place: Int
  private let numbers: Numbers
  private let shape: NetworkShape.Layer
  private let factor: Float
  /// `[height][width][channels]` activations of the content image.
  private let target: UnsafeMutablePointer<Numbers.Activation>
  /// One exact sum per row, added in the order of rows.
  private let rowSums: UnsafeMutablePointer<Double>

  private var isTarget = false
  private var rows = 0..<0
  private var activations: ActivationRows<Numbers.Activation>?

  /// The term of a layer; its gradient is that of `contentWeight` (alpha) * `weight` * Jc.
  init(
    _ numbers: Numbers, shape: NetworkShape.Layer, weight: Double, contentWeight: Double,
    layout: Layout, memory: Arena
  ) {
    self.numbers = numbers
    self.shape = shape
    place = shape.convolution.index
    label = TermLabel(
      kind: .content, name: "content", layer: shape.convolution.name, share: weight,
      factor: contentWeight)
    let scale = Double(numbers.activationScale(layer: place))
    factor = Float(contentWeight * weight * scale / (2 * Double(shape.values)))
    target = memory.at(layout.target)
    rowSums = memory.at(layout.rowSums)
  }

  private var rowCount: Int { shape.width * shape.channels }

  /// Nothing: every row's sum is written anew.
  func reset() {}

  /// Copies rows of the content picture, or measures the image's against them.
  func observe(
    rows: Range<Int>, width: Int, activations: ActivationRows<Numbers.Activation>, isTarget: Bool,
    pool: WorkerPool
  ) {
    self.isTarget = isTarget
    self.rows = rows
    self.activations = activations
    pool.run(self, items: rows.count)
  }

  override func run(item: Int, worker: Int) {
    guard let activations else { preconditionFailure("rows are being observed") }
    let y = rows.lowerBound + item
    if isTarget {
      (target + y * rowCount).update(from: activations[y], count: rowCount)
    } else {
      rowSums[y] = numbers.squaredDifference(
        activations[y], target + y * rowCount, layer: place, count: rowCount)
    }
  }

  /// Nothing: the rows were copied as they came.
  func setTarget(positions: Int) {}

  /// Nothing: the rows' sums are all there is.
  func finish(pool: WorkerPool) {}

  /// weight * Jc of the rows that were measured last.
  func value(weight: Double) -> Double {
    var sum = 0.0
    for y in 0..<shape.height { sum += rowSums[y] }
    let scale = Double(numbers.activationScale(layer: place))
    return weight * scale * scale * sum / (4 * Double(shape.values))
  }

  /// Adds alpha * weight * (A - C) / (2 n) for some columns of a row.
  func addGradient(
    row y: Int, columns: Range<Int>, activations: UnsafePointer<Numbers.Activation>,
    into gradient: UnsafeMutablePointer<Float>
  ) {
    let target = target + y * rowCount + columns.lowerBound * shape.channels
    numbers.addContentGradient(
      activations, target, layer: place, factor: factor, into: gradient,
      count: columns.count * shape.channels)
  }
}
