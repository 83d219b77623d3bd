package import CQuantKernels

/// An instruction set that the engine has kernels for.
///
/// The choice never changes a result, only the time it takes.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// Portable Swift: the specification of all others.
  case scalar
  /// x86-64 with AVX2 and FMA.
  case avx2
  /// x86-64 with 256-bit 8-bit dot products (AVX-VNNI, or the same instruction of AVX-512).
  case avxvnni
  /// x86-64 with AVX-512 and its 8-bit dot products (VNNI).
  case avx512vnni
  /// x86-64 with 8-bit products of matrices in registers (AMX), besides AVX-512 with VNNI.
  case amx
  /// Baseline ARMv8-A (Cortex-A53, Cortex-A72).
  case neon
  /// ARMv8.2-A with 8-bit dot products (Cortex-A76).
  case dotprod
  /// ARMv8.6-A with 8-bit matrix products.
  case i8mm

  /// The best instruction set of this machine.
  public static var best: InstructionSet { InstructionSet(qv_detect_isa()) }

  /// Whether this machine runs the kernels of this instruction set.
  public var isAvailable: Bool {
    let best = Self.best
    switch self {
    case .scalar: return true
    case .avx2, .avxvnni, .avx512vnni, .amx:
      return best.isX86 && code.rawValue <= best.code.rawValue
    case .neon, .dotprod, .i8mm:
      return best != .scalar && !best.isX86 && code.rawValue <= best.code.rawValue
    }
  }

  /// Whether this processor's architecture has the instruction set at all, in this or another model.
  package var isOfThisArchitecture: Bool {
    #if arch(x86_64)
      return self == .scalar || isX86
    #elseif arch(arm64)
      return self == .scalar || !isX86
    #else
      return self == .scalar
    #endif
  }

  /// Whether it has dot products of bytes, beside which tiles gain less.
  package var hasByteDots: Bool { self != .scalar && self != .avx2 && self != .neon }

  private var isX86: Bool {
    switch self {
    case .avx2, .avxvnni, .avx512vnni, .amx: true
    case .scalar, .neon, .dotprod, .i8mm: false
    }
  }

  fileprivate var code: qv_isa {
    switch self {
    case .scalar: QV_SCALAR
    case .avx2: QV_AVX2
    case .avxvnni: QV_AVXVNNI
    case .avx512vnni: QV_AVX512VNNI
    case .amx: QV_AMX
    case .neon: QV_NEON
    case .dotprod: QV_DOTPROD
    case .i8mm: QV_I8MM
    }
  }

  private init(_ code: qv_isa) {
    switch code {
    case QV_AVX2: self = .avx2
    case QV_AVXVNNI: self = .avxvnni
    case QV_AVX512VNNI: self = .avx512vnni
    case QV_AMX: self = .amx
    case QV_NEON: self = .neon
    case QV_DOTPROD: self = .dotprod
    case QV_I8MM: self = .i8mm
    default: self = .scalar
    }
  }
}

/// The micro-kernels of one instruction set: the scalar Swift functions, overwritten by what is faster.
@safe
package struct KernelTable: @unchecked Sendable {
  // SAFETY: constant functions of C without a state.

  /// The instruction set that the kernels were selected for.
  package let instructionSet: InstructionSet
  /// The functions; see CQuantKernels.h for the contract of each.
  package let entries: qv_kernels

  /// Selects the kernels of an instruction set.
  ///
  /// - Parameter instructionSet: one that is available on this machine.
  package init(_ instructionSet: InstructionSet = .best) {
    precondition(instructionSet.isAvailable, "the machine lacks this instruction set")
    self.instructionSet = instructionSet
    var table = Self.scalar
    unsafe qv_select_kernels(instructionSet.code, &table)
    entries = table
  }

  private static var scalar: qv_kernels {
    unsafe qv_kernels(
      u8_conv_forward: { unsafe ScalarConvolution.u8Forward($0.pointee) },
      least_tile_rows: 0,
      least_tiles: 0,
      most_tiles: 0,
      u8_tile_pixels: { unsafe ScalarTiles.u8Pixels($0.pointee) },
      s8_tile_products: { unsafe ScalarTiles.s8Products($0.pointee) },
      s32_tile_requant: { unsafe ScalarTiles.s32Requant($0.pointee) },
      s16_conv_forward: { unsafe ScalarConvolution.s16Forward($0.pointee) },
      u8_image_gradient: { unsafe ScalarConvolution.u8ImageGradient($0.pointee) },
      least_gradient_tiles: 0,
      u8_tile_gradients: { unsafe ScalarGradientTiles.u8Gradients($0.pointee) },
      s32_tile_gradient: { unsafe ScalarGradientTiles.s32Gradient($0.pointee) },
      u8_gradient_windows: { unsafe ScalarGradientTiles.u8Windows($0.pointee) },
      u8_window_gradient: { unsafe ScalarGradientTiles.u8Gradient($0.pointee) },
      s8_mirror_panel: { unsafe ScalarRows.s8MirrorPanel($0.pointee) },
      u8_interleave: { unsafe ScalarLosses.u8Interleave($0.pointee) },
      u8_gram: { unsafe ScalarLosses.u8Gram($0.pointee) },
      u8_style_gradient: { unsafe ScalarLosses.u8StyleGradient($0.pointee) },
      u8_squared_difference: { unsafe ScalarLosses.u8SquaredDifference($0.pointee) },
      u8_content_gradient: { unsafe ScalarLosses.u8ContentGradient($0.pointee) },
      f32_quantize_image: { unsafe ScalarRows.f32QuantizeImage($0.pointee) },
      u8_pool_average: { unsafe ScalarRows.u8PoolAverage($0.pointee) },
      u8_pool_max: { unsafe ScalarRows.u8PoolMax($0.pointee) },
      u8_quantize_gradient: { unsafe ScalarRows.u8QuantizeGradient($0.pointee) },
      u8_unpool_max: { unsafe ScalarRows.u8UnpoolMax($0.pointee) },
      f32_unpool_average: { unsafe ScalarRows.f32UnpoolAverage($0.pointee) },
      f32_dot: { unsafe ScalarConvolution.f32Dot($0.pointee) },
      f32_gram: { unsafe ScalarLosses.f32Gram($0.pointee) },
      u8_mac_peak: { ScalarPeak.u8($0) },
      f32_mac_peak: { ScalarPeak.f32($0) })
  }
}
