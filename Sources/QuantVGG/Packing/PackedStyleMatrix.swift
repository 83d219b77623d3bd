package import Rows

/// A style matrix for the int8 engine: 15 bits per element and a scale per row.
///
/// A row's largest magnitude becomes 127 * 128; an element `v` is `128 * high + low` with `low` in
/// -64...63 and `high` in -127...127, so that two exact 8-bit dot products give the 15-bit one.
/// ```
/// high, low   [panel of 32 n][k / 4][32 n][4 k] Int8       highSums, lowSums [n] Int32       scale [n] Float32
/// ```
package struct PackedStyleMatrix {
  package let channels: Int
  package let high, low: MemorySlice<Int8>
  package let highSums, lowSums: MemorySlice<Int32>
  package let scale: MemorySlice<Float>

  /// A matrix in `memory` of `bytes(channels:)`.
  package init(_ memory: MemorySlice<UInt8>, channels: Int) {
    let count = channels * channels
    self.channels = channels
    high = memory.elements(Int8.self, count: count)
    low = memory.elements(Int8.self, at: count, count: count)
    highSums = memory.elements(Int32.self, at: 2 * count, count: channels)
    lowSums = memory.elements(Int32.self, at: 2 * count + 4 * channels, count: channels)
    scale = memory.elements(Float.self, at: 2 * count + 8 * channels, count: channels)
  }

  package static func bytes(channels: Int) -> Int { 2 * channels * channels + 3 * 4 * channels }

  /// Quantizes row `n`; rows are independent and may be packed at the same time.
  ///
  /// A row with a value that is not finite becomes zeros with an infinite scale, so that no gradient
  /// which it adds to is finite.
  package func pack(_ values: MemorySlice<Float>, row n: Int) {
    let panel = Panel.width
    let first = n / panel * channels * panel + n % panel * 4
    var largests = SIMD4<Float>()
    var areFinite = SIMDMask<SIMD4<Int32>>(repeating: true)
    for k in stride(from: 0, to: channels, by: 4) {
      let value = values.vector(at: k, as: SIMD4<Float>.self)
      let magnitude = value.replacing(with: -value, where: value .< 0)
      areFinite = areFinite .& (magnitude .< .infinity)
      largests = largests.replacing(with: magnitude, where: magnitude .> largests)
    }
    let (largest, isFinite) = (largests.max(), all(areFinite))
    let isZero = !isFinite || largest < FixedPoint.smallestGradient
    let inverse = isZero ? 0 : 16256 / largest
    var (upperSum, lowerSum) = (SIMD4<Int32>(), SIMD4<Int32>())
    for k in stride(from: 0, to: channels, by: 4) {
      let value = isZero ? SIMD4() : values.vector(at: k, as: SIMD4<Float>.self)
      let rounded = FixedPoint.nearestEven(value * inverse)
      let upper = (rounded &+ 64) &>> 7
      let lower = rounded &- upper &<< 7
      high.set(SIMD4<Int8>(truncatingIfNeeded: upper), at: first + k * panel)
      low.set(SIMD4<Int8>(truncatingIfNeeded: lower), at: first + k * panel)
      upperSum &+= upper
      lowerSum &+= lower
    }
    highSums[n] = upperSum.wrappedSum()
    lowSums[n] = lowerSum.wrappedSum()
    scale[n] = isFinite ? (isZero ? 0 : largest / 16256) : .infinity
  }
}
