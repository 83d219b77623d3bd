/// Width and height of an image in pixels.
public struct ImageSize: Equatable, Sendable {
  /// Pixels in a row.
  public var width: Int
  /// Number of rows.
  public var height: Int

  /// A size in pixels.
  ///
  /// - Parameters:
  ///   - width: Pixels in a row.
  ///   - height: Number of rows.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Width times height.
  public var pixelCount: Int { width * height }

  /// The size of the same image turned by 90 degrees.
  public var transposed: ImageSize { ImageSize(width: height, height: width) }
}

/// An image in RGB, Float32.
public struct RGBImage: Equatable, Sendable {
  /// Width and height in pixels.
  public let size: ImageSize
  /// The samples, [height][width][3], in 0...255 when they come from a file.
  public var pixels: [Float]

  /// Pixels in a row.
  public var width: Int { size.width }
  /// Number of rows.
  public var height: Int { size.height }

  /// An image of the given samples.
  ///
  /// - Parameters:
  ///   - size: Width and height, each at least 1.
  ///   - pixels: [height][width][3] samples.
  public init(size: ImageSize, pixels: [Float]) {
    precondition(size.width > 0 && size.height > 0, "an image has at least one pixel")
    precondition(pixels.count == 3 * size.pixelCount, "an RGB image has three samples a pixel")
    self.size = size
    self.pixels = pixels
  }
}
