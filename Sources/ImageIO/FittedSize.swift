/// The size of an image scaled to a longer side, its aspect ratio kept.
///
/// - Parameters:
///   - size: The image's size, both sides at least 1.
///   - longerSide: The wanted longer side, 1 to 2^31 - 1, or nil for the image's own.
///   - upscale: Whether an image that is smaller becomes larger; otherwise it keeps its size.
/// - Returns: The longer side as wanted, the other rounded to the nearest integer (half up) and at
///   least 1.
public func fittedSize(_ size: ImageSize, longerSide: Int?, upscale: Bool = false) -> ImageSize {
  let longer = max(size.width, size.height)
  precondition(min(size.width, size.height) > 0, "an image has at least one pixel")
  guard let wanted = longerSide, upscale || wanted < longer else { return size }
  precondition((1...Int(Int32.max)).contains(wanted), "the longer side is 1 to 2^31 - 1")
  func scaled(_ side: Int) -> Int { max(1, (2 * side * wanted + longer) / (2 * longer)) }
  return ImageSize(width: scaled(size.width), height: scaled(size.height))
}

/// The size in which an image is wanted.
public enum RequestedSize: Equatable, Sendable {
  /// As it is stored.
  case original
  /// With this longer side, the aspect ratio kept; smaller images grow only if `upscale` is set.
  case longerSide(Int, upscale: Bool = false)
  /// Exactly this size, whatever the aspect ratio.
  case exactly(ImageSize)

  /// The size that an image of size `size` (after its orientation) gets.
  public func applied(to size: ImageSize) -> ImageSize {
    switch self {
    case .original: size
    case .longerSide(let longerSide, let upscale):
      fittedSize(size, longerSide: longerSide, upscale: upscale)
    case .exactly(let wanted): wanted
    }
  }
}
