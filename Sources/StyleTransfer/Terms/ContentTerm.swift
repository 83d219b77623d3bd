internal import QuantVGG
internal import Rows

/// Jc = 1 / (4 n) * sum (A - C)^2 at one layer, n = nH nW nC; exact in the integer arithmetic.
final class ContentTerm<Numbers: LossArithmetic>: ParallelWork, LayerTerm {
  /// The places of a layer's term in the session's memory.
  struct Layout {
    let target: StateRows<Numbers.Activation.Element>.Layout
    let sums: Reservation<Numbers.SquareSum>
    let factors: Reservation<Float>
    /// Bytes of `foldedSums`.
    let foldedBytes: Int

    init(
      _ shape: NetworkShape.Layer, kept: Range<Int>?, packs: Bool, window: Int, threads: Int,
      memory: inout ArenaPlan, file: inout RowFilePlan?
    ) {
      let rowLength = shape.width * shape.channels
      target =
        kept.map {
          StateRows.Layout(rows: shape.height, kept: $0, rowLength: rowLength, memory: &memory)
        }
        ?? (packs
          ? StateRows.Layout(
            packing: shape.height, rowLength: rowLength, window: window, memory: &memory)
          : StateRows.Layout(
            rows: shape.height, rowLength: rowLength, window: window, memory: &memory, file: &file))
      sums = memory.reserve(
        Numbers.squareSumCount(height: shape.height, channels: shape.channels, threads: threads),
        of: Numbers.SquareSum.self)
      factors = memory.reserve(shape.channels, of: Float.self)
      foldedBytes =
        Numbers.hasExactSums ? shape.channels * MemoryLayout<Int64>.stride : sums.bytes
    }
  }

  let label: TermLabel
  let place: Int
  private let numbers: Numbers
  private let shape: NetworkShape.Layer
  /// `[channels]` factors of the differences in the gradient.
  private let factors: MemorySlice<Float>
  /// `[height][width][channels]` activations of the content image.
  private let target: StateRows<Numbers.Activation.Element>
  private let sums: MemorySlice<Numbers.SquareSum>
  private let normalizes: Bool

  private var isTarget = false
  private var rows = 0..<0
  private var activations: ActivationRows<Numbers.Activation>?

  /// The term of a layer; its gradient is that of `contentWeight` (alpha) * `weight` * Jc, or where it
  /// is normalised of that weight (`TransferSettings.normalizesGradients`).
  init(
    _ numbers: Numbers, shape: NetworkShape.Layer, weight: Double, contentWeight: Double,
    normalizes: Bool, layout: Layout, memory: Arena, file: RowFile?
  ) {
    self.numbers = numbers
    self.shape = shape
    self.normalizes = normalizes
    place = shape.convolution.index
    label = TermLabel(
      kind: .content, name: "content", layer: shape.convolution.name, region: nil, share: weight,
      factor: contentWeight)
    target = StateRows(layout.target, memory: memory, file: file)
    sums = memory.slice(layout.sums)
    factors = memory.slice(layout.factors)
    super.init()
    setFactors(over: 2 * Double(shape.values))
  }

  /// Makes the weight, divided by a number, the factor of the difference in real units.
  private func setFactors(over divisor: Double) {
    let scale = Double(numbers.activationScale(layer: place))
    let factor = Float(label.factor * label.share * scale / divisor)
    let scales = numbers.channelScale(layer: place)
    for c in 0..<shape.channels {
      let scale = scales?[c] ?? 1
      factors[c] = factor * scale * scale
    }
  }

  /// Whether the target has found no room.
  var isFull: Bool { target.isFull }

  var sumKind: Strip.Sum { Numbers.hasExactSums ? .integers : .byRow }

  func foldedSums() -> MemorySlice<UInt8> {
    Numbers.hasExactSums ? sums.bytes.folded(to: shape.channels) : sums.bytes
  }

  /// Forgets the rows that were measured.
  func reset() { sums.clear() }

  /// Copies rows of the content picture, or measures the image's against them.
  func observe(
    rows: Range<Int>, width: Int, activations: ActivationRows<Numbers.Activation>, isTarget: Bool,
    positions: RegionPositions?, pool: WorkerPool
  ) {
    self.isTarget = isTarget
    self.activations = activations
    let rows = rows.clamped(to: target.kept)
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: target.capacity) {
      self.rows = target.batch(from: first).clamped(to: rows)
      if isTarget { target.place(self.rows) } else { target.read(self.rows) }
      pool.run(self, items: self.rows.count)
      if isTarget { target.write(self.rows) }
    }
  }

  /// Brings the target of some rows into memory.
  func willAddGradient(rows: Range<Int>) { target.read(rows) }

  override func run(item: Int, worker: Int) {
    guard let activations else { preconditionFailure("rows are being observed") }
    let y = rows.lowerBound + item
    if isTarget {
      targetRow(y).copy(activations[y])
    } else {
      numbers.addSquaredDifference(
        activations[y], Row(targetRow(y)), row: y, worker: worker, into: sums)
    }
  }

  private func targetRow(_ y: Int) -> MutableRow<Numbers.Activation> {
    MutableRow(target.row(y), channels: shape.channels)
  }

  /// Makes the factors ready where they follow from the sums.
  func finish(pool: WorkerPool) {
    guard normalizes else { return }
    let values = Double(shape.values)
    // The sum of squared differences is 4 n Jc.
    let square = 4 * values * value(weight: 1)
    setFactors(over: square > 0 ? (values * square).squareRoot() : .infinity)
  }

  /// weight * Jc of the rows that were measured last.
  func value(weight: Double) -> Double {
    let sum = numbers.squaredDifference(sums, layer: place)
    let scale = Double(numbers.activationScale(layer: place))
    return weight * scale * scale * sum / (4 * Double(shape.values))
  }

  /// Adds alpha * weight * (A - C) / (2 n) for some columns of a row.
  func addGradient(
    row y: Int, columns: Range<Int>, activations: Row<Numbers.Activation>,
    into gradient: MutableRow<Real>
  ) {
    numbers.addContentGradient(
      activations, Row(targetRow(y)).columns(columns), factors: factors, into: gradient)
  }
}
