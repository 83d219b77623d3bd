internal import CSystem
internal import ImageIO

/// The structural similarity of Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from
/// error visibility to structural similarity", IEEE Transactions on Image Processing 13 (4), 2004.
///
/// A Gaussian window of 11x11 pixels and sigma 1.5, population covariances, K1 = 0.01, K2 = 0.03, range
/// 255; only windows that lie within the picture count. On RGB it is the mean of the channels. This is
/// scikit-image's `structural_similarity` with `gaussian_weights=True, sigma=1.5,
/// use_sample_covariance=False, channel_axis=-1, data_range=255`.
public enum StructuralSimilarity {
  /// Side of the window.
  public static let window = 11

  /// The mean similarity of two pictures of the same size, 1 for equal ones; nil where they are
  /// smaller than the window.
  public static func mean(_ a: PixelImage, _ b: PixelImage) -> Double? {
    precondition(a.size == b.size)
    guard min(a.size.width, a.size.height) >= window else { return nil }
    var sum = 0.0
    for channel in 0..<3 { sum += means(a.plane(channel), b.plane(channel)).similarity }
    return sum / 3
  }

  /// Means over all windows of a plane.
  struct Means {
    /// Of luminance x contrast x structure.
    var similarity = 0.0
    /// Of contrast x structure alone.
    var contrast = 0.0
  }

  static func means(_ a: Plane, _ b: Plane) -> Means {
    let weights = gaussian
    let columns = a.width - window + 1
    // A ring of as many rows as the window has, each filtered along itself.
    var ring = [Moments](repeating: Moments(), count: window * columns)
    var means = Means()
    for y in 0..<a.height {
      let first = y % window * columns
      for x in 0..<columns {
        var moments = Moments()
        let start = y * a.width + x
        for i in 0..<window {
          moments.add(Double(a.values[start + i]), Double(b.values[start + i]), weights[i])
        }
        ring[first + x] = moments
      }
      guard y >= window - 1 else { continue }
      for x in 0..<columns {
        var moments = Moments()
        for i in 0..<window {
          moments.add(ring[(y + 1 + i) % window * columns + x], weights[i])
        }
        let (luminance, contrast) = moments.terms
        means.similarity += luminance * contrast
        means.contrast += contrast
      }
    }
    let count = Double(columns * (a.height - window + 1))
    return Means(similarity: means.similarity / count, contrast: means.contrast / count)
  }

  /// Weights of the window along one axis; their sum is 1.
  private static let gaussian: [Double] = {
    let sigma = 1.5
    let raw = (0..<window).map { i in
      let x = Double(i - window / 2)
      return exp(-x * x / (2 * sigma * sigma))
    }
    let sum = raw.reduce(0, +)
    return raw.map { $0 / sum }
  }()

  /// Weighted means of two signals, their squares and their product.
  private struct Moments {
    private var (a, b, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0)

    mutating func add(_ x: Double, _ y: Double, _ weight: Double) {
      a += weight * x
      b += weight * y
      aa += weight * x * x
      bb += weight * y * y
      ab += weight * x * y
    }

    mutating func add(_ other: Moments, _ weight: Double) {
      a += weight * other.a
      b += weight * other.b
      aa += weight * other.aa
      bb += weight * other.bb
      ab += weight * other.ab
    }

    /// Luminance, and contrast x structure (equation 13 of the article).
    var terms: (luminance: Double, contrast: Double) {
      let (c1, c2) = (0.01 * 255 * 0.01 * 255, 0.03 * 255 * 0.03 * 255)
      let luminance = (2 * a * b + c1) / (a * a + b * b + c1)
      let contrast = (2 * (ab - a * b) + c2) / (aa - a * a + (bb - b * b) + c2)
      return (luminance, contrast)
    }
  }
}
