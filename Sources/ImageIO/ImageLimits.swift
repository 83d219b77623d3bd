/// The largest image that is read; checked against the header, before memory is asked for.
public struct ImageLimits: Equatable, Sendable {
  /// The longest side of a file in pixels, at most 65500 (what libjpeg handles).
  public let side: Int
  /// Pixels of a file that is decoded row by row.
  public let pixels: Int
  /// Pixels of a file that decoding must hold whole: interlaced PNG, progressive JPEG and WebP (up to
  /// 9 bytes a pixel).
  public let wholeImagePixels: Int
  /// Pixels of the result.
  public let resultPixels: Int

  /// 65500 a side, 268 million pixels in a file or 64 million if held whole, and 268 million in the
  /// result: 16384 a side.
  public static let `default` = ImageLimits()

  /// Limits that differ from the default ones where an argument is given.
  ///
  /// - Parameters:
  ///   - side: The longest side of a file in pixels; more than 65500 counts as 65500.
  ///   - pixels: Pixels of a file that is decoded row by row.
  ///   - wholeImagePixels: Pixels of a file that decoding must hold whole.
  ///   - resultPixels: Pixels of the result.
  public init(
    side: Int = 65500, pixels: Int = 1 << 28, wholeImagePixels: Int = 1 << 26,
    resultPixels: Int = 1 << 28
  ) {
    self.side = min(side, 65500)
    self.pixels = pixels
    self.wholeImagePixels = wholeImagePixels
    self.resultPixels = resultPixels
  }

  /// Refuses a file of this size.
  func check(_ size: ImageSize, needsWholeImage: Bool) throws(ImageError) {
    if size.width > side || size.height > side { throw .sideTooLong(size, limit: side) }
    let limit = needsWholeImage ? min(pixels, wholeImagePixels) : pixels
    if size.pixelCount > limit {
      throw .tooManyPixels(size, limit: limit, needsWholeImage: needsWholeImage)
    }
  }

  /// Refuses a result of this size.
  func check(result size: ImageSize) throws(ImageError) {
    precondition(size.width > 0 && size.height > 0, "an image has at least one pixel")
    let (pixelCount, overflow) = size.width.multipliedReportingOverflow(by: size.height)
    if overflow || pixelCount > resultPixels { throw .resultTooLarge(size, limit: resultPixels) }
  }
}
