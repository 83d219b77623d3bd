/// Small floating-point numbers >= 0 of 4 bits of mantissa and a few of exponent, which end at a
/// power of two that a block of them shares.
///
/// With 3 bits of exponent a code has 7 bits and spans 2^11; with 4 bits, 8 and 2^19. The least
/// exponent is that of subnormal numbers, as in IEEE 754.
struct Minifloat {
  /// Biased Float32 exponent of the largest codes.
  let exponent: UInt8
  private let scale, inverse: Float
  private let largestCode: UInt32

  private static let mantissaBits: UInt32 = 4
  private static let shift = 23 - mantissaBits
  /// Biased exponent of the Float32 numbers whose bits the subnormal codes are.
  private static let bias: UInt32 = 112
  /// Exponents of blocks, far from where Float32 becomes subnormal or infinite itself.
  private static let exponents = 30...240

  init(exponent: UInt8, exponentBits: UInt32) {
    let bounded = min(max(Int(exponent), Self.exponents.lowerBound), Self.exponents.upperBound)
    self.exponent = UInt8(bounded)
    let power = bounded - Int(Self.bias) - ((1 << Int(exponentBits)) - 1)
    scale = Float(bitPattern: UInt32(power + 127) << 23)
    inverse = Float(bitPattern: UInt32(127 - power) << 23)
    largestCode = 1 << (exponentBits + Self.mantissaBits) - 1
  }

  /// Codes for numbers up to `largest`.
  init(largest: Float, exponentBits: UInt32) {
    self.init(
      exponent: UInt8(min(largest.bitPattern >> 23, 254)), exponentBits: exponentBits)
  }

  /// The number of a code.
  func decode(_ code: UInt8) -> Float {
    let bits = UInt32(code) << Self.shift &+ Self.bias << 23
    let number = Float(bitPattern: bits)
    let least = Float(bitPattern: Self.bias << 23)
    return (code < 16 ? 2 * (number - least) : number) * scale
  }

  /// A code next to a number: the upper one with the probability that keeps the mean.
  ///
  /// - Parameters:
  ///   - number: >= 0, not above the largest by more than its exponent.
  ///   - random: 32 uniform bits.
  /// - Returns: the code.
  func encode(_ number: Float, random: UInt32) -> UInt8 {
    let scaled = number * inverse
    let rounded = scaled.bitPattern &+ random >> (32 - Self.shift)
    let normal = rounded >> Self.shift &- Self.bias << Self.mantissaBits
    // Subnormal codes are multiples of 2^-18.
    let small = scaled * 0x1p18 + Float(random >> 8) * 0x1p-24
    let smallCode = (max(small - 0.5, 0) + 0x1p23).bitPattern & 0x1f
    let code = scaled < 0x1p-14 ? smallCode : normal
    return UInt8(truncatingIfNeeded: min(code, largestCode))
  }
}

/// Random bits that are a function of a place and a step, by the finalizer of MurmurHash3 (Appleby).
struct RandomBits {
  private let seed: UInt32

  init(step: UInt32, index: Int) {
    seed = Self.mix(UInt32(truncatingIfNeeded: index) ^ Self.mix(step))
  }

  private static func mix(_ bits: UInt32) -> UInt32 {
    var bits = bits
    bits ^= bits >> 16
    bits = bits &* 0x85eb_ca6b
    bits ^= bits >> 13
    bits = bits &* 0xc2b2_ae35
    return bits ^ bits >> 16
  }

  /// 32 bits for number `i` of a block.
  func first(_ i: Int) -> UInt32 { Self.mix(seed &+ 2 &* UInt32(truncatingIfNeeded: i)) }
  /// Others for the same number.
  func second(_ i: Int) -> UInt32 { Self.mix(seed &+ 2 &* UInt32(truncatingIfNeeded: i) &+ 1) }
}
