/// The image file formats that are read and written.
public enum ImageFormat: Equatable, Sendable {
  /// Portable Network Graphics.
  case png
  /// JPEG (JFIF or EXIF).
  case jpeg

  /// The format to write a file of this name in: .png, .jpg or .jpeg in any case.
  ///
  /// Returns nil for other names. Files that are read are recognised by their content instead.
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

  /// "PNG" or "JPEG".
  public var name: String {
    switch self {
    case .png: "PNG"
    case .jpeg: "JPEG"
    }
  }
}
