/// A number `±significand * 2^exponent` in integers: roundings without an operation on floats.
struct ExactNumber {
  var isNegative: Bool
  var significand: UInt64
  var exponent: Int

  /// The value of an integer.
  init(_ value: Int) {
    (isNegative, significand, exponent) = (value < 0, UInt64(value.magnitude), 0)
  }

  /// The value of a finite Float32, read from its bits.
  init(_ value: Float) {
    let bits = value.bitPattern
    let field = Int(bits >> 23 & 0xff)
    precondition(field != 0xff)
    isNegative = bits >> 31 == 1
    significand = UInt64(bits & 0x7f_ffff) | (field == 0 ? 0 : 0x80_0000)
    exponent = max(field, 1) - 150
  }

  /// The product of two numbers of at most 32 bits each.
  static func * (a: ExactNumber, b: ExactNumber) -> ExactNumber {
    var product = a
    product.isNegative = a.isNegative != b.isNegative
    product.significand = a.significand * b.significand
    product.exponent += b.exponent
    return product
  }

  /// The significand without its last `count` bits; to the even one of two that are as near.
  private func droppingBits(_ count: Int) -> UInt64 {
    guard count < 64 else { return 0 }
    let (whole, rest) = (significand >> UInt64(count), significand & (1 << UInt64(count) - 1))
    let half: UInt64 = 1 << UInt64(count - 1)
    if rest == half { return whole + whole % 2 }
    return rest > half ? whole + 1 : whole
  }

  /// The nearest number of 24 bits: one rounding of Float32 arithmetic within its normal range.
  var float32: ExactNumber {
    let excess = 64 - significand.leadingZeroBitCount - 24
    guard excess > 0 else { return self }
    var rounded = self
    rounded.significand = droppingBits(excess)
    rounded.exponent += excess
    return rounded
  }

  /// The nearest integer, to even of two, clamped to a range within 32 bits.
  func integer(in range: ClosedRange<Int>) -> Int {
    var magnitude = significand
    if exponent < 0 {
      magnitude = droppingBits(-exponent)
    } else if significand > 0 {
      let isHuge = exponent + 64 - significand.leadingZeroBitCount > 40
      magnitude = isHuge ? 1 << 40 : significand << UInt64(exponent)
    }
    let value = isNegative ? -Int(magnitude) : Int(magnitude)
    return min(max(value, range.lowerBound), range.upperBound)
  }
}
