public import ImageIO

/// A picture as it is seen: 8-bit RGB.
public struct PixelImage: Equatable, Sendable {
  /// Width and height in pixels.
  public let size: ImageSize
  /// `[height][width][3]`.
  public let bytes: [UInt8]

  /// A picture from its samples, `[height][width][3]`.
  public init(size: ImageSize, bytes: [UInt8]) {
    precondition(bytes.count == 3 * size.pixelCount && !bytes.isEmpty)
    self.size = size
    self.bytes = bytes
  }

  /// Rounds samples in 0...255 to the nearest integers, ties to even, as the image encoder does.
  ///
  /// - Parameters:
  ///   - size: width and height.
  ///   - samples: `[height][width][3]`, or `[width][height][3]` where `transposed`.
  ///   - offset: what is added to red, green and blue.
  ///   - transposed: whether the picture's columns come one after the other.
  public init(
    size: ImageSize, samples: Span<Float>,
    offset: (red: Float, green: Float, blue: Float) = (0, 0, 0), transposed: Bool = false
  ) {
    precondition(samples.count == 3 * size.pixelCount)
    var bytes = [UInt8](repeating: 0, count: samples.count)
    for y in 0..<size.height {
      roundRow(
        y, of: samples, size: size, offset: offset, transposed: transposed, into: &bytes,
        at: 3 * size.width * y)
    }
    self.init(size: size, bytes: bytes)
  }

  /// One of the three channels.
  func plane(_ channel: Int) -> Plane {
    Plane(
      width: size.width, height: size.height,
      values: (0..<size.pixelCount).map { Float(bytes[3 * $0 + channel]) })
  }
}

extension PixelImage {
  /// The picture, halved until its longer side is at most `longest`.
  public func reduced(to longest: Int) -> PixelImage {
    var image = self
    while max(image.size.width, image.size.height) > longest,
      min(image.size.width, image.size.height) > 1
    {
      image = image.halved
    }
    return image
  }

  /// Rounded means of 2x2 pixels.
  private var halved: PixelImage {
    let half = ImageSize(width: size.width / 2, height: size.height / 2)
    var halves: [UInt8] = []
    halves.reserveCapacity(3 * half.pixelCount)
    for y in 0..<half.height {
      for x in 0..<half.width {
        for channel in 0..<3 {
          let top = 3 * (2 * y * size.width + 2 * x) + channel
          let bottom = top + 3 * size.width
          let sum =
            Int(bytes[top]) + Int(bytes[top + 3]) + Int(bytes[bottom]) + Int(bytes[bottom + 3])
          halves.append(UInt8((sum + 2) / 4))
        }
      }
    }
    return PixelImage(size: half, bytes: halves)
  }
}

/// Numbers in rows and columns.
struct Plane {
  let width, height: Int
  /// `[height][width]`.
  let values: [Float]

  /// The means of 2x2 blocks; an odd last row or column is left out.
  var halved: Plane {
    let (width, height) = (self.width / 2, self.height / 2)
    var halves: [Float] = []
    halves.reserveCapacity(width * height)
    for y in 0..<height {
      for x in 0..<width {
        let top = 2 * y * self.width + 2 * x
        let bottom = top + self.width
        halves.append(
          0.25 * (values[top] + values[top + 1] + values[bottom] + values[bottom + 1]))
      }
    }
    return Plane(width: width, height: height, values: halves)
  }
}
