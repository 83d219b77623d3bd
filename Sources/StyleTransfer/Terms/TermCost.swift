public import QuantVGG

/// The cost of one term for one image.
public struct TermCost: Sendable, Equatable {
  /// The kind of term: `content`, `gram`, `moments`, `histogram` or `total_variation`.
  public let name: String
  /// The layer whose activations it measures; nil where it measures the image itself.
  public let layer: LayerName?
  /// The label of the region that it measures; nil where it measures the whole picture.
  public let region: UInt8?
  /// The cost before any weight.
  public let value: Double
  /// Its factor in the total.
  public let weight: Double
}

/// The costs of one image.
public struct LossValues: Sendable, Equatable {
  /// J = contentWeight * content + styleWeight * style, and the weighted cost of the image's own
  /// terms where there are any.
  public var total: Double
  /// Jc, before contentWeight.
  public var content: Double
  /// Js, before styleWeight.
  public var style: Double

  /// Costs from their numbers.
  ///
  /// - Parameters:
  ///   - total: J.
  ///   - content: Jc, before contentWeight.
  ///   - style: Js, before styleWeight.
  public init(total: Double, content: Double, style: Double) {
    self.total = total
    self.content = content
    self.style = style
  }

  /// Whether all costs are finite; they are not once the optimisation has diverged.
  public var isFinite: Bool { total.isFinite && content.isFinite && style.isFinite }
}
