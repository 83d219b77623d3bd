public import FileNames

/// The image file formats that are read; all but WebP are written too.
public enum ImageFormat: Equatable, Sendable {
  /// Portable Network Graphics.
  case png
  /// JPEG (JFIF or EXIF).
  case jpeg
  /// WebP, lossy or lossless; read only.
  case webp

  /// The format to write a file of this name in: .png, .jpg or .jpeg in any case.
  ///
  /// Returns nil for other names. Files that are read are recognised by their content instead.
  public init?(fileName: FilePath) {
    if fileName.hasEnding(".png") {
      self = .png
    } else if fileName.hasEnding(".jpg") || fileName.hasEnding(".jpeg") {
      self = .jpeg
    } else {
      return nil
    }
  }

  /// "PNG", "JPEG" or "WebP".
  public var name: String {
    switch self {
    case .png: "PNG"
    case .jpeg: "JPEG"
    case .webp: "WebP"
    }
  }
}
