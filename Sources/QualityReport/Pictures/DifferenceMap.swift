internal import ImageIO

/// The difference of two pictures, as colours.
public enum DifferenceMap {
  /// Grey levels from which on the colour is the brightest.
  public static let range = 64

  /// The largest difference of a pixel's three values, in the colours of `color`.
  public static func image(_ a: PixelImage, _ b: PixelImage) -> PixelImage {
    precondition(a.size == b.size)
    let table = (0...255).map { color(min(1, Double($0) / Double(range))) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(a.bytes.count)
    for pixel in stride(from: 0, to: a.bytes.count, by: 3) {
      var largest = 0
      for i in pixel..<pixel + 3 { largest = max(largest, abs(Int(a.bytes[i]) - Int(b.bytes[i]))) }
      let color = table[largest]
      bytes.append(color.red)
      bytes.append(color.green)
      bytes.append(color.blue)
    }
    return PixelImage(size: a.size, bytes: bytes)
  }

  /// What a difference is multiplied by in `amplified`.
  public static let factor = 8

  /// The absolute difference of each value, times `factor`, 255 where that is more.
  ///
  /// - Parameters:
  ///   - a: a picture.
  ///   - b: another of the same size.
  /// - Returns: a picture of their size.
  public static func amplified(_ a: PixelImage, _ b: PixelImage) -> PixelImage {
    precondition(a.size == b.size)
    let bytes = a.bytes.indices.map { i in
      UInt8(min(255, factor * abs(Int(a.bytes[i]) - Int(b.bytes[i]))))
    }
    return PixelImage(size: a.size, bytes: bytes)
  }

  /// A colour for 0...1 whose lightness rises steadily: black, violet, orange, pale yellow.
  public static func color(_ value: Double) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let stops: [(Double, Double, Double)] = [
      (0, 0, 4), (66, 10, 104), (147, 38, 103), (221, 81, 58), (252, 165, 10), (252, 255, 164),
    ]
    let place = max(0, min(1, value)) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let share = place - Double(index)
    let (from, to) = (stops[index], stops[index + 1])
    func mix(_ a: Double, _ b: Double) -> UInt8 { nearestByte(Float(a + share * (b - a))) }
    return (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
  }
}
