internal import CSystem

/// The distance between two pictures of the same size, value by value.
public struct PixelDifference: Sendable {
  /// Mean of the squared differences over all values.
  public let meanSquare: Double
  /// Mean of the absolute differences, in grey levels.
  public let mean: Double
  /// Largest absolute difference, in grey levels.
  public let largest: Int

  /// Compares two pictures.
  public init(_ a: PixelImage, _ b: PixelImage) {
    precondition(a.size == b.size)
    var (squares, sum, largest) = (0, 0, 0)
    for i in a.bytes.indices {
      let difference = abs(Int(a.bytes[i]) - Int(b.bytes[i]))
      squares += difference * difference
      sum += difference
      largest = max(largest, difference)
    }
    let count = Double(a.bytes.count)
    meanSquare = Double(squares) / count
    mean = Double(sum) / count
    self.largest = largest
  }

  /// Peak signal-to-noise ratio in decibels, 10 log10(255^2 / MSE) over all channels as in
  /// scikit-image's `peak_signal_noise_ratio`; higher is better, infinite for equal pictures.
  public var peakSignalToNoise: Double {
    meanSquare > 0 ? 10 * log10(255 * 255 / meanSquare) : .infinity
  }
}
