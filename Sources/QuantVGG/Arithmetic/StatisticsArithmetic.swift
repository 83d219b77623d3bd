package import Rows

/// An arithmetic in which means, deviations and histograms of activations are measured and differentiated.
package protocol StatisticsArithmetic: Arithmetic {
  /// A part of the sums of activations and their squares.
  associatedtype MomentSum: BitwiseCopyable

  /// The activation 1 in the arithmetic's own units.
  static var one: Activation.Element { get }
  /// Whether `addMoments` adds the channels of a panel, for which rows come in their order; else
  /// those of whole rows, in any.
  static var addsMomentsByPanel: Bool { get }
  /// Numbers that `addMoments` adds to.
  static func momentSumCount(channels: Int, threads: Int) -> Int
  /// Adds a row's activations and their squares, channel by channel, on a worker; `zeros` and `ones` are rows of its size.
  func addMoments(
    _ row: Row<Activation>, panel: Int, worker: Int, zeros: Row<Activation>, ones: Row<Activation>,
    into sums: MemorySlice<MomentSum>)
  /// Adds the activations and the squares of a row's channels of a panel, `[2][channels]`.
  static func addSums(_ row: Row<Activation>, panel: Int, into sums: MemorySlice<MomentSum>)
  /// Makes sums that were cleared those of a channel whose activations and their squares have these sums.
  static func setMoments(
    _ sums: MemorySlice<MomentSum>, channel: Int, channels: Int, positions: Int, sum: MomentSum,
    squares: MomentSum)
  /// The sum of a channel's activations and of their squares, in units of `activationScale` and its square.
  static func moments(
    _ sums: MemorySlice<MomentSum>, channel: Int, channels: Int, positions: Int
  ) -> (sum: Double, squares: Double)

  /// Bins of a channel's histogram.
  static var bins: Int { get }
  /// The activation that a bin stands for, in units of `activationScale`.
  static func level(_ bin: Int) -> Double
  /// Counts the activations of a row's channels of a panel, `[channels][bins]`.
  func addCounts(_ row: Row<Activation>, panel: Int, into counts: MemorySlice<UInt32>)
  /// Adds to each number of `gradient` what a table, `[channels][bins]`, has for its channel and the bin of its activation.
  func addTabled(
    _ row: Row<Activation>, table: MemorySlice<Float>, into gradient: MutableRow<Real>)
}

extension StatisticsArithmetic {
  /// Adds a number to each channel of a row.
  package func add(_ offsets: MemorySlice<Float>, to gradient: MutableRow<Real>) {
    let channels = offsets.count
    for x in 0..<gradient.width {
      let pixel = gradient.elements[x * channels..<(x + 1) * channels]
      for c in 0..<channels { pixel[c] += offsets[c] }
    }
  }
}
