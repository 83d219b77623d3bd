public import QuantVGG

/// The cost that is minimised: J = contentWeight * Jc + styleWeight * Js (Gatys et al., arXiv
/// 1508.06576), and smoothness * V where the image's own variation counts too.
public struct TransferSettings: Sendable, Equatable {
  /// A layer of the losses and its share.
  public struct LayerWeight: Sendable, Equatable {
    /// The layer.
    public var layer: LayerName
    /// Factor of the layer's term, > 0.
    public var weight: Double

    /// A layer and its factor.
    ///
    /// - Parameters:
    ///   - layer: one that the network has.
    ///   - weight: factor of the layer's term, > 0.
    public init(layer: LayerName, weight: Double) {
      self.layer = layer
      self.weight = weight
    }
  }

  /// alpha, >= 0.
  public var contentWeight: Double
  /// beta, >= 0.
  public var styleWeight: Double
  /// Layers of the content loss.
  public var contentLayers: [LayerWeight]
  /// Layers of the style loss.
  public var styleLayers: [LayerWeight]
  /// What of the style is compared at its layers.
  public var styleLoss = StyleLoss()
  /// Factor of V, the mean squared difference of neighbouring pixels, >= 0; 0 leaves the term out.
  public var smoothness: Double

  /// Whether the gradient of each layer's term is divided by its own size, so that only the term's
  /// weight decides how far it moves the image; the costs stay as they are.
  ///
  /// With g the gradient with respect to the layer's n activations, weight * g / (n^0.5 |g|) takes the
  /// place of weight * g, |g| the Euclidean norm: a root mean square of weight / n, at every size.
  public var normalizesGradients = false

  /// Settings from their numbers.
  ///
  /// - Parameters:
  ///   - contentWeight: alpha, >= 0; the source article has 10.
  ///   - styleWeight: beta, >= 0; the source article has 40.
  ///   - contentLayers: layers of the content loss.
  ///   - styleLayers: layers of the style loss.
  ///   - smoothness: factor of the mean squared difference of neighbouring pixels, >= 0; 0 leaves
  ///     the term out.
  public init(
    contentWeight: Double = 10, styleWeight: Double = 40,
    contentLayers: [LayerWeight] = [LayerWeight(layer: .conv4_2, weight: 1)],
    styleLayers: [LayerWeight], smoothness: Double = 0
  ) {
    self.contentWeight = contentWeight
    self.styleWeight = styleWeight
    self.contentLayers = contentLayers
    self.styleLayers = styleLayers
    self.smoothness = smoothness
  }

  /// Settings with the usual layers: the content's conv4_2, and the style's first of each block.
  ///
  /// - Parameters:
  ///   - balance: what the layers weigh.
  ///   - strength: factor of the style's weight, > 0.
  public init(_ balance: Balance = .standard, strength: Double = 1) {
    self.init(
      contentWeight: 10, styleWeight: strength * balance.styleWeight,
      styleLayers: Self.styleLayers.map { LayerWeight(layer: $0, weight: balance.weight(of: $0)) })
  }

  /// The usual style layers: the first of each block.
  public static let styleLayers: [LayerName] = [.conv1_1, .conv2_1, .conv3_1, .conv4_1, .conv5_1]

  /// By layer of a shape, whether there is a term.
  func hasTerm(_ shape: NetworkShape) -> [Bool] {
    let layers = (contentLayers + styleLayers).map { $0.layer }
    return shape.layers.map { layers.contains($0.convolution.name) }
  }

  /// The deepest layer of the losses.
  public var deepest: LayerName {
    (contentLayers + styleLayers).map { $0.layer }.max() ?? .conv1_1
  }
}
