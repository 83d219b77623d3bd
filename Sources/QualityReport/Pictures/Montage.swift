internal import ImageIO

/// Pictures side by side in one.
public enum Montage {
  /// Pixels between pictures and around them.
  private static let gap = 8

  /// Places pictures in rows on white, each row as high as its highest picture.
  public static func image(_ rows: [[PixelImage]]) -> PixelImage {
    let heights = rows.map { $0.reduce(0) { max($0, $1.size.height) } }
    let widths = rows.map { $0.reduce(gap) { $0 + $1.size.width + gap } }
    let size = ImageSize(
      width: widths.reduce(gap, max), height: heights.reduce(gap) { $0 + $1 + gap })
    var bytes = [UInt8](repeating: 255, count: 3 * size.pixelCount)
    var top = gap
    for (row, height) in zip(rows, heights) {
      var left = gap
      for picture in row {
        for y in 0..<picture.size.height {
          let count = 3 * picture.size.width
          let target = 3 * ((top + y) * size.width + left)
          for i in 0..<count { bytes[target + i] = picture.bytes[y * count + i] }
        }
        left += picture.size.width + gap
      }
      top += height + gap
    }
    return PixelImage(size: size, bytes: bytes)
  }
}
