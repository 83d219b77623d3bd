import CImageIO
public import FileNames

/// The facts in the header of an image file.
public struct ImageInfo: Equatable, Sendable {
  /// The file format, told by the content.
  public let format: ImageFormat
  /// Width and height as a viewer shows the image, after its EXIF orientation.
  public let size: ImageSize
  /// Bits per sample as stored: 1, 2, 4, 8 or 16.
  public let bitsPerSample: Int
  /// Whether there is transparency, which is read as if on white paper.
  public let hasAlpha: Bool
  /// Whether decoding holds the whole image: interlaced PNG, progressive JPEG and WebP.
  public let needsWholeImage: Bool
  /// Whether the file says that its colours are other than sRGB, so that they are converted.
  public let convertsColors: Bool
  /// EXIF orientation 1...8; 1 where the file has none.
  public let orientation: Int
}

/// Reads the header of a PNG, JPEG or WebP file.
///
/// - Parameters:
///   - path: The file.
///   - limits: Sizes beyond them are refused, as `readImage` does.
/// - Returns: Format, upright size and what else the header tells.
/// - Throws: `ImageError`; damage after the header is not seen here.
public func readImageInfo(
  path: FilePath, limits: ImageLimits = .default
) throws(ImageError) -> ImageInfo {
  try ImageReader(path: path, limits: limits).info
}

/// Reads a PNG, JPEG or WebP file as sRGB, upright and in the wanted size, as `ImageReader` does.
///
/// - Parameters:
///   - path: The file; what it is called plays no part.
///   - size: The wanted size, after the EXIF orientation.
///   - limits: Sizes beyond them are refused before memory is asked for.
///   - warn: Called with each warning once the file was read.
/// - Returns: [height][width][3] samples in 0...255.
/// - Throws: `ImageError`, also for a file that is cut off or damaged anywhere.
public func readImage(
  path: FilePath, size: RequestedSize = .original, limits: ImageLimits = .default,
  warn: (ImageWarning) -> Void = { _ in }
) throws(ImageError) -> RGBImage {
  let reader = try ImageReader(path: path, limits: limits)
  let result = size.applied(to: reader.info.size)
  try limits.check(result: result)
  var pixels = [Float](repeating: 0, count: 3 * result.pixelCount)
  var span = pixels.mutableSpan
  try reader.read(into: &span, size: result)
  for warning in reader.warnings { warn(warning) }
  return RGBImage(size: result, pixels: pixels)
}

/// An open PNG, JPEG or WebP file: the header at once, the samples when there is room for them.
///
/// The file is decoded and resized row by row: apart from the result, memory grows with its width
/// only, unless `ImageInfo.needsWholeImage`. Grey becomes RGB, transparency is put on white, and 16
/// bits keep their precision.
///
/// Colours are converted to sRGB before all else, with the perceptual intent, where the file says what
/// they are: by an ICC profile, or in a PNG by cICP, iCCP, sRGB, gAMA and cHRM, in this order. What
/// sRGB cannot show is clipped. A file that says nothing, or that is sRGB within one
/// level, keeps its samples, and then the result has the same bits on every machine.
public final class ImageReader {
  /// The facts in the header.
  public let info: ImageInfo
  let decoder: ImageDecoder
  let limits: ImageLimits

  /// Opens a file, which may be a pipe, and reads its header.
  ///
  /// - Parameters:
  ///   - path: The file; what it is called plays no part.
  ///   - limits: Sizes beyond them are refused before memory is asked for.
  /// - Throws: `ImageError`; damage after the header is not seen here.
  public init(path: FilePath, limits: ImageLimits = .default) throws(ImageError) {
    decoder = try ImageDecoder(path: path, limits: limits)
    self.limits = limits
    let transposed = decoder.orientation.isTransposed
    info = ImageInfo(
      format: decoder.format,
      size: transposed ? decoder.storedSize.transposed : decoder.storedSize,
      bitsPerSample: Int(decoder.header.bits), hasAlpha: decoder.header.channels % 2 == 0,
      needsWholeImage: decoder.header.needs_whole_image != 0,
      convertsColors: decoder.header.converts_colors != 0,
      orientation: Int(decoder.orientation.rawValue))
  }

  /// What is to be said about the file: of its header at once, of all of it after `read`.
  public var warnings: [ImageWarning] { decoder.warnings }

  /// Decodes the samples into the caller's memory; may be called once.
  ///
  /// - Parameters:
  ///   - pixels: Receives [height][width][3] samples in 0...255, less `offset`.
  ///   - size: The wanted size, after the EXIF orientation.
  ///   - offset: What is taken from red, green and blue, such as a mean.
  ///   - transposed: Makes it [width][height][3]: the picture's columns one after the other.
  /// - Throws: `ImageError`, also for a file that is cut off or damaged anywhere.
  public func read(
    into pixels: inout MutableSpan<Float>, size: ImageSize,
    subtracting offset: (red: Float, green: Float, blue: Float) = (0, 0, 0),
    transposed: Bool = false
  ) throws(ImageError) {
    try limits.check(result: size)
    precondition(pixels.count >= 3 * size.pixelCount, "there is room for the result")
    let orientation = decoder.orientation
    // The rows are resized as they are stored and placed upright.
    let target = orientation.isTransposed ? size.transposed : size
    let placement = Placement(
      orientation: orientation, size: target, transposed: transposed, channels: 3)
    var rows = try StoredRows(self, target: target)
    while try rows.advance() {
      placement.placeRows(of: &rows.resizer, subtracting: offset, into: &pixels)
    }
  }
}

extension RGBImage {
  /// Most bytes that `read` has in use beside its result: the resizer's open rows and weights.
  ///
  /// - Parameter size: The size that `read` will be asked for.
  /// - Returns: Bytes.
  public func readingBytes(size: ImageSize) -> Int {
    RowResizer.bytes(from: self.size, to: size)
  }

  /// Resizes the samples into the caller's memory, as `ImageReader.read` does a file's.
  ///
  /// - Parameters:
  ///   - pixels: Receives [height][width][3] samples in 0...255, less `offset`.
  ///   - size: The wanted size.
  ///   - offset: What is taken from red, green and blue, such as a mean.
  ///   - transposed: Makes it [width][height][3]: the picture's columns one after the other.
  /// - Throws: `ImageError.resultTooLarge`.
  public func read(
    into pixels: inout MutableSpan<Float>, size: ImageSize,
    subtracting offset: (red: Float, green: Float, blue: Float) = (0, 0, 0),
    transposed: Bool = false
  ) throws(ImageError) {
    try ImageLimits.default.check(result: size)
    precondition(pixels.count >= 3 * size.pixelCount, "there is room for the result")
    var resizer = RowResizer(
      input: self.size, extent: (Double(width), Double(height)), output: size)
    let placement = Placement(
      orientation: .topLeft, size: size, transposed: transposed, channels: 3)
    for row in 0..<height {
      resizer.append(self.pixels.span.extracting(3 * width * row..<3 * width * (row + 1)))
      placement.placeRows(of: &resizer, subtracting: offset, into: &pixels)
    }
  }
}
