/// What is compared of a style's activations and the image's at each style layer, and how much each counts
/// in Js.
public struct StyleLoss: Sendable, Equatable {
  /// Factor of the Gram matrices' difference, >= 0.
  public var gram: Double
  /// Factor of the difference of means and standard deviations, >= 0 (`MomentTerm`).
  public var moments: Double
  /// Factor of the distance to activations with the style's histogram, >= 0 (`HistogramTerm`).
  public var histogram: Double

  /// Factors, of which one at least is above 0; Gram matrices alone are the article's loss.
  ///
  /// - Parameters:
  ///   - gram: of the Gram matrices' difference, >= 0.
  ///   - moments: of the difference of means and standard deviations, >= 0.
  ///   - histogram: of the distance to the style's histogram, >= 0.
  public init(gram: Double = 1, moments: Double = 0, histogram: Double = 0) {
    self.gram = gram
    self.moments = moments
    self.histogram = histogram
  }
}
