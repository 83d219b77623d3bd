internal import CImageIO
internal import CSystem
internal import FileOutput

/// A picture file format.
public enum ImageFormat: Sendable, Equatable {
  /// 8-bit RGB PNG.
  case png
  /// JPEG of quality 95 without chroma subsampling.
  case jpeg

  /// The format that a file name asks for by its ending: .png, .jpg or .jpeg in any case; nil otherwise.
  public init?(fileName: String) {
    let name = fileName.lowercased()
    if name.hasSuffix(".png") {
      self = .png
    } else if name.hasSuffix(".jpg") || name.hasSuffix(".jpeg") {
      self = .jpeg
    } else {
      return nil
    }
  }
}

/// Writes a picture under its name when it is complete; an existing file is replaced only then.
///
/// - Parameters:
///   - pixels: `[height][width][3]`; `offset` is added per channel, then values are clamped to
///     0...255 and rounded to nearest even. Rows are converted one by one.
///   - path: the target; the format is `format`, whatever its ending.
/// - Throws: `ImageError.output` and `.noMemory`.
public func writeImage(
  _ pixels: UnsafeBufferPointer<Float>, size: ImageSize,
  offset: (red: Float, green: Float, blue: Float) = (0, 0, 0), format: ImageFormat,
  to path: String
) throws(ImageError) {
  precondition(pixels.count == size.width * size.height * 3)
  do throws(FileOutputError) {
    let file = try AtomicFile(path: path)
    try encode(pixels, size: size, offset: offset, format: format, descriptor: file.descriptor)
    try file.commit()
  } catch {
    throw .output(error)
  }
}

private func encode(
  _ pixels: UnsafeBufferPointer<Float>, size: ImageSize,
  offset: (red: Float, green: Float, blue: Float), format: ImageFormat, descriptor: Int32
) throws(FileOutputError) {
  var failure = image_failure()
  let code = format == .png ? IMAGE_PNG : IMAGE_JPEG
  guard
    let writer = image_writer_open(
      descriptor, Int32(code.rawValue), Int32(size.width), Int32(size.height), 95, &failure)
  else { throw .write(errno: failure.system_error == 0 ? ENOMEM : failure.system_error) }
  let offsets = [offset.red, offset.green, offset.blue]
  var row = [UInt8](repeating: 0, count: size.width * 3)
  for y in 0..<size.height {
    for i in row.indices {
      let value = pixels[y * row.count + i] + offsets[i % 3]
      // A value that is not a number becomes 0.
      let clamped = value > 0 ? (value < 255 ? value : 255) : 0
      row[i] = UInt8(clamped.rounded(.toNearestOrEven))
    }
    guard image_writer_next(writer, row, &failure) == Int32(IMAGE_OK.rawValue) else {
      image_writer_abandon(writer)
      throw .write(errno: failure.system_error == 0 ? EIO : failure.system_error)
    }
  }
  guard image_writer_finish(writer, &failure) == Int32(IMAGE_OK.rawValue) else {
    throw .write(errno: failure.system_error == 0 ? EIO : failure.system_error)
  }
}
