extension Transfer {
  /// What is done about colours, beside the style's own: nothing, either, or both.
  public struct Colors: OptionSet, Sendable {
    /// The bits of what is chosen.
    public let rawValue: UInt8

    /// A choice from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The choice of a list as "style", "match", "luma" or "match,luma"; nil for anything else.
    public init?(list: String) {
      self = []
      guard list != "style" else { return }
      for word in list.split(separator: ",", omittingEmptySubsequences: false) {
        switch word {
        case "match" where !contains(.match): insert(.match)
        case "luma" where !contains(.luma): insert(.luma)
        default: return nil
        }
      }
    }

    /// Before it is measured, each style's colours are matched to the content's: after that they have its
    /// mean and its covariance, but for what is clipped to 0...255 (see `ColorMatch`).
    public static let match = Colors(rawValue: 1)
    /// The pictures that are written have the brightness of the image and the colours of the content
    /// (see `Brightness`); the image itself stays as it is.
    public static let luma = Colors(rawValue: 2)
  }
}
