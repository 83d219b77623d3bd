internal import CSystem

/// What is compared of a style's activations and the image's at each style layer, and how much each counts
/// in Js.
public struct StyleLoss: Sendable, Equatable {
  /// Factor of the Gram matrices' difference, >= 0.
  public var gram: Double
  /// Factor of the difference of means and standard deviations, >= 0 (`MomentTerm`).
  public var moments: Double
  /// Factor of the distance to activations with the style's histogram, >= 0 (`HistogramTerm`).
  public var histogram: Double

  /// Factors, of which one at least is above 0; Gram matrices alone are the article's loss.
  ///
  /// - Parameters:
  ///   - gram: of the Gram matrices' difference, >= 0.
  ///   - moments: of the difference of means and standard deviations, >= 0.
  ///   - histogram: of the distance to the style's histogram, >= 0.
  public init(gram: Double = 1, moments: Double = 0, histogram: Double = 0) {
    self.gram = gram
    self.moments = moments
    self.histogram = histogram
  }

  /// Whether nothing but Gram matrices is compared.
  public var isGramAlone: Bool { moments == 0 && histogram == 0 }

  /// The factors of a list as "gram:1,moments:0.5": names, each with a number above 0 behind a colon or 1; nil
  /// for anything else.
  ///
  /// A plus does for a comma.
  public init?(list: String) {
    self.init(gram: 0)
    for entry in list.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == "+" })
    {
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      var weight = 1.0
      if parts.count == 2 {
        guard unsafe system_parse_double(parts[1], &weight) != 0, weight > 0, weight <= 1e6 else {
          return nil
        }
      }
      switch parts.count <= 2 ? parts[0] : "" {
      case "gram" where gram == 0: gram = weight
      case "moments" where moments == 0: moments = weight
      case "histogram" where histogram == 0: histogram = weight
      default: return nil
      }
    }
  }
}
