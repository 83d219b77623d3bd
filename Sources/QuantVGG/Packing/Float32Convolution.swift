/// A convolution in single precision.
public struct Float32Convolution: Sendable {
  /// `[outputChannels][inputChannels][3][3]`.
  public var weights: [Float]
  /// `[outputChannels]`.
  public var bias: [Float]

  /// A convolution from its parts.
  ///
  /// - Parameters:
  ///   - weights: `[outputChannels][inputChannels][3][3]`, finite.
  ///   - bias: `[outputChannels]`, finite.
  public init(weights: [Float], bias: [Float]) {
    self.weights = weights
    self.bias = bias
  }
}
