import QuantVGG
import TestSupport
import Testing

/// The rounding rules of the numeric contract against exact integer arithmetic.
@Suite struct FixedPointTests {
  /// A number that is as near to two integers as to one: halves, and what lies next to them.
  private static func around(_ value: Float) -> [Float] { [value.nextDown, value, value.nextUp] }

  /// Optimized builds look at every case, others at every 41st.
  private static var step: Int {
    #if DEBUG
      41
    #else
      1
    #endif
  }

  /// The first value for which a rule differs, for the message.
  private func expectNearestEven(_ values: some Sequence<Float>) {
    for value in values {
      let expected = ExactNumber(value).integer(in: -1 << 22...1 << 22)
      let got = Int(FixedPoint.nearestEven(value))
      guard got == expected else {
        Issue.record("nearestEven(\(value)) is \(got), not \(expected)")
        return
      }
    }
  }

  @Test func theOracleItself() {
    for (value, expected) in [
      (Float(0.5), 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (-2.5, -2), (2.500001, 3),
      (0.49999997, 0), (3, 3), (-7.75, -8), (1e30, 100), (-1e30, -100), (1e-44, 0),
    ] {
      #expect(ExactNumber(value).integer(in: -100...100) == expected)
    }
    for value in [1 << 24 + 1, 1 << 24 + 3, Int(Int32.max), Int(Int32.min), 123_456_789] {
      #expect(
        ExactNumber(value).float32.integer(in: -1 << 40...1 << 40) == Int(Float(value).rounded()))
    }
  }

  /// Every half in the range, and the numbers next to it.
  @Test(arguments: [Float(1), -1])
  func nearestEvenOfHalves(sign: Float) {
    let halves = stride(from: 0, to: 1 << 22, by: Self.step)
    expectNearestEven(halves.lazy.flatMap { Self.around(sign * (Float($0) + 0.5)) })
  }

  /// Every number in the range whose last seven bits are equal, of every exponent.
  @Test(arguments: [UInt32(0), 1 << 31])
  func nearestEvenOfAllMagnitudes(sign: UInt32) {
    let last = Int(Float(1 << 22).bitPattern >> 7)
    for high in stride(from: 0, to: last, by: Self.step) {
      let first = sign | UInt32(high) << 7
      expectNearestEven([Float(bitPattern: first), Float(bitPattern: first | 0x7f)])
    }
    expectNearestEven([Float(bitPattern: sign | UInt32(last) << 7)])
  }

  /// Sums as Float32, the product as Float32, clamped, the nearest integer: three roundings.
  private func requantized(_ sum: Int32, _ multiplier: Float) -> Int {
    let product = (ExactNumber(Int(sum)).float32 * ExactNumber(multiplier)).float32
    return product.integer(in: 0...255)
  }

  /// Whether `requantize` gives what it should, where `sum` is an Int32.
  private func isRequantized(_ sum: Int, _ multiplier: Float) -> Bool {
    guard let sum = Int32(exactly: sum) else { return true }
    let (got, expected) = (
      Int(FixedPoint.requantize(sum, multiplier: multiplier)), requantized(sum, multiplier)
    )
    if got != expected { Issue.record("\(sum) * \(multiplier) is \(got), not \(expected)") }
    return got == expected
  }

  /// Sums whose product with a power of two is k + 1/2, exactly or but for the rounding of the sum.
  @Test func requantizeOfTies() {
    for power in 1...23 {
      let multiplier = Float(sign: .plus, exponent: -power, significand: 1)
      for k in -3...258 {
        for offset in -5...5 {
          guard isRequantized((2 * k + 1) << (power - 1) + offset, multiplier) else { return }
        }
      }
    }
  }

  /// Sums on both sides of every half with multipliers as networks have them, and extremes.
  @Test func requantizeWithAnyMultiplier() {
    var random = TestRandom("requantizeWithAnyMultiplier")
    let multipliers =
      random.floats(60).map { abs($0) * 1e-3 + 1e-6 }
      + random.floats(20).map { abs($0) } + [
        0, .leastNonzeroMagnitude, .leastNormalMagnitude, 1, 3, 1e9, .greatestFiniteMagnitude,
      ]
    let extremes = [
      Int(Int32.min), Int(Int32.min) + 1, -1, 0, 1, Int(Int32.max) - 1, Int(Int32.max),
    ]
    for multiplier in multipliers {
      for sum in extremes { #expect(isRequantized(sum, multiplier)) }
      guard multiplier >= 1e-6 else { continue }
      for k in stride(from: 0, through: 256, by: 1) {
        let middle = Int((Double(k) + 0.5) / Double(multiplier))
        for offset in -2...2 {
          guard isRequantized(middle + offset, multiplier) else { return }
        }
      }
    }
    for _ in 0..<200_000 / Self.step {
      let sum = Int32(truncatingIfNeeded: random.next()) >> Int32.random(in: 0...31, using: &random)
      let multiplier = multipliers[Int.random(in: multipliers.indices, using: &random)]
      guard isRequantized(Int(sum), multiplier) else { return }
    }
  }

  /// Every half of 1/64 grey level that an Int16 can be nearest to, its neighbours, and beyond.
  @Test func imageUnits() {
    let halves = (-32772...32772).lazy.flatMap { Self.around((Float($0) + 0.5) / 64) }
    let others: [Float] = [
      0, -0.0, .leastNonzeroMagnitude, 512, -512, 511.99, 1e9, -1e9, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude,
    ]
    for value in Array(halves) + others {
      let expected = (ExactNumber(value) * ExactNumber(64)).integer(in: -32768...32767)
      let got = Int(FixedPoint.imageUnits(value))
      guard got == expected else {
        Issue.record("imageUnits(\(value)) is \(got), not \(expected)")
        return
      }
    }
  }

  /// Four results and what is left over are the sum; less than a whole is left over.
  @Test func average() {
    let values: [UInt8] = [0, 1, 2, 3, 4, 63, 127, 128, 252, 253, 254, 255]
    var wrong = 0
    for a in values {
      for b in values {
        for c in values {
          for d in values {
            for before in UInt32(0)...3 {
              var carry = before
              let result = Int(FixedPoint.average(a, b, c, d, carry: &carry))
              let sum = [a, b, c, d].reduce(Int(before)) { $0 + Int($1) }
              if 4 * result + Int(carry) != sum || carry > 3 { wrong += 1 }
            }
          }
        }
      }
    }
    #expect(wrong == 0)
  }
}
