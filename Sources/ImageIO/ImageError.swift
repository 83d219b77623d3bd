public import FileNames
public import FileOutput

/// The reason why an image file could not be read or written.
public enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file could not be opened or read; the `errno` tells why.
  case cannotRead(errno: Int32)
  /// The path is a directory.
  case isDirectory
  /// The file has no bytes.
  case isEmpty
  /// The file is neither PNG, JPEG nor WebP; the payload is how it starts, at most 8 bytes.
  case notAnImage(start: [UInt8])
  /// The file is of another known format; there is a program that converts it.
  case otherFormat(OtherFormat, path: FilePath)
  /// Labels are wanted of a file that is no PNG of grey levels or palette indexes.
  case noLabels
  /// The file ends before the image does.
  case truncated(ImageFormat)
  /// The file's content is wrong; the payload is the image library's message.
  case damaged(ImageFormat, message: String)
  /// A side of the image is longer than the limit.
  case sideTooLong(ImageSize, limit: Int)
  /// The image has more pixels than the limit for its kind.
  case tooManyPixels(ImageSize, limit: Int, needsWholeImage: Bool)
  /// The requested size has more pixels than the limit.
  case resultTooLarge(ImageSize, limit: Int)
  /// The image library could not get the memory that it needs.
  case outOfMemory
  /// The image cannot be encoded; the payload is the image library's message.
  case cannotEncode(ImageFormat, message: String)
  /// The file could not be written.
  case cannotWrite(FileOutputError)

  /// A sentence's rest after the file's path: what is wrong and what to do.
  public var description: String {
    switch self {
    case .cannotRead(let errno):
      "cannot be read: \(systemMessage(errno)); check its path and permissions"
    case .isDirectory:
      "is a directory; name an image file in it"
    case .isEmpty:
      "is empty; copy or export it again"
    case .notAnImage(let start):
      "is neither PNG, JPEG nor WebP (starts with \(quoted(start))); convert it to one of them"
    case .otherFormat(let format, let path):
      format.sentence(about: path)
    case .noLabels:
      "is no mask: save it as a grey or indexed PNG of at most 8 bits, a level for each region"
    case .truncated(let format):
      "is cut off: the \(format.name) ends before the image is complete; copy it again"
    case .damaged(let format, let message):
      "is a damaged or unsupported \(format.name) (\(message)); copy or export it again"
    case .sideTooLong(let size, let limit):
      "is \(size.width)x\(size.height); at most \(limit) pixels a side are possible, "
        + "scale it down first"
    case .tooManyPixels(let size, let limit, let needsWholeImage):
      "is \(size.width)x\(size.height); at most \(limit / 1_000_000) million pixels are read"
        + (needsWholeImage
          ? " of an interlaced, progressive or WebP file, save it without that or scale it down first"
          : ", scale it down first")
    case .resultTooLarge(let size, let limit):
      "would become \(size.width)x\(size.height); at most \(limit / 1_000_000) million pixels are "
        + "kept, ask for a smaller size"
    case .outOfMemory:
      "needs more memory than there is; scale it down first, or raise the limit (ulimit -v, ulimit -d)"
    case .cannotEncode(let format, let message):
      "cannot be encoded as \(format.name) (\(message)); choose another format"
    case .cannotWrite(let error):
      error.description
    }
  }
}

/// Bytes as text in quotes if they are printable ASCII, else in hexadecimal.
private func quoted(_ bytes: [UInt8]) -> String {
  let text = bytes.prefix { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
  if text.count >= 3 { return "\"\(String(decoding: text, as: UTF8.self))\"" }
  return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}
