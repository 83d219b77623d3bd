internal import CSystem

/// The scalar loops behind `qstyle bench`'s multiply-accumulate peak.
enum ScalarPeak {
  /// Runs 8 independent integer multiply-accumulates per iteration.
  ///
  /// - Returns: the multiply-accumulates done.
  static func u8(_ iterations: Int64) -> Int64 {
    var sums = SIMD8<Int32>(repeating: 0)
    let factor = SIMD8<Int32>(truncatingIfNeeded: SIMD8(repeating: iterations))
    for _ in 0..<iterations { sums = sums &* factor &+ factor }
    system_consume(Int64(sums.wrappedSum()))
    return iterations * 8
  }

  /// Runs 8 independent fused multiply-adds per iteration.
  ///
  /// - Returns: the multiply-accumulates done.
  static func f32(_ iterations: Int64) -> Int64 {
    var sums = SIMD8<Float>(repeating: 0)
    let factor = SIMD8<Float>(repeating: 0.5)
    for _ in 0..<iterations { sums.addProduct(factor, factor) }
    system_consume(Int64(sums.sum().bitPattern))
    return iterations * 8
  }
}
