/// A way to make weights multiples of their scales.
package enum Rounding: String, CaseIterable, Sendable {
  /// Each weight to its nearest multiple.
  case nearest
  /// So that a layer's outputs on the calibration images change least, see `Reconstruction`.
  case reconstruct
}
