internal import CSystem
internal import ImageIO

/// The distance between two pictures of the same size, value by value.
public struct PixelDifference: Sendable {
  /// The value that differs most, the first in reading order of several.
  public struct Worst: Sendable, Equatable {
    /// Column and row of its pixel, from the top left corner.
    public let x, y: Int
    /// 0, 1 and 2 for red, green and blue.
    public let channel: Int
    /// The value in both pictures.
    public let first, second: UInt8
  }

  /// Mean of the squared differences over all values.
  public let meanSquare: Double
  /// Mean of the absolute differences, in grey levels.
  public let mean: Double
  /// Largest absolute difference, in grey levels.
  public let largest: Int
  /// The place of the largest one.
  public let worst: Worst
  /// By absolute difference, how many values have it.
  private let counts: [Int]

  /// Compares two pictures.
  public init(_ a: PixelImage, _ b: PixelImage) {
    precondition(a.size == b.size)
    var counts = [Int](repeating: 0, count: 256)
    var (largest, place) = (-1, 0)
    for i in a.bytes.indices {
      let difference = abs(Int(a.bytes[i]) - Int(b.bytes[i]))
      counts[difference] += 1
      if difference > largest { (largest, place) = (difference, i) }
    }
    var (squares, sum) = (0, 0)
    for (difference, count) in counts.enumerated() {
      squares += difference * difference * count
      sum += difference * count
    }
    let count = Double(a.bytes.count)
    meanSquare = Double(squares) / count
    mean = Double(sum) / count
    self.largest = largest
    let pixel = place / 3
    worst = Worst(
      x: pixel % a.size.width, y: pixel / a.size.width, channel: place % 3,
      first: a.bytes[place], second: b.bytes[place])
    self.counts = counts
  }

  /// The least absolute difference that a share of all values does not exceed, in grey levels: numpy's `percentile`
  /// with the method "inverted_cdf".
  ///
  /// - Parameter share: in 0...1.
  /// - Returns: grey levels, 0...255.
  public func percentile(_ share: Double) -> Int {
    let wanted = share * Double(counts.reduce(0, +))
    var seen = 0
    for (difference, count) in counts.enumerated() {
      seen += count
      if count > 0, Double(seen) >= wanted { return difference }
    }
    return largest
  }

  /// Peak signal-to-noise ratio in decibels, 10 log10(255^2 / MSE) over all channels as in
  /// scikit-image's `peak_signal_noise_ratio`; higher is better, infinite for equal pictures.
  public var peakSignalToNoise: Double { Self.peakSignalToNoise(meanSquare: meanSquare) }

  /// The same of a mean squared difference.
  public static func peakSignalToNoise(meanSquare: Double) -> Double {
    meanSquare > 0 ? 10 * log10(255 * 255 / meanSquare) : .infinity
  }
}
