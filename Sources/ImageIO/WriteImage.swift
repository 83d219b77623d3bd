public import FileNames
import FileOutput

/// The encoding of a file.
public struct ImageEncoding: Equatable, Sendable {
  /// The file format.
  public var format: ImageFormat
  /// zlib's compression level for PNG, 0 (none) to 9 (slowest).
  public var compressionLevel: Int
  /// Quality for JPEG, 1 to 100; colours are kept at full resolution (4:4:4).
  public var quality: Int

  /// A format with PNG at level 4 and JPEG at quality 95, unless an argument is given.
  ///
  /// Level 4 takes half to a third of the time of zlib's own default, 6, for files that are at most
  /// 3 % larger.
  ///
  /// - Parameters:
  ///   - format: The file format.
  ///   - compressionLevel: zlib's for PNG, 0 (none) to 9 (slowest).
  ///   - quality: For JPEG, 1 to 100.
  public init(_ format: ImageFormat, compressionLevel: Int = 4, quality: Int = 95) {
    precondition((0...9).contains(compressionLevel), "zlib has the levels 0...9")
    precondition((1...100).contains(quality), "JPEG has the qualities 1...100")
    self.format = format
    self.compressionLevel = compressionLevel
    self.quality = quality
  }
}

/// Writes an image as 8-bit RGB; the file appears whole or not at all (`AtomicFile`).
///
/// As `writeImage(_:size:offset:path:encoding:)`, for samples in 0...255.
///
/// - Parameters:
///   - image: The image; each side at most 65500.
///   - path: The file to create or replace.
///   - encoding: Format and compression.
/// - Throws: `ImageError.cannotWrite` with the cause, `.sideTooLong`, `.outOfMemory` or
///   `.cannotEncode`.
public func writeImage(
  _ image: RGBImage, path: FilePath, encoding: ImageEncoding
) throws(ImageError) {
  try writeImage(image.pixels.span, size: image.size, path: path, encoding: encoding)
}

/// Writes samples as 8-bit RGB, row by row; the file appears whole or not at all (`AtomicFile`).
///
/// Samples plus `offset` are clamped to 0...255 and rounded to the nearest integer, ties to even;
/// NaN becomes 0. Only one row of bytes is held.
///
/// - Parameters:
///   - pixels: [height][width][3] samples.
///   - size: Width and height; each side at most 65500.
///   - offset: What is added to red, green and blue, such as a mean that was subtracted before.
///   - transposed: Whether the samples are [width][height][3] instead.
///   - path: The file to create or replace. Its name plays no part; see
///     `ImageFormat.init(fileName:)`.
///   - encoding: Format and compression.
/// - Throws: `ImageError.cannotWrite` with the cause, `.sideTooLong`, `.outOfMemory` or
///   `.cannotEncode`.
public func writeImage(
  _ pixels: Span<Float>, size: ImageSize,
  offset: (red: Float, green: Float, blue: Float) = (0, 0, 0), transposed: Bool = false,
  path: FilePath, encoding: ImageEncoding
) throws(ImageError) {
  precondition(pixels.count == 3 * size.pixelCount, "an RGB image has three samples a pixel")
  let writer = try ImageWriter(path: path, size: size, encoding: encoding)
  var bytes = [UInt8](repeating: 0, count: 3 * size.width)
  for row in 0..<size.height {
    roundRow(row, of: pixels, size: size, offset: offset, transposed: transposed, into: &bytes)
    try writer.write(bytes)
  }
  try writer.finish()
}

/// Rounds a row of samples, as `writeImage` describes them, to the `3 * size.width` bytes from `first` on.
package func roundRow(
  _ row: Int, of pixels: Span<Float>, size: ImageSize,
  offset: (red: Float, green: Float, blue: Float), transposed: Bool, into bytes: inout [UInt8],
  at first: Int = 0
) {
  var source = row * (transposed ? 3 : 3 * size.width)
  for red in stride(from: first, to: first + 3 * size.width, by: 3) {
    bytes[red] = nearestByte(pixels[source] + offset.red)
    bytes[red + 1] = nearestByte(pixels[source + 1] + offset.green)
    bytes[red + 2] = nearestByte(pixels[source + 2] + offset.blue)
    source += transposed ? 3 * size.height : 3
  }
}

/// The nearest of 0...255, ties to even; NaN becomes 0.
package func nearestByte(_ sample: Float) -> UInt8 {
  guard sample > 0 else { return 0 }
  return sample < 255 ? UInt8(sample.rounded(.toNearestOrEven)) : 255
}

/// Tries whether a picture could be written, and leaves everything as it was.
///
/// - Throws: `ImageError.cannotWrite`.
public func checkWritable(path: FilePath) throws(ImageError) {
  do throws(FileOutputError) {
    try AtomicFile.check(path: path)
  } catch {
    throw .cannotWrite(error)
  }
}
