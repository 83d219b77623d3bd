import CImageIO
import FileOutput

/// The Swift face of the C encoder.
@safe
final class ImageEncoder {
  private let handle: OpaquePointer
  private let format: ImageFormat

  init(size: ImageSize, encoding: ImageEncoding) throws(ImageError) {
    let isPNG = encoding.format == .png
    guard
      let handle = unsafe image_encoder_create(
        isPNG ? IMAGE_PNG : IMAGE_JPEG, Int32(size.width), Int32(size.height))
    else { throw .outOfMemory }
    unsafe self.handle = unsafe handle
    format = encoding.format
    let level = isPNG ? encoding.compressionLevel : encoding.quality
    try unsafe check(image_encoder_start(handle, Int32(level)))
  }

  deinit { unsafe image_encoder_destroy(handle) }

  func writeRow(_ row: [UInt8]) throws(ImageError) {
    try unsafe check(image_encoder_write_row(handle, row))
  }

  func finish() throws(ImageError) {
    try unsafe check(image_encoder_finish(handle))
  }

  /// Moves what has been encoded to the file.
  func drain(into file: borrowing AtomicFile) throws(ImageError) {
    do { try unsafe file.write(RawSpan(_unsafeBytes: take())) } catch { throw .cannotWrite(error) }
  }

  /// Moves what has been encoded to the end of `bytes`.
  func drain(into bytes: inout [UInt8]) {
    unsafe bytes.append(contentsOf: take())
  }

  private func take() -> UnsafeRawBufferPointer {
    var bytes: UnsafePointer<UInt8>?
    let count = unsafe image_encoder_take(handle, &bytes)
    // SAFETY: bytes points to count bytes that live until the next call of the encoder.
    return unsafe UnsafeRawBufferPointer(start: bytes, count: count)
  }

  private func check(_ status: image_status) throws(ImageError) {
    switch status {
    case IMAGE_OK: return
    case IMAGE_NO_MEMORY: throw .outOfMemory
    default:
      throw unsafe .cannotEncode(format, message: String(cString: image_encoder_message(handle)))
    }
  }
}
