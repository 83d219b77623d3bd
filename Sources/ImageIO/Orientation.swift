/// How a stored picture has to be turned and mirrored to be seen upright (EXIF 2.3, tag 0x0112).
struct Orientation: Equatable {
  /// 1 as stored, 2 mirrored, 3 half turn, 4 flipped, 5 transposed, 6 quarter turn clockwise,
  /// 7 transversed, 8 quarter turn anticlockwise.
  let exif: Int

  /// Whether columns become rows.
  var swapsSides: Bool { exif >= 5 }

  /// Turns a picture that was stored with this orientation upright.
  func apply(to image: RGBImage) -> RGBImage {
    guard exif != 1 else { return image }
    let (width, height) = (image.size.width, image.size.height)
    let size =
      swapsSides ? ImageSize(width: height, height: width) : image.size
    var pixels = [Float](repeating: 0, count: image.pixels.count)
    for y in 0..<size.height {
      for x in 0..<size.width {
        let (sx, sy): (Int, Int)
        switch exif {
        case 2: (sx, sy) = (width - 1 - x, y)
        case 3: (sx, sy) = (width - 1 - x, height - 1 - y)
        case 4: (sx, sy) = (x, height - 1 - y)
        case 5: (sx, sy) = (y, x)
        case 6: (sx, sy) = (y, height - 1 - x)
        case 7: (sx, sy) = (width - 1 - y, height - 1 - x)
        default: (sx, sy) = (width - 1 - y, x)
        }
        for c in 0..<3 {
          pixels[(y * size.width + x) * 3 + c] = image.pixels[(sy * width + sx) * 3 + c]
        }
      }
    }
    return RGBImage(size: size, pixels: pixels)
  }
}
