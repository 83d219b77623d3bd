package import Rows

/// Moments and histograms in exact integers.
extension Int8Arithmetic {
  package static var one: UInt8 { 1 }
  package static var addsMomentsByPanel: Bool { false }

  /// Squares of the activations, and of these less 1, for each channel and worker.
  package static func momentSumCount(channels: Int, threads: Int) -> Int { 2 * channels * threads }

  package func addMoments(
    _ row: Row<Activation8>, panel: Int, worker: Int, zeros: Row<Activation8>,
    ones: Row<Activation8>, into sums: MemorySlice<Int64>
  ) {
    let channels = row.channels
    let first = 2 * worker * channels
    kernels.addSquaredDifference(row, zeros, into: sums[first..<first + channels])
    kernels.addSquaredDifference(row, ones, into: sums[first + channels..<first + 2 * channels])
  }

  package static func addSums(
    _ row: Row<Activation8>, panel: Int, into sums: MemorySlice<Int64>
  ) {
    let channels = row.channels
    for x in 0..<row.width {
      for c in Panel.channels(panel) {
        let value = Int64(row[x * channels + c])
        sums[c] += value
        sums[channels + c] += value * value
      }
    }
  }

  package static func setMoments(
    _ sums: MemorySlice<Int64>, channel c: Int, channels: Int, positions: Int, sum: Int64,
    squares: Int64
  ) {
    (sums[c], sums[channels + c]) = (squares, squares + Int64(positions) - 2 * sum)
  }

  /// The sum is half of what the squares, and one for each position, exceed the squares of (f - 1) by.
  package static func moments(
    _ sums: MemorySlice<Int64>, channel c: Int, channels: Int, positions: Int
  ) -> (sum: Double, squares: Double) {
    var (squares, shifted): (Int64, Int64) = (0, 0)
    for first in stride(from: 0, to: sums.count, by: 2 * channels) {
      squares += sums[first + c]
      shifted += sums[first + channels + c]
    }
    return (Double((squares + Int64(positions) - shifted) / 2), Double(squares))
  }

  package static var bins: Int { 256 }

  package static func level(_ bin: Int) -> Double { Double(bin) }

  package func addCounts(
    _ row: Row<Activation8>, panel: Int, into counts: MemorySlice<UInt32>
  ) {
    let channels = row.channels
    let first = panel * Panel.width
    for x in 0..<row.width {
      for c in first..<first + Panel.width { counts[c << 8 | Int(row[x * channels + c])] &+= 1 }
    }
  }

  package func addTabled(
    _ row: Row<Activation8>, table: MemorySlice<Float>, into gradient: MutableRow<Real>
  ) {
    let channels = row.channels
    for x in 0..<row.width {
      let first = x * channels
      for c in 0..<channels { gradient[first + c] += table[c << 8 | Int(row[first + c])] }
    }
  }
}
