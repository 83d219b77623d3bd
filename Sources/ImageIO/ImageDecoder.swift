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

  /// Opens the file and reads its header; allocates nothing of the image's size, but a copy of
  /// a WebP file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - limits: sizes beyond them are refused.
  ///   - keepsLabels: whether samples are numbers and no colours.
  /// - Throws: `ImageError`.
  init(
    path: FilePath, limits: ImageLimits, keepsLabels: Bool = false
  ) throws(ImageError) {
    let descriptor = unsafe path.withCString { unsafe system_open($0, O_RDONLY, 0) }
    if descriptor < 0 { throw .cannotRead(errno: system_errno()) }
    guard let handle = unsafe image_decoder_create(descriptor) else {
      _ = close(descriptor)
      throw .outOfMemory
    }
    if keepsLabels { unsafe image_decoder_keep_labels(handle) }
    self.descriptor = descriptor
    unsafe self.handle = unsafe handle
    var header = image_header()
    let status = unsafe image_decoder_read_header(handle, &header)
    self.header = header
    format =
      switch header.format {
      case IMAGE_PNG: .png
      case IMAGE_JPEG: .jpeg
      default: .webp
      }
    orientation = unsafe Self.orientation(handle)
    try limits.check(storedSize, needsWholeImage: header.needs_whole_image != 0)
    try check(status, path: path)
  }

  deinit {
    unsafe image_decoder_destroy(handle)
    _ = close(descriptor)
  }

  /// Width and height as stored, before the orientation.
  var storedSize: ImageSize {
    ImageSize(width: Int(header.width), height: Int(header.height))
  }

  /// What is to be said about what has been read so far.
  var warnings: [ImageWarning] {
    let found = unsafe ImageWarning.list(image_decoder_warnings(handle))
    // An orientation that shows behind the pixels of a pipe comes too late.
    return unsafe Self.orientation(handle) == orientation ? found : found + [.orientationIgnored]
  }

  private static func orientation(_ handle: OpaquePointer) -> Orientation {
    var count = 0
    let exif = unsafe image_decoder_exif(handle, &count)
    // SAFETY: exif points to count bytes that live as long as the handle.
    return unsafe parseOrientation(UnsafeBufferPointer(start: exif, count: count).span) ?? .topLeft
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

  private func check(_ status: image_status, path: FilePath = "") throws(ImageError) {
    switch status {
    case IMAGE_OK: return
    case IMAGE_NOT_AN_IMAGE:
      if header.first_count == 0 { throw .isEmpty }
      // SAFETY: `first` is an array of bytes in the header.
      let bytes = unsafe withUnsafeBytes(of: header.first) { unsafe [UInt8]($0) }
      let start = [UInt8](bytes.prefix(Int(header.first_count)))
      if let other = OtherFormat(start: start, path: path) {
        throw .otherFormat(other, path: path)
      }
      throw .notAnImage(start: [UInt8](start.prefix(8)))
    case IMAGE_TRUNCATED: throw .truncated(format)
    case IMAGE_ANIMATED: throw .otherFormat(.animatedWebP, path: path)
    case IMAGE_NO_LABELS: throw .noLabels
    case IMAGE_NO_MEMORY: throw .outOfMemory
    case IMAGE_SYSTEM_ERROR:
      let errno = unsafe image_decoder_errno(handle)
      throw errno == EISDIR ? .isDirectory : .cannotRead(errno: errno)
    default:
      throw unsafe .damaged(format, message: String(cString: image_decoder_message(handle)))
    }
  }
}
