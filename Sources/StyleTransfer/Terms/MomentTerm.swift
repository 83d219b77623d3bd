internal import QuantVGG
internal import Rows

/// Jm = E / C * sum over channels of (m - m')^2 + (d - d')^2 at one layer: means m and standard deviations d of
/// the image's activations, m' and d' of the style's, E the mean of m'^2 + d'^2.
///
/// Sums of activations and of their squares are exact in the integer arithmetic. E gives the term the unit
/// of Gram matrices and their size: Js does not depend on the scale of activations. A channel that is
/// constant (d = 0) has no gradient of d. After Chatillon et al., "Scaling Painting Style Transfer", arXiv
/// 2212.13459.
final class MomentTerm<Numbers: LossArithmetic>: ParallelWork, StyleTerm {
  /// The places of a layer's term in the session's memory.
  struct Layout {
    let sums: Reservation<Numbers.MomentSum>
    let target: Reservation<Double>
    let factors: Reservation<Float>
    /// Bytes of `foldedSums`.
    let foldedBytes: Int

    init(_ shape: NetworkShape.Layer, threads: Int, memory: inout ArenaPlan) {
      sums = memory.reserve(
        Numbers.momentSumCount(channels: shape.channels, threads: threads),
        of: Numbers.MomentSum.self)
      target = memory.reserve(2 * shape.channels, of: Double.self)
      factors = memory.reserve(2 * shape.channels, of: Float.self)
      foldedBytes = 2 * shape.channels * MemoryLayout<Numbers.MomentSum>.stride
    }
  }

  let label: TermLabel
  let place: Int
  private let numbers: Numbers
  private let channels: Int
  /// The positions of the image that count; nil for all.
  private let region: RegionPositions?
  private let positions: Int
  private let sums: MemorySlice<Numbers.MomentSum>
  /// `[2][channels]`: mean and mean square of the style in real units, then mean and standard deviation.
  private let target: MemorySlice<Double>
  /// `[channels]` factors of activations in the gradient, and `[channels]` numbers beside.
  private let factors, offsets: MemorySlice<Float>
  private let constants: ConstantRows<Numbers>
  private let normalizes: Bool
  /// E / C.
  private var unit = 0.0
  private var cost = 0.0

  private var activations: ActivationRows<Numbers.Activation>?
  private var rows = 0..<0
  /// The positions of the observed rows that count; nil for all.
  private var counted: RegionPositions?

  /// The term of a place; its gradient is that of beta * weight * Jm, or where it is normalised of that weight.
  init(
    _ numbers: Numbers, _ style: StylePlace, constants: ConstantRows<Numbers>, layout: Layout,
    memory: Arena
  ) {
    self.numbers = numbers
    self.constants = constants
    place = style.shape.convolution.index
    label = style.label("moments")
    normalizes = style.normalizes
    region = style.positions
    channels = style.shape.channels
    positions = style.positionCount
    sums = memory.slice(layout.sums)
    target = memory.slice(layout.target)
    let pairs = memory.slice(layout.factors)
    factors = pairs[0..<channels]
    offsets = pairs.from(channels)
  }

  /// Forgets the rows measured so far.
  func reset() { sums.clear() }

  var sumKind: Strip.Sum { Numbers.hasExactSums ? .integers : .inOrder }

  func foldedSums() -> MemorySlice<UInt8> {
    Numbers.hasExactSums ? sums.bytes.folded(to: 2 * channels) : sums.bytes
  }

  func observe(
    rows: Range<Int>, width: Int, activations: ActivationRows<Numbers.Activation>, isTarget: Bool,
    positions: RegionPositions?, pool: WorkerPool
  ) {
    counted = positions
    self.activations = activations
    self.rows = rows
    pool.run(self, items: Numbers.addsMomentsByPanel ? channels / Panel.width : rows.count)
  }

  override func run(item: Int, worker: Int) {
    guard let activations else { preconditionFailure("rows are being observed") }
    let (rows, panel) =
      Numbers.addsMomentsByPanel
      ? (self.rows, item) : (rows.lowerBound + item..<rows.lowerBound + item + 1, 0)
    for y in rows {
      let whole = activations[y]
      counted.forEachRun(row: y, columns: 0..<whole.width) { run in
        let row = whole.columns(run)
        numbers.addMoments(
          row, panel: panel, worker: worker, zeros: constants.zeros(like: row),
          ones: constants.ones(like: row), into: sums)
      }
    }
  }

  /// Mean and mean square of a channel's activations in real units, of what was measured.
  private func moments(_ c: Int, positions: Int) -> (mean: Double, square: Double) {
    let (sum, squares) = Numbers.moments(sums, channel: c, channels: channels, positions: positions)
    let scale =
      Double(numbers.activationScale(layer: place))
      * Double(numbers.channelScale(layer: place)?[c] ?? 1)
    let count = Double(positions)
    return (scale * (sum / count), scale * scale * (squares / count))
  }

  func beginTarget(in memory: Arena) { target.clear() }

  func read(_ statistics: StyleStatistics, _ layer: LayerName) {
    let sum = statistics.values(.sum, layer, of: Numbers.MomentSum.self)
    let squares = statistics.values(.squares, layer, of: Numbers.MomentSum.self)
    for c in 0..<channels {
      Numbers.setMoments(
        sums, channel: c, channels: channels, positions: statistics.positions(layer),
        sum: sum[c], squares: squares[c])
    }
  }

  func addTarget(positions: Int, share: Double) {
    for c in 0..<channels {
      let own = moments(c, positions: positions)
      target[c] += share * own.mean
      target[channels + c] += share * own.square
    }
  }

  func endTarget() {
    var energy = 0.0
    for c in 0..<channels {
      let (mean, square) = (target[c], target[channels + c])
      energy += square
      target[channels + c] = max(square - mean * mean, 0).squareRoot()
    }
    unit = energy / Double(channels) / Double(channels)
  }

  func finish(pool: WorkerPool) {
    let scale = Double(numbers.activationScale(layer: place))
    let scales = numbers.channelScale(layer: place)
    var (factor, square) = (label.factor * label.share * 2 * unit / Double(positions), 0.0)
    cost = 0
    /// What a channel's numbers differ from the style's by, and the slope of its gradient.
    func compare(_ c: Int) -> (mean: Double, byMean: Double, byDeviation: Double, slope: Double) {
      let (mean, square) = moments(c, positions: positions)
      let deviation = max(square - mean * mean, 0).squareRoot()
      let byDeviation = deviation - target[channels + c]
      return (
        mean, mean - target[c], byDeviation, deviation > 0 ? byDeviation / deviation : 0
      )
    }
    for c in 0..<channels {
      let channel = compare(c)
      let (first, second) = (
        channel.byMean * channel.byMean, channel.byDeviation * channel.byDeviation
      )
      cost += first + second
      square += first + (channel.slope != 0 ? second : 0)
    }
    if normalizes {
      // A position's mean square is `square` over the channels.
      let norm = (Double(channels) * square).squareRoot() * Double(positions)
      factor = norm > 0 ? label.factor * label.share / norm : 0
    }
    for c in 0..<channels {
      let (mean, byMean, _, slope) = compare(c)
      let channelScale = Double(scales?[c] ?? 1)
      factors[c] = Float(factor * channelScale * slope * scale * channelScale)
      offsets[c] = Float(factor * channelScale * (byMean - slope * mean))
    }
  }

  /// weight * Jm of the last `finish`.
  func value(weight: Double) -> Double { weight * unit * cost }

  /// Adds beta * weight * 2 E / (C n) * ((m - m') + (d - d') (f - m) / d) for every pixel of a row, n positions.
  func addGradient(
    row y: Int, columns: Range<Int>, activations: Row<Numbers.Activation>,
    into gradient: MutableRow<Real>
  ) {
    region.forEachRun(row: y, columns: columns) { run in
      let part = run.lowerBound - columns.lowerBound..<run.upperBound - columns.lowerBound
      let (row, out) = (activations.columns(part), gradient.columns(part))
      numbers.addContentGradient(
        row, constants.zeros(like: row), factors: factors, into: out)
      numbers.add(offsets, to: out)
    }
  }
}

/// A row of zeros and a row of ones, as wide as any that terms measure, in the arithmetic's own units.
struct ConstantRows<Numbers: LossArithmetic> {
  /// The places in the session's memory.
  struct Layout {
    let zeros, ones: Reservation<Numbers.Activation.Element>

    /// Reserves rows of at most `values` elements.
    init(values: Int, memory: inout ArenaPlan) {
      zeros = memory.reserve(values, of: Numbers.Activation.Element.self)
      ones = memory.reserve(values, of: Numbers.Activation.Element.self)
    }
  }

  private let zeros, ones: MemorySlice<Numbers.Activation.Element>

  init(_ layout: Layout, memory: Arena) {
    zeros = memory.slice(layout.zeros)
    ones = memory.slice(layout.ones)
    zeros.clear()
    ones.fill(Numbers.one)
  }

  /// Zeros in the size of a row.
  func zeros(like row: Row<Numbers.Activation>) -> Row<Numbers.Activation> {
    Row(zeros[0..<row.count], channels: row.channels)
  }

  /// Ones in the size of a row.
  func ones(like row: Row<Numbers.Activation>) -> Row<Numbers.Activation> {
    Row(ones[0..<row.count], channels: row.channels)
  }
}
