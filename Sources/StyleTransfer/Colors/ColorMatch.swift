internal import QuantVGG
package import Rows

/// x -> A (x - s) + c, the map that gives colours of mean s and covariance S another mean c and another
/// covariance C, and changes them least (Monge's): A = S^-1/2 (S^1/2 C S^1/2)^1/2 S^-1/2.
///
/// Gatys et al., "Preserving Color in Neural Artistic Style Transfer", arXiv 1606.05897, section 3, has
/// such maps. `ridge` is added to the variances of both, so that a picture in grey has a map too.
package struct ColorMatch {
  private let matrix: Matrix3
  private let source, target: [3 of Double]

  /// 1e-5 for samples in 0...1.
  private static let ridge = 1e-5 * 255 * 255

  /// The map from the colours of one picture to those of another.
  package init(from source: ColorStatistics, to target: ColorStatistics) {
    func ridged(_ covariance: Matrix3) -> Matrix3 {
      Matrix3 { i, j in covariance[i, j] + (i == j ? Self.ridge : 0) }
    }
    let own = ridged(source.covariance)
    let root = own.mapEigenvalues { max($0, Self.ridge).squareRoot() }
    let inverse = own.mapEigenvalues { 1 / max($0, Self.ridge).squareRoot() }
    let middle = (root * ridged(target.covariance) * root).mapEigenvalues {
      max($0, 0).squareRoot()
    }
    matrix = inverse * middle * inverse
    self.source = source.mean
    self.target = target.mean
  }

  /// Maps pixels, `[count][3]` RGB minus the network's mean.
  ///
  /// - Returns: the share of samples that were clipped to 0...255, by more than half a level.
  package func apply(to pixels: MemorySlice<Float>) -> Double {
    let (bounds, mean) = (Transfer.colours, NetworkTable.meanColor)
    var clipped = 0
    for first in stride(from: 0, to: pixels.count, by: 3) {
      var centred = [3 of Double](repeating: 0)
      for i in 0..<3 {
        centred[i] = Double(pixels[first + i]) + Double(mean[i]) - source[i]
      }
      for i in 0..<3 {
        let level =
          matrix[i, 0] * centred[0] + matrix[i, 1] * centred[1] + matrix[i, 2] * centred[2]
          + target[i]
        if level < -0.5 || level > 255.5 { clipped += 1 }
        let value = Float(level - Double(mean[i]))
        pixels[first + i] = min(max(value, bounds[i].lowerBound), bounds[i].upperBound)
      }
    }
    return Double(clipped) / Double(pixels.count)
  }
}
