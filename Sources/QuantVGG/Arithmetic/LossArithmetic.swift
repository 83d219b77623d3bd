package import Rows

/// An arithmetic in which the losses of a transfer are measured and differentiated.
///
/// Sums over rows are exact integers in the fixed-point engine; in single precision they are made in one
/// order. Either way they are the same whatever threads make them.
package protocol LossArithmetic: StatisticsArithmetic {
  /// An element of a Gram matrix in the arithmetic's own units.
  associatedtype GramSum: BitwiseCopyable
  /// A partial sum of squared differences.
  associatedtype SquareSum: BitwiseCopyable

  /// Bytes that `prepareGram` writes for a row.
  static func gramScratchBytes(width: Int, channels: Int) -> Int
  /// Lays a row out for `addGram`.
  func prepareGram(_ row: Row<Activation>, into scratch: MemorySlice<UInt8>)
  /// Adds a laid-out row's share of 8 rows x 32 columns of the Gram matrix `[channels][channels]`, from
  /// row `first` and the first column of `panel` on.
  func addGram(
    _ scratch: MemorySlice<UInt8>, channels: Int, first: Int, panel: Int,
    into sums: MemorySlice<GramSum>)
  /// Whether sums over positions are exact, so that it does not matter in which order rows are added, or how many at once.
  static var hasExactSums: Bool { get }
  /// Reads 8 rows of a summed Gram matrix in activation units, `[8][channels]` from row `first`, a
  /// multiple of 8; what lies below the diagonal is read from above.
  static func readGram(
    _ sums: MemorySlice<GramSum>, first: Int, channels: Int, into rows: MemorySlice<Double>)

  /// Bytes of a packed style matrix, see `packStyleRow`.
  static func styleMatrixBytes(channels: Int) -> Int
  /// Packs row `n` (which is column `n`) of a symmetric `[channels][channels]` matrix that turns
  /// activations into the style gradient.
  func packStyleRow(
    _ values: MemorySlice<Float>, row n: Int, into matrix: MemorySlice<UInt8>)
  /// Adds one panel of the style gradient of a row to `gradient`.
  func addStyleGradient(
    _ row: Row<Activation>, matrix: MemorySlice<UInt8>, panel: Int,
    into gradient: MutableRow<Real>)

  /// Partial sums that `addSquaredDifference` of a layer's rows adds to.
  static func squareSumCount(height: Int, channels: Int, threads: Int) -> Int
  /// Adds the squared differences of row `y` of a layer and its target, on a worker.
  func addSquaredDifference(
    _ row: Row<Activation>, _ target: Row<Activation>, row y: Int, worker: Int,
    into sums: MemorySlice<SquareSum>)
  /// The squared differences of all rows in units of the square of `activationScale`, those of a channel
  /// times the square of its scale.
  func squaredDifference(_ sums: MemorySlice<SquareSum>, layer: Int) -> Double
  /// Adds `factors[c] * (row - target)` to `gradient`.
  func addContentGradient(
    _ row: Row<Activation>, _ target: Row<Activation>, factors: MemorySlice<Float>,
    into gradient: MutableRow<Real>)
}

extension LossArithmetic {
  /// `readGram` with what makes a number of a sum.
  @inline(__always)
  static func readGram(
    _ sums: MemorySlice<GramSum>, first: Int, channels: Int, into rows: MemorySlice<Double>,
    number: (GramSum) -> Double
  ) {
    for k in 0..<first + 8 {
      let above = sums[k * channels..<(k + 1) * channels]
      for i in max(0, k - first)..<8 { rows[i * channels + k] = number(above[first + i]) }
    }
    for i in 0..<8 {
      let above = sums[(first + i) * channels..<(first + i + 1) * channels]
      for k in first + i..<channels { rows[i * channels + k] = number(above[k]) }
    }
  }
}
