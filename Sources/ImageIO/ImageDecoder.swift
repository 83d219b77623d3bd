import CImageIO
import CSystem
import FileNames

/// An open image file whose rows are read one by one: the Swift face of the C decoder.
@safe
final class ImageDecoder {
  private let descriptor: Int32
  private let handle: OpaquePointer
  let header: image_header
  let format: ImageFormat
  let orientation: Orientation

  /// Opens the file and reads its header; allocates nothing of the image's size.
  init(path: FilePath, limits: ImageLimits) throws(ImageError) {
    let descriptor = unsafe path.withCString { unsafe system_open($0, O_RDONLY, 0) }
    if descriptor < 0 { throw .cannotRead(errno: system_errno()) }
    guard let handle = unsafe image_decoder_create(descriptor) else {
      _ = close(descriptor)
      throw .outOfMemory
    }
    self.descriptor = descriptor
    unsafe self.handle = unsafe handle
    var header = unsafe image_header()
    let status = unsafe image_decoder_read_header(handle, &header)
    unsafe self.header = unsafe header
    format = unsafe header.format == IMAGE_PNG ? .png : .jpeg
    // SAFETY: exif points to exif_size bytes that live as long as the handle.
    orientation =
      unsafe parseOrientation(
        UnsafeBufferPointer(start: header.exif, count: Int(header.exif_size)).span) ?? .topLeft
    try unsafe limits.check(storedSize, needsWholeImage: header.needs_whole_image != 0)
    try check(status)
  }

  deinit {
    unsafe image_decoder_destroy(handle)
    _ = close(descriptor)
  }

  /// Width and height as stored, before the orientation.
  var storedSize: ImageSize {
    unsafe ImageSize(width: Int(header.width), height: Int(header.height))
  }

  /// Prepares decoding at 1/`denominator` of the size.
  func start(denominator: Int) throws(ImageError) {
    try unsafe check(image_decoder_start(handle, Int32(denominator)))
  }

  /// Reads the next row of samples.
  func readRow(_ row: inout [UInt8]) throws(ImageError) {
    try unsafe check(image_decoder_read_row(handle, &row))
  }

  /// Makes sure that the file ends as it should.
  func finish() throws(ImageError) {
    try unsafe check(image_decoder_finish(handle))
  }

  private func check(_ status: image_status) throws(ImageError) {
    switch status {
    case IMAGE_OK: return
    case IMAGE_NOT_AN_IMAGE:
      if unsafe header.first_count == 0 { throw .isEmpty }
      // SAFETY: `first` is an array of bytes in the header.
      let start = unsafe withUnsafeBytes(of: header.first) { unsafe [UInt8]($0) }
      throw unsafe .notAnImage(start: [UInt8](start.prefix(Int(header.first_count))))
    case IMAGE_TRUNCATED: throw .truncated(format)
    case IMAGE_CMYK: throw .isCMYK
    case IMAGE_NO_MEMORY: throw .outOfMemory
    case IMAGE_SYSTEM_ERROR:
      let errno = unsafe image_decoder_errno(handle)
      throw errno == EISDIR ? .isDirectory : .cannotRead(errno: errno)
    default:
      throw unsafe .damaged(format, message: String(cString: image_decoder_message(handle)))
    }
  }
}
