import CImageIO
import FileOutput

/// How a file is encoded.
public struct ImageEncoding: Equatable, Sendable {
  /// The file format.
  public var format: ImageFormat
  /// zlib's compression level for PNG, 0 (none) to 9 (slowest).
  public var compressionLevel: Int
  /// Quality for JPEG, 1 to 100; colours are kept at full resolution (4:4:4).
  public var quality: Int

  /// PNG at level 4 or JPEG at quality 95.
  ///
  /// Level 4 takes half to a third of the time of zlib's own default, 6, for files that are at most
  /// 3 % larger.
  public init(_ format: ImageFormat, compressionLevel: Int = 4, quality: Int = 95) {
    precondition((0...9).contains(compressionLevel), "zlib has the levels 0...9")
    precondition((1...100).contains(quality), "JPEG has the qualities 1...100")
    self.format = format
    self.compressionLevel = compressionLevel
    self.quality = quality
  }
}

/// Writes an image as 8-bit RGB, row by row; the file appears whole or not at all (`AtomicFile`).
///
/// Samples are clamped to 0...255 and rounded to the nearest integer, ties to even; NaN becomes 0.
///
/// - Parameters:
///   - image: The image; each side at most 65500.
///   - path: The file to create or replace. Its name plays no part; see
///     `ImageFormat.init(fileName:)`.
///   - encoding: Format and compression.
/// - Throws: `ImageError.cannotWrite` with the cause, `.sideTooLong`, `.outOfMemory` or
///   `.cannotEncode`.
public func writeImage(
  _ image: RGBImage, path: String, encoding: ImageEncoding
) throws(ImageError) {
  let limit = ImageLimits.default.side
  if max(image.width, image.height) > limit { throw .sideTooLong(image.size, limit: limit) }
  var file: AtomicFile
  do { file = try AtomicFile(path: path) } catch { throw .cannotWrite(error) }
  let encoder = try ImageEncoder(size: image.size, encoding: encoding)
  var bytes = [UInt8](repeating: 0, count: 3 * image.width)
  for row in 0..<image.height {
    let start = row * bytes.count
    for index in bytes.indices { bytes[index] = rounded(image.pixels[start + index]) }
    try encoder.writeRow(bytes)
    try encoder.drain(into: &file)
  }
  try encoder.finish()
  try encoder.drain(into: &file)
  do { try file.commit() } catch { throw .cannotWrite(error) }
}

/// The nearest of 0...255, ties to even; NaN becomes 0.
private func rounded(_ sample: Float) -> UInt8 {
  guard sample > 0 else { return 0 }
  return sample < 255 ? UInt8(sample.rounded(.toNearestOrEven)) : 255
}

/// The Swift face of the C encoder.
private final class ImageEncoder {
  private let handle: OpaquePointer
  private let format: ImageFormat

  init(size: ImageSize, encoding: ImageEncoding) throws(ImageError) {
    let isPNG = encoding.format == .png
    guard
      let handle = image_encoder_create(
        isPNG ? IMAGE_PNG : IMAGE_JPEG, Int32(size.width), Int32(size.height))
    else { throw .outOfMemory }
    self.handle = handle
    format = encoding.format
    let level = isPNG ? encoding.compressionLevel : encoding.quality
    try check(image_encoder_start(handle, Int32(level)))
  }

  deinit { image_encoder_destroy(handle) }

  func writeRow(_ row: [UInt8]) throws(ImageError) {
    try check(image_encoder_write_row(handle, row))
  }

  func finish() throws(ImageError) {
    try check(image_encoder_finish(handle))
  }

  /// Moves what has been encoded to the file.
  func drain(into file: inout AtomicFile) throws(ImageError) {
    var bytes: UnsafePointer<UInt8>?
    let count = image_encoder_take(handle, &bytes)
    // SAFETY: bytes points to count bytes that live until the next call of the encoder.
    let encoded = UnsafeRawBufferPointer(start: bytes, count: count)
    do { try file.write(encoded.bytes) } catch { throw .cannotWrite(error) }
  }

  private func check(_ status: image_status) throws(ImageError) {
    switch status {
    case IMAGE_OK: return
    case IMAGE_NO_MEMORY: throw .outOfMemory
    default:
      throw .cannotEncode(format, message: String(cString: image_encoder_message(handle)))
    }
  }
}

/// Tries whether a picture could be written, and leaves everything as it was.
///
/// - Throws: `ImageError.cannotWrite`.
public func checkWritable(path: String) throws(ImageError) {
  do throws(FileOutputError) {
    _ = try AtomicFile(path: path)
  } catch {
    throw .cannotWrite(error)
  }
}
