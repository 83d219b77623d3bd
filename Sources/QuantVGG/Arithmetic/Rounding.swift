/// The rounding and saturation rules of the numeric contract, in scalar form.
///
/// Every kernel of every instruction set gives exactly these results.
package enum FixedPoint {
  /// Fixed-point units of the image per grey level: an Int16 pixel is `x * 64`.
  package static let imageUnitsPerLevel: Float = 64

  /// Gradients whose largest magnitude is below 2^-100 are stored as zero, so that 127 / m stays finite.
  package static let smallestGradient = Float(sign: .plus, exponent: -100, significand: 1)

  /// Nearest integer, ties to even.
  ///
  /// From 2^23 to 2^24 a Float32 has no fraction: the addition rounds, as IEEE 754 does by default.
  ///
  /// - Parameter value: in [-2^22, 2^22].
  /// - Returns: the integer.
  package static func nearestEven(_ value: Float) -> Int32 {
    let shift: Float = 0x1.8p23
    return Int32((value + shift) - shift)
  }

  /// Nearest integers of four values, as of one.
  @inline(__always)
  static func nearestEven(_ values: SIMD4<Float>) -> SIMD4<Int32> {
    // The sum's last bits are the integer's.
    let shift = SIMD4<Float>(repeating: 0x1.8p23)
    return unsafe unsafeBitCast(values + shift, to: SIMD4<Int32>.self)
      &- unsafeBitCast(shift, to: SIMD4<Int32>.self)
  }

  /// An exact convolution sum as an activation: scale, clamp (the clamp at 0 is the ReLU), round.
  ///
  /// Clamping comes first; as 0 and 255 are integers this equals rounding first, and the conversion
  /// to an integer can not overflow.
  ///
  /// - Parameters:
  ///   - sum: products and bias, any Int32; converted to Float32 with one rounding.
  ///   - multiplier: input scale * weight scale / output scale, finite and not negative.
  /// - Returns: the activation in 0...255, in units of the layer's output scale.
  package static func requantize(_ sum: Int32, multiplier: Float) -> UInt8 {
    activation(Float(sum) * multiplier)
  }

  /// A number in units of the layer's output scale as an activation: clamp (the clamp at 0 is the ReLU), round.
  ///
  /// - Parameter value: any Float32; what is not a number becomes 0.
  /// - Returns: the activation in 0...255.
  package static func activation(_ value: Float) -> UInt8 {
    let clamped = value > 0 ? (value < 255 ? value : 255) : 0
    return UInt8(truncatingIfNeeded: nearestEven(clamped))
  }

  /// An image value as an Int16 in units of 1/64 grey level, saturated.
  ///
  /// - Parameter value: RGB minus mean, any finite Float32.
  /// - Returns: the value in -32768...32767.
  package static func imageUnits(_ value: Float) -> Int16 {
    let scaled = value * imageUnitsPerLevel
    let clamped = scaled > -32768 ? (scaled < 32767 ? scaled : 32767) : -32768
    return Int16(truncatingIfNeeded: nearestEven(clamped))
  }

  /// 2x2 average of activations; the scale stays the same.
  ///
  /// What is left over, 0...3 quarters, goes to the channel's next pixel in the row: the error has no
  /// mean and little of low frequencies (error diffusion, Floyd and Steinberg 1976, along the row).
  package static func average(
    _ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, carry: inout UInt32
  ) -> UInt8 {
    let sum = UInt32(a) + UInt32(b) + UInt32(c) + UInt32(d) + carry
    carry = sum & 3
    return UInt8(truncatingIfNeeded: sum >> 2)
  }
}
