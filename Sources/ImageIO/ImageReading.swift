internal import CImageIO
internal import CSystem

/// Columns and rows of a picture.
public struct ImageSize: Equatable, Sendable {
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int

  /// A size in pixels.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// The size with the same aspect whose longer side is `longerSide`, each side rounded and at least 1.
  ///
  /// - Parameter enlarging: whether a smaller picture grows; otherwise it keeps its size.
  public func fitted(longerSide: Int, enlarging: Bool) -> ImageSize {
    let longer = max(width, height)
    guard longer > longerSide || enlarging else { return self }
    return ImageSize(
      width: max(1, (2 * width * longerSide + longer) / (2 * longer)),
      height: max(1, (2 * height * longerSide + longer) / (2 * longer)))
  }
}

/// A picture in memory.
public struct RGBImage: Sendable {
  /// Columns and rows.
  public var size: ImageSize
  /// `[height][width][3]` RGB in 0...255.
  public var pixels: [Float]

  /// A picture from its values.
  public init(size: ImageSize, pixels: [Float]) {
    precondition(pixels.count == size.width * size.height * 3)
    self.size = size
    self.pixels = pixels
  }
}

/// A PNG or JPEG file that hands out its rows one by one, recognised by content.
///
/// Grey, palette, 16 bit, transparency (over white), interlacing, progressive scans and EXIF
/// orientation are handled; gamma and colour profiles are not applied.
public final class ImageReader {
  /// The size as a viewer shows it, after the EXIF orientation.
  public var size: ImageSize {
    orientation.swapsSides
      ? ImageSize(width: stored.height, height: stored.width) : stored
  }

  /// The size of the rows in the file.
  let stored: ImageSize
  let orientation: Orientation
  private let reader: OpaquePointer

  /// Opens a file and checks its header.
  ///
  /// - Throws: `ImageError`.
  public init(path: String, limits: ImageLimits = ImageLimits()) throws(ImageError) {
    let descriptor = system_open(path, O_RDONLY, 0)
    guard descriptor >= 0 else { throw .unreadable(errno: system_errno()) }
    var status = stat()
    if fstat(descriptor, &status) == 0, system_is_directory(status.st_mode) != 0 {
      close(descriptor)
      throw .isDirectory
    }
    var header = image_header()
    var failure = image_failure()
    guard
      let reader = image_reader_open(
        descriptor, Int32(limits.side), Int64(limits.pixels), Int64(limits.wholePixels), &header,
        &failure)
    else { throw Self.error(failure, header) }
    self.reader = reader
    stored = ImageSize(width: Int(header.width), height: Int(header.height))
    orientation = Orientation(exif: Int(header.orientation))
  }

  deinit {
    image_reader_close(reader)
  }

  /// Reads the next row in the file's order, `[stored.width][3]` in 0...255.
  func next(into row: UnsafeMutablePointer<Float>) throws(ImageError) {
    var failure = image_failure()
    guard image_reader_next(reader, row, &failure) == Int32(IMAGE_OK.rawValue) else {
      throw Self.error(failure, image_header())
    }
  }

  /// Reads the whole picture at a size, antialiased where that is smaller; the picture is never whole
  /// in memory at its own size.
  ///
  /// - Parameter wanted: the size as a viewer shows it; nil for the file's own.
  /// - Throws: `ImageError` when the data is damaged or ends early.
  public func read(size wanted: ImageSize? = nil) throws(ImageError) -> RGBImage {
    let target = wanted ?? size
    precondition(target.width > 0 && target.height > 0)
    let unturned =
      orientation.swapsSides
      ? ImageSize(width: target.height, height: target.width) : target
    var resizer = RowResizer(from: stored, to: unturned)
    var row = [Float](repeating: 0, count: stored.width * 3)
    for _ in 0..<stored.height {
      try row.withUnsafeMutableBufferPointer { (buffer) throws(ImageError) in
        guard let base = buffer.baseAddress else { return }
        try next(into: base)
      }
      resizer.add(row)
    }
    return orientation.apply(to: RGBImage(size: unturned, pixels: resizer.finish()))
  }

  private static func error(_ failure: image_failure, _ header: image_header) -> ImageError {
    switch image_status(UInt32(failure.status)) {
    case IMAGE_UNREADABLE: return .unreadable(errno: failure.system_error)
    case IMAGE_EMPTY: return .empty
    case IMAGE_UNKNOWN: return .unknownFormat
    case IMAGE_TRUNCATED: return .truncated
    case IMAGE_CMYK: return .cmyk
    case IMAGE_TOO_LARGE: return .tooLarge(width: Int(header.width), height: Int(header.height))
    case IMAGE_NO_MEMORY: return .noMemory
    default: return .damaged(message(failure))
    }
  }

  static func message(_ failure: image_failure) -> String {
    withUnsafeBytes(of: failure.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
