package import Rows

/// Moments in one order of sums, and histograms whose bins are told by the leading bits of a number.
extension Float32Arithmetic {
  package static var one: Float { 1 }
  package static var addsMomentsByPanel: Bool { true }

  package static func momentSumCount(channels: Int, threads: Int) -> Int { 2 * channels }

  package func addMoments(
    _ row: Row<Real>, panel: Int, worker: Int, zeros: Row<Real>, ones: Row<Real>,
    into sums: MemorySlice<Double>
  ) {
    Self.addSums(row, panel: panel, into: sums)
  }

  package static func addSums(_ row: Row<Real>, panel: Int, into sums: MemorySlice<Double>) {
    let channels = row.channels
    let first = panel * Panel.width
    for x in 0..<row.width {
      for c in first..<first + Panel.width {
        let value = Double(row[x * channels + c])
        sums[c] += value
        sums[channels + c] += value * value
      }
    }
  }

  package static func setMoments(
    _ sums: MemorySlice<Double>, channel c: Int, channels: Int, positions: Int, sum: Double,
    squares: Double
  ) {
    (sums[c], sums[channels + c]) = (sum, squares)
  }

  package static func moments(
    _ sums: MemorySlice<Double>, channel c: Int, channels: Int, positions: Int
  ) -> (sum: Double, squares: Double) {
    (sums[c], sums[channels + c])
  }

  /// Bin 0 is all below 2^-2; then 32 bins for each doubling, to 2^14; the last one has all from there on.
  package static var bins: Int { 1 + 16 * 32 }

  private static let leastBits: UInt32 = 0x3e80_0000
  private static let droppedBits: UInt32 = 18

  private static func bin(_ value: Float) -> Int {
    guard value >= 0.25 else { return 0 }
    return min(1 + Int((value.bitPattern - leastBits) >> droppedBits), bins - 1)
  }

  /// The middle of a bin; 0 for the first.
  package static func level(_ bin: Int) -> Double {
    guard bin > 0 else { return 0 }
    let bits = leastBits + UInt32(bin - 1) << droppedBits | 1 << (droppedBits - 1)
    return Double(Float(bitPattern: bits))
  }

  package func addCounts(
    _ row: Row<Real>, panel: Int, into counts: MemorySlice<UInt32>
  ) {
    let channels = row.channels
    let first = panel * Panel.width
    for x in 0..<row.width {
      for c in first..<first + Panel.width {
        counts[c * Self.bins + Self.bin(row[x * channels + c])] &+= 1
      }
    }
  }

  package func addTabled(
    _ row: Row<Real>, table: MemorySlice<Float>, into gradient: MutableRow<Real>
  ) {
    let channels = row.channels
    for x in 0..<row.width {
      let first = x * channels
      for c in 0..<channels {
        gradient[first + c] += table[c * Self.bins + Self.bin(row[first + c])]
      }
    }
  }
}
