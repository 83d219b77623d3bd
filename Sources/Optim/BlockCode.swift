internal import Rows

/// Numbers as whole numbers of 8 or 16 bits, blocks of which share a scale: number = code * scale.
enum BlockCode<Code: FixedWidthInteger & SignedInteger & BitwiseCopyable> {
  /// Rounds a block to the nearest codes, ties to even.
  ///
  /// - Returns: the scale; the largest number has the largest code.
  static func encode(
    _ numbers: MemorySlice<Float>, into codes: MemorySlice<Code>
  ) -> Float {
    let count = numbers.count
    var largest: Float = 0
    for i in 0..<count { largest = max(largest, abs(numbers[i])) }
    guard largest > 0x1p-100, largest < 0x1p100 else {
      codes.fill(0)
      return 0
    }
    let most = Float(Code.max)
    let inverse = most / largest
    // Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
    for i in 0..<count {
      let bits = (numbers[i] * inverse + 0x1.8p23).bitPattern
      codes[i] = Code(truncatingIfNeeded: bits)
    }
    return largest / most
  }

  /// Sum of products of two blocks' codes, exact.
  static func dot<Other: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ a: MemorySlice<Code>, _ b: MemorySlice<Other>
  ) -> Double {
    let count = a.count
    if Code.bitWidth + Other.bitWidth <= 24 {
      // 256 products of 2^7 * 2^15 stay below 2^31.
      var sum: Int32 = 0
      for i in 0..<count {
        sum &+= Int32(truncatingIfNeeded: a[i]) &* Int32(truncatingIfNeeded: b[i])
      }
      return Double(sum)
    }
    var sum: Int64 = 0
    for i in 0..<count {
      sum &+= Int64(Int32(truncatingIfNeeded: a[i]) &* Int32(truncatingIfNeeded: b[i]))
    }
    return Double(sum)
  }
}
