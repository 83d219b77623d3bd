internal import CQuantKernels

/// The layout of a style matrix for the int8 engine: 15 bits per element and a scale per row.
///
/// A row's largest magnitude becomes 127 * 128; an element `v` is `128 * high + low` with `low` in
/// -64...63 and `high` in -127...127, so that two exact 8-bit dot products give the 15-bit one.
/// ```
/// high, low   [panel of 32 n][k / 4][32 n][4 k] Int8       highSums, lowSums [n] Int32       scale [n] Float32
/// ```
package struct PackedStyleMatrix {
  package let channels: Int
  private let count: Int

  package init(channels: Int) {
    self.channels = channels
    count = channels * channels
  }

  package var bytes: Int { 2 * count + 3 * 4 * channels }

  package func high(_ matrix: UnsafeRawPointer) -> UnsafePointer<Int8> {
    matrix.assumingMemoryBound(to: Int8.self)
  }

  package func low(_ matrix: UnsafeRawPointer) -> UnsafePointer<Int8> {
    (matrix + count).assumingMemoryBound(to: Int8.self)
  }

  package func highSums(_ matrix: UnsafeRawPointer) -> UnsafePointer<Int32> {
    (matrix + 2 * count).assumingMemoryBound(to: Int32.self)
  }

  package func lowSums(_ matrix: UnsafeRawPointer) -> UnsafePointer<Int32> {
    (matrix + 2 * count + 4 * channels).assumingMemoryBound(to: Int32.self)
  }

  package func scale(_ matrix: UnsafeRawPointer) -> UnsafePointer<Float> {
    (matrix + 2 * count + 8 * channels).assumingMemoryBound(to: Float.self)
  }

  /// Quantizes row `n`; rows are independent and may be packed at the same time.
  package func pack(
    _ values: UnsafePointer<Float>, row n: Int, into matrix: UnsafeMutableRawPointer
  ) {
    let panel = Int(QV_PANEL)
    let first = n / panel * channels * panel + n % panel * 4
    let high = UnsafeMutablePointer(mutating: high(matrix)) + first
    let low = UnsafeMutablePointer(mutating: low(matrix)) + first
    var largest: Float = 0
    for k in 0..<channels { largest = max(largest, values[k].magnitude) }
    let isZero = largest < FixedPoint.smallestGradient
    let inverse = isZero ? 0 : 16256 / largest
    var (highSum, lowSum): (Int32, Int32) = (0, 0)
    for k in stride(from: 0, to: channels, by: 4) {
      for i in 0..<4 {
        let value = FixedPoint.nearestEven(values[k + i] * inverse)
        let upper = (value + 64) >> 7
        let lower = value - upper << 7
        high[k * panel + i] = Int8(truncatingIfNeeded: upper)
        low[k * panel + i] = Int8(truncatingIfNeeded: lower)
        highSum &+= upper
        lowSum &+= lower
      }
    }
    UnsafeMutablePointer(mutating: highSums(matrix))[n] = highSum
    UnsafeMutablePointer(mutating: lowSums(matrix))[n] = lowSum
    UnsafeMutablePointer(mutating: scale(matrix))[n] = isZero ? 0 : largest / 16256
  }
}
