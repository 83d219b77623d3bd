internal import QuantVGG
internal import Rows

/// A picture of noise that uses all of a network.
///
/// Squares of 1 to 64 pixels in random colours are added up, with the contrast of a photograph. Its statistics do
/// not depend on its size.
enum NoisePicture {
  /// Sides of the squares, each half as bright again in energy as the one before.
  private static let sides = 7
  /// Standard deviations of the sum between middle grey and black or white; what lies beyond is cut off.
  private static let deviations: Float = 2.4

  /// Fills `[height][width][3]`, RGB minus mean.
  static func fill(_ image: MemorySlice<Float>, width: Int) {
    var energy: Float = 0
    for level in 0..<sides { energy += Float(1 << level) / 3 }
    let gain = 127.5 / (deviations * energy.squareRoot())
    let mean = NetworkTable.mean
    for pixel in 0..<image.count / 3 {
      let (y, x) = (pixel / width, pixel % width)
      for c in 0..<3 {
        var sum: Float = 0
        for level in 0..<sides {
          let square = UInt64(y >> level) << 32 | UInt64(x >> level)
          var random = SplitMix64(seed: square &* 31 &+ UInt64(8 * c + level) << 58 ^ square)
          sum += (2 * random.nextUnit() - 1) * Float(1 << level).squareRoot()
        }
        let grey = min(max(127.5 + gain * sum, 0), 255)
        image[3 * pixel + c] = grey - (c == 0 ? mean.red : c == 1 ? mean.green : mean.blue)
      }
    }
  }
}
