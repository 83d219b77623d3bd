internal import QuantVGG

/// Js = 1 / (2 n)^2 * sum (G - S)^2 at one layer, G = A A^T over positions, n = nH nW nC.
///
/// The Gram matrix is summed exactly in the integer arithmetic. Its gradient with respect to the
/// activations of a pixel is 1 / n^2 * (G - S) a: one symmetric matrix for all pixels.
final class GramTerm<Numbers: Arithmetic>: ParallelWork, LayerTerm {
  /// Where the term of a layer keeps its numbers in the session's memory.
  struct Layout {
    let sums, target, matrix, rowLosses: Int

    init(_ shape: NetworkShape.Layer, memory: inout ArenaPlan) {
      let count = shape.channels * shape.channels
      sums = memory.reserve(count * MemoryLayout<Numbers.GramSum>.stride)
      target = memory.reserve(count * MemoryLayout<Float>.stride)
      matrix = memory.reserve(Numbers.styleMatrixBytes(channels: shape.channels))
      rowLosses = memory.reserve(shape.channels * MemoryLayout<Double>.stride)
    }
  }

  /// What the workers do.
  private enum Work {
    case prepare
    case add
    case differentiate
  }

  let label: TermLabel
  let place: Int
  private let numbers: Numbers
  private let channels: Int
  private let positions: Int
  private let values: Double
  /// `[channels][channels]` in activation units; blocks of 8 rows x 32 columns on and above the diagonal.
  private let sums: UnsafeMutablePointer<Numbers.GramSum>
  /// `[channels][channels]` in real units, scaled to the content's positions.
  private let target: UnsafeMutablePointer<Float>
  private let matrix: UnsafeMutableRawPointer
  private let rowLosses: UnsafeMutablePointer<Double>
  private let scratch: GramScratch

  private var work = Work.prepare
  private var activations: ActivationRows<Numbers.Activation>?
  private var width = 0
  private var rows = 0..<0

  /// The term of a layer of `shape`, its output for the content's size.
  ///
  /// The gradient is that of `styleWeight` (beta) * `weight` * Js. `scratch` is shared by all layers,
  /// as one is measured at a time.
  init(
    _ numbers: Numbers, shape: NetworkShape.Layer, weight: Double, styleWeight: Double,
    scratch: GramScratch, layout: Layout, memory: Arena
  ) {
    self.numbers = numbers
    self.scratch = scratch
    place = shape.convolution.index
    label = TermLabel(
      kind: .style, name: "gram", layer: shape.convolution.name, share: weight,
      factor: styleWeight)
    channels = shape.channels
    positions = shape.positions
    values = Double(shape.values)
    sums = memory.at(layout.sums)
    target = memory.at(layout.target)
    matrix = memory.base + layout.matrix
    rowLosses = memory.at(layout.rowLosses)
  }

  /// Forgets the rows measured so far.
  func reset() {
    UnsafeMutableRawPointer(sums).initializeMemory(
      as: UInt8.self, repeating: 0,
      count: channels * channels * MemoryLayout<Numbers.GramSum>.stride)
  }

  /// Adds rows of an image to the Gram matrix, a bounded number at a time.
  func observe(
    rows: Range<Int>, width: Int, activations: ActivationRows<Numbers.Activation>, isTarget: Bool,
    pool: WorkerPool
  ) {
    self.activations = activations
    self.width = width
    let rowBytes = Numbers.gramScratchBytes(width: width, channels: channels)
    let chunk = max(1, rowBytes == 0 ? rows.count : scratch.bytes / rowBytes)
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: chunk) {
      self.rows = start..<min(start + chunk, rows.upperBound)
      if rowBytes > 0 {
        work = .prepare
        pool.run(self, items: self.rows.count)
      }
      work = .add
      pool.run(self, items: channels / 8)
    }
  }

  /// Takes the measured Gram matrix as the target, scaled to the content's positions.
  func setTarget(positions: Int) {
    let ratio = Double(self.positions) / Double(positions)
    let rows = scratch.sums(worker: 0)
    for first in stride(from: 0, to: channels, by: 8) {
      readGram(first: first, into: rows)
      let target = target + first * channels
      for i in 0..<8 * channels { target[i] = Float(rows[i] * ratio) }
    }
  }

  /// The measured Gram matrix in real units, `[channels][channels]`.
  var gram: [Float] {
    let rows = scratch.sums(worker: 0)
    var gram: [Float] = []
    gram.reserveCapacity(channels * channels)
    for first in stride(from: 0, to: channels, by: 8) {
      readGram(first: first, into: rows)
      for i in 0..<8 * channels { gram.append(Float(rows[i])) }
    }
    return gram
  }

  /// Reads 8 rows of the measured Gram matrix in real units, `[8][channels]` from row `first`, a
  /// multiple of 8; what lies below the diagonal is read from above.
  private func readGram(first: Int, into rows: UnsafeMutablePointer<Double>) {
    for k in 0..<first + 8 {
      let above = sums + k * channels
      for i in max(0, k - first)..<8 { rows[i * channels + k] = above[first + i].number }
    }
    for i in 0..<8 {
      let above = sums + (first + i) * channels
      for k in first + i..<channels { rows[i * channels + k] = above[k].number }
    }
    let scale = Double(numbers.activationScale(layer: place))
    let factors = numbers.channelScale(layer: place)
    for n in 0..<8 {
      let row = rows + n * channels
      let factor = scale * scale * Double(factors?[first + n] ?? 1)
      for k in 0..<channels { row[k] *= factor * Double(factors?[k] ?? 1) }
    }
  }

  /// Computes the loss and the matrix of its gradient from the measured Gram matrix.
  func finish(pool: WorkerPool) {
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
    row: Int, columns: Range<Int>, activations: UnsafePointer<Numbers.Activation>,
    into gradient: UnsafeMutablePointer<Float>
  ) {
    for panel in 0..<channels / 32 {
      numbers.addStyleGradient(
        activations, matrix: matrix, panel: panel, into: gradient, width: columns.count,
        channels: channels)
    }
  }

  override func run(item: Int, worker: Int) {
    switch work {
    case .prepare: prepareRow(item)
    case .add: addBlocks(first: item * 8)
    case .differentiate: differentiateRows(first: item * 8, worker: worker)
    }
  }

  private func prepareRow(_ item: Int) {
    guard let activations else { preconditionFailure("rows are being observed") }
    numbers.prepareGram(
      activations[rows.lowerBound + item], into: scratchRow(item), width: width,
      channels: channels)
  }

  private func addBlocks(first: Int) {
    guard let activations else { preconditionFailure("rows are being observed") }
    for panel in first / 32..<channels / 32 {
      for (item, y) in rows.enumerated() {
        numbers.addGram(
          activations[y], scratch: scratchRow(item), width: width, channels: channels,
          first: first, panel: panel, into: sums)
      }
    }
  }

  private func scratchRow(_ item: Int) -> UnsafeMutableRawPointer {
    scratch.base + item * Numbers.gramScratchBytes(width: width, channels: channels)
  }

  private func differentiateRows(first: Int, worker: Int) {
    let scale = Double(numbers.activationScale(layer: place))
    let factor = label.factor * label.share / (values * values) * scale
    let rows = scratch.sums(worker: worker)
    let row = scratch.row(worker: worker)
    readGram(first: first, into: rows)
    let factors = numbers.channelScale(layer: place)
    for n in first..<first + 8 {
      let gram = rows + (n - first) * channels
      let target = target + n * channels
      let factor = factor * Double(factors?[n] ?? 1)
      var loss = 0.0
      for k in 0..<channels {
        let difference = gram[k] - Double(target[k])
        loss += difference * difference
        row[k] = Float(factor * Double(factors?[k] ?? 1) * difference)
      }
      rowLosses[n] = loss
      numbers.packStyleRow(row, row: n, channels: channels, into: matrix)
    }
  }
}
