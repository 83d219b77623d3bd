internal import QuantVGG
internal import Rows

/// Js = 1 / (2 n)^2 * sum (G - S)^2 at one layer, G = A A^T over positions, n = nH nW nC.
///
/// The Gram matrix is summed exactly in the integer arithmetic. Its gradient with respect to the
/// activations of a pixel is 1 / n^2 * (G - S) a: one symmetric matrix for all pixels.
final class GramTerm<Numbers: LossArithmetic>: ParallelWork, StyleTerm {
  /// The places of a layer's term in the session's memory.
  struct Layout {
    let sums: Reservation<Numbers.GramSum>
    let target: Reservation<Float>
    let matrix: Reservation<UInt8>
    let scales: Reservation<Double>
    let rowLosses: Reservation<Double>
    /// The target while it is mixed, in memory that is given back; nil where it is one style's.
    let mix: Reservation<Double>?

    init(
      _ shape: NetworkShape.Layer, isMixed: Bool, memory: inout ArenaPlan,
      mixMemory: inout ArenaPlan
    ) {
      let count = shape.channels * shape.channels
      sums = memory.reserve(count, of: Numbers.GramSum.self)
      target = memory.reserve(count, of: Float.self)
      matrix = memory.reserve(Numbers.styleMatrixBytes(channels: shape.channels), of: UInt8.self)
      scales = memory.reserve(shape.channels, of: Double.self)
      rowLosses = memory.reserve(shape.channels, of: Double.self)
      mix = isMixed ? mixMemory.reserve(count, of: Double.self) : nil
    }

    /// Bytes that are first written when the style ends.
    var targetBytes: Int { mix == nil ? 0 : target.bytes }
    /// Bytes that are first written in a step.
    var stepBytes: Int { matrix.bytes }
  }

  /// The workers' task.
  private enum Work {
    case prepare
    case add
    case measure
    case differentiate
  }

  let label: TermLabel
  let place: Int
  private let numbers: Numbers
  let channels: Int
  /// The positions of the image that count; nil for all.
  private let region: RegionPositions?
  private let positions: Int
  private let values: Double
  /// `[channels][channels]` in activation units; blocks of 8 rows x 32 columns on and above the diagonal.
  private let sums: MemorySlice<Numbers.GramSum>
  /// `[channels][channels]` in real units, scaled to the content's positions.
  let target: MemorySlice<Float>
  private let matrix: MemorySlice<UInt8>
  /// `[channels]`: the real value of a channel is this times `activationScale` times the activation.
  private let scales: MemorySlice<Double>
  let rowLosses: MemorySlice<Double>
  let scratch: GramScratch
  private let layout: Layout
  /// `[channels][channels]` as the target, while it is mixed.
  private var mix: MemorySlice<Double>?
  private let normalizes: Bool
  /// The factor of (G - S) a in the gradient.
  private var factor = 0.0

  private var work = Work.prepare
  private var activations: ActivationRows<Numbers.Activation>?
  /// The positions of the observed rows that count; nil for all.
  private var counted: RegionPositions?
  private var width = 0
  private var rows = 0..<0

  /// The term of a place.
  ///
  /// The gradient is that of beta * weight * Js, or where it is normalised of that weight
  /// (`TransferSettings.normalizesGradients`). `scratch` is shared by all layers, as one is measured
  /// at a time.
  init(
    _ numbers: Numbers, _ style: StylePlace, scratch: GramScratch,
    layout: Layout, memory: Arena
  ) {
    self.numbers = numbers
    self.scratch = scratch
    normalizes = style.normalizes
    place = style.shape.convolution.index
    label = style.label("gram")
    channels = style.shape.channels
    region = style.positions
    positions = style.positionCount
    values = Double(positions * channels)
    sums = memory.slice(layout.sums)
    target = memory.slice(layout.target)
    matrix = memory.slice(layout.matrix)
    scales = memory.slice(layout.scales)
    let factors = numbers.channelScale(layer: place)
    for c in 0..<channels { scales[c] = Double(factors?[c] ?? 1) }
    rowLosses = memory.slice(layout.rowLosses)
    self.layout = layout
  }

  /// Forgets the rows measured so far.
  func reset() { sums.clear() }

  var sumKind: Strip.Sum { Numbers.hasExactSums ? .integers : .inOrder }

  func foldedSums() -> MemorySlice<UInt8> { sums.bytes }

  /// Adds rows of an image to the Gram matrix, a bounded number at a time.
  func observe(
    rows: Range<Int>, width: Int, activations: ActivationRows<Numbers.Activation>, isTarget: Bool,
    positions: RegionPositions?, pool: WorkerPool
  ) {
    counted = positions
    self.activations = activations
    self.width = width
    let chunk = scratch.rows.count / Numbers.gramScratchBytes(width: width, channels: channels)
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: chunk) {
      self.rows = start..<min(start + chunk, rows.upperBound)
      work = .prepare
      pool.run(self, items: self.rows.count)
      work = .add
      pool.run(self, items: channels / 8)
    }
  }

  func beginTarget(in memory: Arena) { mix = layout.mix.map { memory.slice($0) } }

  /// Adds `share` of the measured Gram matrix, scaled to the content's positions.
  func addTarget(positions: Int, share: Double) {
    precondition(mix != nil || share == 1, "several styles are mixed")
    let ratio = Double(self.positions) / Double(positions)
    let rows = scratch.sums(worker: 0, channels: channels)
    for first in stride(from: 0, to: channels, by: 8) {
      readGram(first: first, into: rows)
      if let mix {
        let sums = mix.from(first * channels)
        for i in 0..<8 * channels { sums[i] += share * (rows[i] * ratio) }
      } else {
        let target = target.from(first * channels)
        for i in 0..<8 * channels { target[i] = Float(rows[i] * ratio) }
      }
    }
  }

  func endTarget() {
    if let mix {
      for i in 0..<target.count { target[i] = Float(mix[i]) }
    }
    self.mix = nil
  }

  func read(_ statistics: StyleStatistics, _ layer: LayerName) {
    statistics.read(.gram, layer, into: sums)
  }

  /// The measured sums of products, `[channels][channels]`, in activation units.
  var wholeSums: [Numbers.GramSum] {
    var whole = sums.array
    for n in 0..<channels {
      for k in 0..<n { whole[n * channels + k] = whole[k * channels + n] }
    }
    return whole
  }

  /// The measured Gram matrix in real units, `[channels][channels]`.
  var gram: [Float] {
    let rows = scratch.sums(worker: 0, channels: channels)
    var gram: [Float] = []
    gram.reserveCapacity(channels * channels)
    for first in stride(from: 0, to: channels, by: 8) {
      readGram(first: first, into: rows)
      for i in 0..<8 * channels { gram.append(Float(rows[i])) }
    }
    return gram
  }

  /// Reads 8 rows of the measured Gram matrix in real units.
  func readGram(first: Int, into rows: MemorySlice<Double>) {
    Numbers.readGram(sums, first: first, channels: channels, into: rows)
    let scale = Double(numbers.activationScale(layer: place))
    for n in 0..<8 {
      let row = rows[n * channels..<(n + 1) * channels]
      let factor = scale * scale * scales[first + n]
      for k in 0..<channels { row[k] *= factor * scales[k] }
    }
  }

  /// Computes the loss and the matrix of its gradient from the measured Gram matrix.
  func finish(pool: WorkerPool) {
    let weight = label.factor * label.share
    factor = weight / (values * values)
    if normalizes {
      work = .measure
      pool.run(self, items: channels / 8)
      let square = (0..<channels).reduce(0) { $0 + rowLosses[$1] }
      factor = square > 0 ? weight / (values * square).squareRoot() : 0
    }
    work = .differentiate
    pool.run(self, items: channels / 8)
  }

  /// weight * Js of the last `finish`.
  func value(weight: Double) -> Double {
    var sum = 0.0
    for n in 0..<channels { sum += rowLosses[n] }
    return weight * sum / (4 * values * values)
  }

  /// Adds beta * weight / n^2 * (G - S) a for every pixel of a row.
  func addGradient(
    row: Int, columns: Range<Int>, activations: Row<Numbers.Activation>,
    into gradient: MutableRow<Real>
  ) {
    guard let region else { return addGradient(activations, into: gradient) }
    region.forEachRun(row: row, columns: columns) { run in
      let part = run.lowerBound - columns.lowerBound..<run.upperBound - columns.lowerBound
      addGradient(activations.columns(part), into: gradient.columns(part))
    }
  }

  private func addGradient(_ activations: Row<Numbers.Activation>, into gradient: MutableRow<Real>)
  {
    for panel in 0..<channels / Panel.width {
      numbers.addStyleGradient(activations, matrix: matrix, panel: panel, into: gradient)
    }
  }

  override func run(item: Int, worker: Int) {
    switch work {
    case .prepare: prepareRow(item, worker: worker)
    case .add: addBlocks(first: item * 8)
    case .measure: measureRows(first: item * 8, worker: worker)
    case .differentiate: differentiateRows(first: item * 8, worker: worker)
    }
  }

  private func prepareRow(_ item: Int, worker: Int) {
    guard let activations else { preconditionFailure("rows are being observed") }
    let y = rows.lowerBound + item
    let count = count(item)
    guard count > 0 else { return }
    let start = start(item)
    let laidOut = scratch.rows[
      start..<start + Numbers.gramScratchBytes(width: count, channels: channels)]
    let row = activations[y]
    if let run = counted.map({ $0.onlyRun(row: y) }) ?? 0..<width {
      return numbers.prepareGram(row.columns(run), into: laidOut)
    }
    let gathered = scratch.activations(
      worker: worker, count: count * channels, of: Numbers.Activation.Element.self)
    var next = 0
    counted.forEachRun(row: y, columns: 0..<width) { run in
      let end = next + run.count * channels
      MutableRow<Numbers.Activation>(gathered[next..<end], channels: channels)
        .copy(row.columns(run))
      next = end
    }
    numbers.prepareGram(Row(gathered, channels: channels), into: laidOut)
  }

  /// Positions that count of an observed row.
  private func count(_ item: Int) -> Int {
    counted?.count(row: rows.lowerBound + item) ?? width
  }

  /// Where an observed row is laid out; where the last one ends for their number.
  private func start(_ item: Int) -> Int {
    (0..<item).reduce(0) {
      $0 + Numbers.gramScratchBytes(width: count($1), channels: channels)
    }
  }

  private func addBlocks(first: Int) {
    let end = start(rows.count)
    if Numbers.hasExactSums {
      if end > 0 { addBlocks(first: first, scratch.rows[0..<end]) }
      return
    }
    for item in 0..<rows.count where count(item) > 0 {
      addBlocks(first: first, scratch.rows[start(item)..<start(item + 1)])
    }
  }

  private func addBlocks(first: Int, _ laidOut: MemorySlice<UInt8>) {
    for panel in first / Panel.width..<channels / Panel.width {
      numbers.addGram(laidOut, channels: channels, first: first, panel: panel, into: sums)
    }
  }

  private func differentiateRows(first: Int, worker: Int) {
    let factor = factor * Double(numbers.activationScale(layer: place))
    let rows = scratch.sums(worker: worker, channels: channels)
    let row = scratch.row(worker: worker, channels: channels)
    readGram(first: first, into: rows)
    let target = target.from(first * channels)
    // The losses of 8 rows side by side, each in the order of its columns.
    var losses = SIMD8<Double>()
    for k in 0..<channels {
      var column = SIMD8<Double>()
      for i in 0..<8 {
        column[i] = rows[i * channels + k] - Double(target[i * channels + k])
        rows[i * channels + k] = column[i]
      }
      losses += column * column
    }
    for i in 0..<8 {
      let difference = rows.from(i * channels)
      let factor = factor * scales[first + i]
      for k in 0..<channels { row[k] = Float(factor * scales[k] * difference[k]) }
      rowLosses[first + i] = losses[i]
      numbers.packStyleRow(row, row: first + i, into: matrix)
    }
  }
}
