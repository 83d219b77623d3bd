import CImageIO

/// What the header of an image file tells.
public struct ImageInfo: Equatable, Sendable {
  /// The file format, told by the content.
  public let format: ImageFormat
  /// Width and height as a viewer shows the image, after its EXIF orientation.
  public let size: ImageSize
  /// Bits per sample as stored: 1, 2, 4, 8 or 16.
  public let bitsPerSample: Int
  /// Whether there is transparency, which is read as if on white paper.
  public let hasAlpha: Bool
  /// Whether decoding holds the whole image: interlaced PNG and progressive JPEG.
  public let needsWholeImage: Bool
  /// EXIF orientation 1...8; 1 where the file has none.
  public let orientation: Int
}

/// Reads the header of a PNG or JPEG file.
///
/// - Parameters:
///   - path: The file.
///   - limits: Sizes beyond them are refused, as `readImage` does.
/// - Returns: Format, upright size and what else the header tells.
/// - Throws: `ImageError`; damage after the header is not seen here.
public func readImageInfo(
  path: String, limits: ImageLimits = .default
) throws(ImageError) -> ImageInfo {
  let decoder = try ImageDecoder(path: path, limits: limits)
  let transposed = decoder.orientation.isTransposed
  return ImageInfo(
    format: decoder.format,
    size: transposed ? decoder.storedSize.transposed : decoder.storedSize,
    bitsPerSample: Int(decoder.header.bits), hasAlpha: decoder.header.channels % 2 == 0,
    needsWholeImage: decoder.header.needs_whole_image != 0,
    orientation: Int(decoder.orientation.rawValue))
}

/// Reads a PNG or JPEG file as RGB, upright and in the wanted size.
///
/// The file is decoded and resized row by row: apart from the result, memory grows with its width
/// only, unless `ImageInfo.needsWholeImage`. Grey becomes RGB, transparency is put on white, 16
/// bits keep their precision, and gamma and colour profiles are ignored. The result has the same
/// bits on every machine.
///
/// - Parameters:
///   - path: The file; what it is called plays no part.
///   - size: The wanted size, after the EXIF orientation.
///   - limits: Sizes beyond them are refused before memory is asked for.
/// - Returns: [height][width][3] samples in 0...255.
/// - Throws: `ImageError`, also for a file that is cut off or damaged anywhere.
public func readImage(
  path: String, size: RequestedSize = .original, limits: ImageLimits = .default
) throws(ImageError) -> RGBImage {
  let decoder = try ImageDecoder(path: path, limits: limits)
  let stored = decoder.storedSize
  let orientation = decoder.orientation
  let result = size.applied(to: orientation.isTransposed ? stored.transposed : stored)
  try limits.check(result: result)
  // The rows are resized as they are stored and placed upright.
  let target = orientation.isTransposed ? result.transposed : result
  let denominator = reduction(of: stored, to: target, format: decoder.format)
  let divisor = Double(denominator)
  let input = ImageSize(
    width: (stored.width + denominator - 1) / denominator,
    height: (stored.height + denominator - 1) / denominator)
  try decoder.start(denominator: denominator)

  let samples = SampleFormat(decoder.header)
  var bytes = [UInt8](repeating: 0, count: input.width * samples.bytesPerPixel)
  var row = [Float](repeating: 0, count: 3 * input.width)
  var resizer = RowResizer(
    input: input, extent: (Double(stored.width) / divisor, Double(stored.height) / divisor),
    output: target)
  var placement = Placement(orientation: orientation, size: target)
  for _ in 0..<input.height {
    try decoder.readRow(&bytes)
    samples.convert(bytes, to: &row)
    row.withUnsafeBufferPointer { row in
      resizer.append(row) { index, completed in placement.place(completed, row: index) }
    }
  }
  try decoder.finish()
  return RGBImage(size: result, pixels: placement.pixels)
}

/// How much smaller the JPEG decoder may make the image itself: at least twice the target must be
/// left for the resize.
private func reduction(of stored: ImageSize, to target: ImageSize, format: ImageFormat) -> Int {
  guard format == .jpeg else { return 1 }
  for denominator in [8, 4, 2]
  where stored.width >= 2 * denominator * target.width
    && stored.height >= 2 * denominator * target.height
  {
    return denominator
  }
  return 1
}

/// The result's pixels, filled row by row in stored order and upright whatever the orientation.
private struct Placement {
  private(set) var pixels: [Float]
  /// Where the first sample of the stored image goes, and the distances between stored columns and
  /// rows.
  private let origin, columnStride, rowStride: Int

  init(orientation: Orientation, size: ImageSize) {
    pixels = [Float](repeating: 0, count: 3 * size.pixelCount)
    let columnPitch = orientation.isTransposed ? 3 * size.height : 3
    let rowPitch = orientation.isTransposed ? 3 : 3 * size.width
    columnStride = orientation.reversesColumns ? -columnPitch : columnPitch
    rowStride = orientation.reversesRows ? -rowPitch : rowPitch
    origin =
      (orientation.reversesColumns ? (size.width - 1) * columnPitch : 0)
      + (orientation.reversesRows ? (size.height - 1) * rowPitch : 0)
  }

  mutating func place(_ samples: UnsafeBufferPointer<Float>, row: Int) {
    var destination = origin + row * rowStride
    for source in stride(from: 0, to: samples.count, by: 3) {
      pixels[destination] = samples[source]
      pixels[destination + 1] = samples[source + 1]
      pixels[destination + 2] = samples[source + 2]
      destination += columnStride
    }
  }
}
