internal import QuantVGG
internal import Rows

/// Jh = E / (C n) * sum of (f - T[f])^2 at one layer: T moves each activation f to the one that has its rank in
/// the style's channel; E is the mean square of the style's activations, n positions, C channels.
///
/// Activations are taken by their bins: in the integer arithmetic each of the 256 numbers is one, so that counts and
/// tables are exact; in single precision a bin is all numbers with the same leading bits, and counts as its
/// middle (`LossArithmetic.level`). T is a table per channel: the style's bin in which the middle rank of
/// the image's bin lies. T counts as constant in the gradient 2 (f - T[f]). After Risser et al., arXiv 1701.08893;
/// E gives the term the unit of Gram matrices, as in `MomentTerm`.
final class HistogramTerm<Numbers: LossArithmetic>: ParallelWork, StyleTerm {
  /// The places of a layer's term in the session's memory.
  struct Layout {
    let counts: Reservation<UInt32>
    let target: Reservation<Float>
    let table: Reservation<Float>
    let costs: Reservation<Double>
    /// The target while it is mixed, in memory that is given back.
    let mix: Reservation<Double>

    init(_ shape: NetworkShape.Layer, memory: inout ArenaPlan, mixMemory: inout ArenaPlan) {
      let count = shape.channels * Numbers.bins
      counts = memory.reserve(count, of: UInt32.self)
      target = memory.reserve(count, of: Float.self)
      table = memory.reserve(count, of: Float.self)
      costs = memory.reserve(shape.channels, of: Double.self)
      mix = mixMemory.reserve(count, of: Double.self)
    }

    /// Bytes that are first written when the style ends.
    var targetBytes: Int { target.bytes }
    /// Bytes that are first written in a step.
    var stepBytes: Int { table.bytes }
  }

  /// The workers' task.
  private enum Work {
    case count
    case differentiate
  }

  let label: TermLabel
  let place: Int
  private let numbers: Numbers
  private let channels: Int
  /// The positions of the image that count; nil for all.
  private let region: RegionPositions?
  private let positions: Int
  /// `[channels][bins]` of what was measured.
  private let counts: MemorySlice<UInt32>
  /// `[channels][bins]`: the share of the style's activations up to and with the bin.
  private let target: MemorySlice<Float>
  /// `[channels][bins]`: the gradient of an activation in the bin.
  private let table: MemorySlice<Float>
  private let costs: MemorySlice<Double>
  private let mixPlace: Reservation<Double>
  /// `[channels][bins]` shares of the style's activations, while they are mixed.
  private var mix: MemorySlice<Double>?
  private let normalizes: Bool
  /// E / (C n).
  private var unit = 0.0

  private var work = Work.count
  private var activations: ActivationRows<Numbers.Activation>?
  private var rows = 0..<0
  /// The positions of the observed rows that count; nil for all.
  private var counted: RegionPositions?

  /// The term of a place; its gradient is that of beta * weight * Jh, or where it is normalised of that weight.
  init(
    _ numbers: Numbers, _ style: StylePlace, layout: Layout, memory: Arena
  ) {
    self.numbers = numbers
    place = style.shape.convolution.index
    label = style.label("histogram")
    normalizes = style.normalizes
    region = style.positions
    channels = style.shape.channels
    positions = style.positionCount
    counts = memory.slice(layout.counts)
    target = memory.slice(layout.target)
    table = memory.slice(layout.table)
    costs = memory.slice(layout.costs)
    mixPlace = layout.mix
  }

  /// Forgets the rows counted so far.
  func reset() { counts.clear() }

  var sumKind: Strip.Sum { .counts }

  func foldedSums() -> MemorySlice<UInt8> { counts.bytes }

  func observe(
    rows: Range<Int>, width: Int, activations: ActivationRows<Numbers.Activation>, isTarget: Bool,
    positions: RegionPositions?, pool: WorkerPool
  ) {
    counted = positions
    self.activations = activations
    self.rows = rows
    work = .count
    pool.run(self, items: channels / Panel.width)
  }

  override func run(item: Int, worker: Int) {
    switch work {
    case .count:
      guard let activations else { preconditionFailure("rows are being observed") }
      for y in rows {
        let row = activations[y]
        counted.forEachRun(row: y, columns: 0..<row.width) {
          numbers.addCounts(row.columns($0), panel: item, into: counts)
        }
      }
    case .differentiate:
      for c in Panel.channels(item) { differentiate(c) }
    }
  }

  /// A real number for each bin of a channel.
  private func scale(_ c: Int) -> Double {
    Double(numbers.activationScale(layer: place))
      * Double(numbers.channelScale(layer: place)?[c] ?? 1)
  }

  private func bins(_ c: Int) -> Range<Int> { c * Numbers.bins..<(c + 1) * Numbers.bins }

  // MARK: The style

  func beginTarget(in memory: Arena) {
    let mix = memory.slice(mixPlace)
    mix.clear()
    self.mix = mix
  }

  func read(_ statistics: StyleStatistics, _ layer: LayerName) {
    statistics.read(.histogram, layer, into: counts)
  }

  func addTarget(positions: Int, share: Double) {
    guard let mix else { preconditionFailure("a target is being mixed") }
    for i in 0..<mix.count { mix[i] += share * (Double(counts[i]) / Double(positions)) }
  }

  func endTarget() {
    guard let mix else { preconditionFailure("a target is being mixed") }
    var energy = 0.0
    for c in 0..<channels {
      let (shares, target, scale) = (mix[bins(c)], target[bins(c)], scale(c))
      var (sum, square, last) = (0.0, 0.0, 0)
      for bin in 0..<Numbers.bins {
        let level = Numbers.level(bin)
        sum += shares[bin]
        square += shares[bin] * level * level
        target[bin] = Float(sum)
        if shares[bin] > 0 { last = bin }
      }
      // Whatever is rounded, no rank lies above the style's highest bin.
      for bin in last..<Numbers.bins { target[bin] = 2 }
      energy += scale * scale * square
    }
    unit = energy / Double(channels) / (Double(channels) * Double(positions))
    self.mix = nil
  }

  // MARK: The image

  func finish(pool: WorkerPool) {
    work = .differentiate
    pool.run(self, items: channels / Panel.width)
    guard normalizes else { return }
    // The sum of the squares of all f - T[f].
    let square = value(weight: 1) / unit
    let norm = 2 * unit * (Double(channels) * Double(positions) * square).squareRoot()
    let ratio = norm > 0 ? Float(1 / norm) : 0
    for i in 0..<table.count { table[i] *= ratio }
  }

  private func differentiate(_ c: Int) {
    let (counts, target, table) = (counts[bins(c)], target[bins(c)], table[bins(c)])
    let scale = Double(numbers.activationScale(layer: place))
    let channelScale = Double(numbers.channelScale(layer: place)?[c] ?? 1)
    let factor = label.factor * label.share * 2 * unit * scale * channelScale * channelScale
    var (below, wanted, cost) = (0, 0, 0.0)
    for bin in 0..<Numbers.bins {
      let count = Int(counts[bin])
      // The rank of the middle one; bins without activations have a place as well.
      let rank = Float((Double(below) + 0.5 * Double(count)) / Double(positions))
      while wanted < Numbers.bins - 1, target[wanted] <= rank { wanted += 1 }
      let difference = Numbers.level(bin) - Numbers.level(wanted)
      table[bin] = Float(factor * difference)
      cost += Double(count) * difference * difference
      below += count
    }
    costs[c] = scale * scale * channelScale * channelScale * cost
  }

  /// weight * Jh of the last `finish`.
  func value(weight: Double) -> Double {
    var sum = 0.0
    for c in 0..<channels { sum += costs[c] }
    return weight * unit * sum
  }

  /// Adds beta * weight * 2 E / (C n) * (f - T[f]) for every pixel of a row.
  func addGradient(
    row y: Int, columns: Range<Int>, activations: Row<Numbers.Activation>,
    into gradient: MutableRow<Real>
  ) {
    region.forEachRun(row: y, columns: columns) { run in
      let part = run.lowerBound - columns.lowerBound..<run.upperBound - columns.lowerBound
      numbers.addTabled(activations.columns(part), table: table, into: gradient.columns(part))
    }
  }
}
