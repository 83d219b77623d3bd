internal import CSystem
public import FileOutput

/// Why a picture can not be read or written.
public enum ImageError: Error, Equatable {
  /// A system call failed.
  case unreadable(errno: Int32)
  /// The path is a directory.
  case isDirectory
  /// The file has no bytes.
  case empty
  /// The bytes are neither PNG nor JPEG.
  case unknownFormat
  /// The data ends early.
  case truncated
  /// The library found the data wrong; its words.
  case damaged(String)
  /// The JPEG has four colour channels.
  case cmyk
  /// Wider, higher or more pixels than the limits allow.
  case tooLarge(width: Int, height: Int)
  /// There is no memory for a row.
  case noMemory
  /// The output file can not be made.
  case output(FileOutputError)

  /// What is wrong and what to do, as the rest of a sentence that starts with the path.
  public var description: String {
    switch self {
    case .unreadable(let code): return "cannot be read: \(String(cString: strerror(code)))"
    case .isDirectory: return "is a directory; name a PNG or JPEG file"
    case .empty: return "is empty; name a PNG or JPEG file"
    case .unknownFormat: return "is neither PNG nor JPEG; convert it first"
    case .truncated: return "is cut off; copy it again"
    case .damaged(let message): return "is damaged (\(message)); copy or convert it again"
    case .cmyk: return "is a CMYK JPEG; convert it to RGB first"
    case .tooLarge(let width, let height):
      let limits = ImageLimits()
      return "has \(width)x\(height) pixels; at most \(limits.side) a side and "
        + "\(limits.pixels / 1_000_000) megapixels are read "
        + "(\(limits.wholePixels / 1_000_000) when interlaced or progressive); reduce it first"
    case .noMemory: return "does not fit into memory; reduce it first"
    case .output(let error): return error.description
    }
  }
}

/// Sizes beyond which a picture is refused from its header, before memory is asked for.
public struct ImageLimits: Sendable {
  /// Pixels a side.
  public var side = 65_500
  /// Pixels in all.
  public var pixels = 268_000_000
  /// Pixels in all of kinds that the decoder keeps whole: interlaced PNG, progressive JPEG.
  public var wholePixels = 64_000_000

  /// The limits of the command.
  public init() {}
}
