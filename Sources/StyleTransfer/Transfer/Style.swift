public import ImageIO
internal import QuantVGG

/// A style of a transfer: a picture or what was measured of one, its share, and the size at which it is
/// measured.
public struct Style {
  /// What the style is measured from.
  public enum Source {
    /// A picture.
    case picture(Picture)
    /// What was measured of one before; its size stays as it was.
    case statistics(StyleStatistics)
  }

  /// What the style is measured from.
  public var source: Source
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
    source = .picture(picture)
    self.weight = weight
    self.scale = scale
  }

  /// A saved style.
  ///
  /// - Parameters:
  ///   - statistics: what was measured.
  ///   - weight: its share beside those of other styles, > 0.
  public init(_ statistics: StyleStatistics, weight: Double = 1) {
    source = .statistics(statistics)
    self.weight = weight
  }

  /// The picture; nil for a saved style.
  public var picture: Picture? {
    if case .picture(let picture) = source { return picture }
    return nil
  }

  /// Upright size of the picture, or that at which it was measured.
  public var size: ImageSize {
    switch source {
    case .picture(let picture): picture.size
    case .statistics(let statistics): statistics.size
    }
  }

  /// The name in messages.
  public var name: String {
    switch source {
    case .picture(let picture): picture.name
    case .statistics(let statistics): statistics.name
    }
  }

  /// Most bytes that reading takes beside the pixels at a size.
  func readingBytes(_ size: ImageSize) -> Int {
    switch source {
    case .picture(let picture): picture.readingBytes(size)
    case .statistics(let statistics): statistics.readingBytes
    }
  }

  /// Adds what its numbers follow from.
  func add(to fingerprint: inout Fingerprint) throws(TransferError) {
    switch source {
    case .picture(let picture): try picture.add(to: &fingerprint)
    case .statistics(let statistics): statistics.add(to: &fingerprint)
    }
    if let mask { try mask.add(to: &fingerprint) }
  }
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
    guard style.picture != nil else { return style.size }
    return fittedSize(style.size, longerSide: wantedSide(style))
  }
}
