internal import QuantVGG

/// The type of a file's numbers, by PyTorch's name.
package enum NumberType: String, CaseIterable {
  case float16, bfloat16, float32, float64
  case float8E4M3 = "float8_e4m3fn"
  case float8E5M2 = "float8_e5m2"
  case bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, complex64, complex128

  /// Bytes of a number.
  var size: Int {
    switch self {
    case .float8E4M3, .float8E5M2, .bool, .int8, .uint8: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64, .complex64: 8
    case .complex128: 16
    }
  }

  /// Whether the numbers are real numbers with a scale of their own; others are no weights.
  package var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64, .float8E4M3, .float8E5M2: true
    default: false
    }
  }

  /// The number with these bits, as Float32: exact, of a Float64 the nearest (even where two are).
  ///
  /// - Precondition: `isFloatingPoint`.
  package func float(_ bits: UInt64) -> Float {
    let half = UInt16(truncatingIfNeeded: bits)
    switch self {
    case .float16: return Float(Float16(bitPattern: half))
    case .bfloat16: return Float(bitPattern: UInt32(half) << 16)
    case .float32: return Float(bitPattern: UInt32(truncatingIfNeeded: bits))
    case .float64: return Float(Double(bitPattern: bits))
    // The upper half of a Float16.
    case .float8E5M2: return Float(Float16(bitPattern: half << 8))
    case .float8E4M3: return Self.float8E4M3(half)
    default: preconditionFailure("integers have no scale")
    }
  }

  /// Four bits of exponent with bias 7, three of fraction, no infinity, and not a number where all are ones
  /// (Micikevicius et al., arXiv 2209.05433, table 1).
  private static func float8E4M3(_ bits: UInt16) -> Float {
    let (exponent, fraction) = (Int(bits >> 3 & 15), Float(bits & 7))
    let sign: Float = bits & 0x80 == 0 ? 1 : -1
    if bits & 0x7f == 0x7f { return .nan }
    if exponent == 0 { return sign * fraction * 0x1p-9 }
    return sign * (1 + fraction / 8) * Float(sign: .plus, exponent: exponent - 7, significand: 1)
  }
}

extension FileSlice {
  /// The number at a place in bytes, little endian; see `NumberType.float`.
  func float(_ type: NumberType, at place: Int) -> Float {
    switch type.size {
    case 1: type.float(UInt64(self[place]))
    case 2: type.float(UInt64(load(UInt16.self, at: place)))
    case 4: type.float(UInt64(load(UInt32.self, at: place)))
    default: type.float(load(UInt64.self, at: place))
    }
  }

  /// The numbers that all bytes make.
  func floats(_ type: NumberType) -> [Float] {
    if type == .float32 { return values(Float.self) }
    return stride(from: 0, to: count, by: type.size).map { float(type, at: $0) }
  }
}
