public import ImageIO

/// A style of a transfer: a picture, its share, and the size at which it is measured.
public struct Style {
  /// The picture.
  public var picture: Picture
  /// Its share in the mix of all styles, > 0; weights are divided by their sum.
  public var weight = 1.0
  /// Longer side at which it is measured, beside the result's, > 0: the size of its strokes.
  ///
  /// A style never becomes larger than it is. Of no effect where `Transfer.longerSide` is nil.
  public var scale = 1.0
  /// The picture's regions, each measured for the region of the content with the same label.
  ///
  /// Without it the whole picture is measured for all that it paints. Only together with
  /// `Transfer.regions`.
  public var mask: Mask?

  /// A style.
  ///
  /// - Parameters:
  ///   - picture: the picture.
  ///   - weight: its share beside those of other styles, > 0.
  ///   - scale: the size of its strokes, > 0.
  public init(_ picture: Picture, weight: Double = 1, scale: Double = 1) {
    self.picture = picture
    self.weight = weight
    self.scale = scale
  }

  /// Upright size of the picture.
  public var size: ImageSize { picture.size }
  /// The name in messages.
  public var name: String { picture.name }
}

extension Transfer {
  /// Longer side that a style's `scale` asks for; nil where it keeps its size.
  public func wantedSide(_ style: Style) -> Int? {
    guard longerSide != nil else { return nil }
    let side = Double(max(resultSize.width, resultSize.height))
    return Int(max(1, min(style.scale * side, Double(Int32.max))).rounded())
  }

  /// Upright size at which a style is measured.
  public func size(_ style: Style) -> ImageSize {
    fittedSize(style.size, longerSide: wantedSide(style))
  }
}
