import QuantizeCore
import Testing

/// Numbers of every type from their bits, beside their definition by sign, exponent and fraction.
@Suite struct NumberTypeTests {
  /// The number that a format with so many bits of exponent and fraction has under `bits`; nil where all bits of the
  /// exponent are ones.
  private func defined(_ bits: Int, exponentBits: Int, fractionBits: Int) -> Double? {
    let fraction = bits & (1 << fractionBits - 1)
    let exponent = bits >> fractionBits & (1 << exponentBits - 1)
    guard exponent < 1 << exponentBits - 1 else { return nil }
    let bias = 1 << (exponentBits - 1) - 1
    let sign: Double = bits >> (exponentBits + fractionBits) & 1 == 0 ? 1 : -1
    let steps = Double(exponent == 0 ? fraction : fraction + 1 << fractionBits)
    return sign
      * Double(sign: .plus, exponent: max(exponent, 1) - bias - fractionBits, significand: steps)
  }

  @Test(arguments: [
    (NumberType.float16, 5, 10), (.bfloat16, 8, 7), (.float8E5M2, 5, 2),
  ])
  func smallTypesAreExact(type: NumberType, exponentBits: Int, fractionBits: Int) {
    for bits in 0..<1 << (1 + exponentBits + fractionBits) {
      let found = type.float(UInt64(bits))
      if let expected = defined(bits, exponentBits: exponentBits, fractionBits: fractionBits) {
        guard Double(found) == expected, found.sign == expected.sign else {
          Issue.record("\(bits): \(found) for \(expected)")
          return
        }
      } else if found.isFinite {
        Issue.record("\(bits): \(found)")
        return
      }
    }
  }

  /// The type without infinities: its largest exponent has numbers too.
  @Test func float8E4M3() {
    for bits in 0..<256 {
      let found = NumberType.float8E4M3.float(UInt64(bits))
      let last = bits & 0x7f
      if last == 0x7f {
        #expect(found.isNaN)
      } else if last >= 0x78 {
        #expect(found.magnitude == Float(256 + 32 * (last & 7)))
      } else {
        #expect(Double(found) == defined(bits, exponentBits: 4, fractionBits: 3))
      }
    }
  }

  @Test func doublesAreRoundedToTheNearest() {
    func float(_ value: Double) -> Float { NumberType.float64.float(value.bitPattern) }
    #expect(float(0.1) == 0.1 && float(-0x1p-149) == -0x1p-149)
    // Half way between two numbers: to the even one.
    #expect(float(0x1.000001p0) == 1 && float(0x1.000003p0) == 0x1.000004p0)
    #expect(float(1e300) == .infinity)
  }

  @Test func integersAreNoWeights() {
    #expect(
      NumberType.allCases.filter(\.isFloatingPoint) == [
        .float16, .bfloat16, .float32, .float64, .float8E4M3, .float8E5M2,
      ])
  }
}
