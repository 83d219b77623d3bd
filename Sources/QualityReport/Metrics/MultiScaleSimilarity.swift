internal import CSystem
internal import ImageIO

/// The multi-scale structural similarity of Wang, Simoncelli and Bovik, "Multi-scale structural
/// similarity for image quality assessment", Asilomar Conference on Signals, Systems and Computers, 2003.
///
/// Five scales, each the 2x2 means of the one before, with the article's weights; contrast x structure
/// at every scale and luminance at the last, negative means taken as 0. On RGB it is the mean of the
/// channels.
public enum MultiScaleSimilarity {
  /// Exponents of the scales, finest first (section 3.2 of the article).
  static let weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

  /// Least side for which the window fits the coarsest scale.
  public static let leastSide = StructuralSimilarity.window << 4

  /// The similarity of two pictures of the same size, 1 for equal ones; nil where a side is shorter
  /// than `leastSide`.
  public static func mean(_ a: PixelImage, _ b: PixelImage) -> Double? {
    precondition(a.size == b.size)
    guard min(a.size.width, a.size.height) >= leastSide else { return nil }
    var sum = 0.0
    for channel in 0..<3 { sum += similarity(a.plane(channel), b.plane(channel)) }
    return sum / 3
  }

  private static func similarity(_ a: Plane, _ b: Plane) -> Double {
    var (a, b) = (a, b)
    var product = 1.0
    for scale in weights.indices {
      let means = StructuralSimilarity.means(a, b)
      let isLast = scale == weights.count - 1
      product *= pow(max(isLast ? means.similarity : means.contrast, 0), weights[scale])
      if !isLast { (a, b) = (a.halved, b.halved) }
    }
    return product
  }
}
