internal import QuantVGG
internal import Rows

/// Rounds a layer's weights so that its outputs change least, not the weights themselves.
///
/// The outputs' squared error over the calibration positions is e H e^T for every output channel's row e of
/// weight errors, H the Gram matrix of the inputs. With H = U^T U, U upper triangular, it is |U e^T|^2,
/// and rounding from the last weight to the first, each after moving it by what makes up for the errors
/// made so far, is the nearest-plane method of Babai (1986), the same as GPTQ (Frantar et al., arXiv
/// 2210.17323; the equivalence: Chen et al., arXiv 2507.18553). Float64 in one fixed order: the same
/// integers on every machine and for any number of threads.
final class Reconstruction: ParallelWork {
  /// Added to the diagonal, as a share of its mean (GPTQ's damping).
  static let damping = 0.01
  /// Rows that the factorization eliminates at once.
  private static let block = 32
  /// Output channels that are rounded side by side.
  private static let lanes = 16

  private enum Phase {
    case eliminate
    case round
  }

  private typealias Vector = SIMD8<Double>
  private typealias Lanes = SIMD16<Double>

  private let patch: Int
  private let side: Int
  private let gram: PatchGram
  /// `[side][side]` in the memory of `gram`: H, then U, on and above the diagonal.
  ///
  /// An item of work writes rows that no other item reads or writes.
  private let matrix: MemorySlice<Double>
  private let pool: WorkerPool
  private var phase = Phase.eliminate
  private var eliminated = 0..<0
  /// `[outputChannels][patch]`, `[tap][channel]` within a row.
  private var weights: [Float] = []
  private var scales: [Float] = []
  /// `[outputChannels][patch]` while they are rounded.
  private var levels: Block<Int8>?

  /// A rounding for a layer's inputs.
  ///
  /// - Parameters:
  ///   - gram: of the layer's inputs; its matrix is used up.
  ///   - pool: the threads.
  init(_ gram: PatchGram, pool: WorkerPool) {
    self.gram = gram
    patch = gram.patch
    side = gram.side
    matrix = gram.matrix()
    self.pool = pool
    super.init()
    factorize()
  }

  /// Rounds weights to multiples of their scales, at most 127.
  ///
  /// - Parameters:
  ///   - source: `[outputChannels][inputChannels][3][3]`.
  ///   - scales: `[outputChannels]`.
  /// - Returns: the multiples, in the order of `source`.
  /// - Throws: `MemoryError`.
  func round(_ source: [Float], scales: [Float]) throws -> [Int8] {
    let (outputs, inputs) = (scales.count, patch / 9)
    weights = [Float](repeating: 0, count: source.count)
    for o in 0..<outputs {
      for k in 0..<patch {
        weights[o * patch + k] = source[o * patch + k % inputs * 9 + k / inputs]
      }
    }
    self.scales = scales
    let block = try Block<Int8>(count: source.count)
    let levels = block.elements
    self.levels = block
    defer { self.levels = nil }
    phase = .round
    pool.run(self, items: (outputs + Self.lanes - 1) / Self.lanes)
    var result = [Int8](repeating: 0, count: source.count)
    for o in 0..<outputs {
      for k in 0..<patch { result[o * patch + k % inputs * 9 + k / inputs] = levels[o * patch + k] }
    }
    return result
  }

  // MARK: Factorization

  /// H = U^T U by blocks of rows (Cholesky; Golub and Van Loan, section 4.2.9).
  private func factorize() {
    var trace = 0.0
    for k in 0..<side { trace += matrix[k * side + k] }
    let damping = max(Self.damping * trace / Double(patch), 1e-30)
    for k in 0..<side { matrix[k * side + k] += damping }
    phase = .eliminate
    for first in stride(from: 0, to: side, by: Self.block) {
      factorizeRows(first..<first + Self.block)
      eliminated = first..<first + Self.block
      pool.run(self, items: (side - eliminated.upperBound) / 8)
    }
  }

  /// The rows of U of a block from which all rows before are eliminated.
  private func factorizeRows(_ rows: Range<Int>) {
    for k in rows {
      let row = matrix.from(k * side)
      for m in rows.lowerBound..<k {
        let (source, factor) = (matrix.from(m * side), matrix[m * side + k])
        for i in k..<side { row[i] -= factor * source[i] }
      }
      // Damping keeps the pivot positive; rounding errors must not turn it.
      let pivot = max(row[k], 1e-30).squareRoot()
      for i in k..<side { row[i] /= pivot }
      row[k] = pivot
    }
  }

  /// Subtracts the eliminated rows' share from 8 rows below them.
  private func eliminate(_ item: Int) {
    let first = eliminated.upperBound + 8 * item
    for column in stride(from: first, to: side, by: 8) {
      var sums: (Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector) = (
        .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero
      )
      for m in eliminated {
        let source = matrix.from(m * side)
        let values = load(m * side + column)
        sums.0 += source[first] * values
        sums.1 += source[first + 1] * values
        sums.2 += source[first + 2] * values
        sums.3 += source[first + 3] * values
        sums.4 += source[first + 4] * values
        sums.5 += source[first + 5] * values
        sums.6 += source[first + 6] * values
        sums.7 += source[first + 7] * values
      }
      let out = first * side + column
      subtract(sums.0, from: out)
      subtract(sums.1, from: out + side)
      subtract(sums.2, from: out + 2 * side)
      subtract(sums.3, from: out + 3 * side)
      subtract(sums.4, from: out + 4 * side)
      subtract(sums.5, from: out + 5 * side)
      subtract(sums.6, from: out + 6 * side)
      subtract(sums.7, from: out + 7 * side)
    }
  }

  /// 8 numbers of a row.
  private func load(_ place: Int) -> Vector {
    matrix.vector(at: place, as: Vector.self)
  }

  private func subtract(_ values: Vector, from place: Int) {
    matrix.set(load(place) - values, at: place)
  }

  // MARK: Rounding

  private func roundChannels(_ item: Int) {
    guard let levels = levels?.elements else {
      preconditionFailure("no weights are being rounded")
    }
    let channels = item * Self.lanes..<min((item + 1) * Self.lanes, scales.count)
    var scale = Lanes(repeating: 1)
    for (lane, o) in channels.enumerated() { scale[lane] = Double(scales[o]) }
    var errors = [Lanes](repeating: .zero, count: patch)
    for k in stride(from: patch - 1, through: 0, by: -1) {
      let row = matrix.from(k * side)
      var carried = Lanes.zero
      for i in k + 1..<patch { carried += row[i] * errors[i] }
      var weight = Lanes.zero
      for (lane, o) in channels.enumerated() { weight[lane] = Double(weights[o * patch + k]) }
      var level = ((weight + carried / row[k]) / scale).rounded(.toNearestOrEven)
      level.clamp(lowerBound: Lanes(repeating: -127), upperBound: Lanes(repeating: 127))
      errors[k] = weight - level * scale
      for (lane, o) in channels.enumerated() { levels[o * patch + k] = Int8(level[lane]) }
    }
  }

  override func run(item: Int, worker: Int) {
    switch phase {
    case .eliminate: eliminate(item)
    case .round: roundChannels(item)
    }
  }
}
