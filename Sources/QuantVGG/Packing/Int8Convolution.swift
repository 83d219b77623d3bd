/// A convolution in the numeric contract's formats, as a weight file holds it.
public struct Int8Convolution: Sendable {
  /// `[outputChannels][inputChannels][3][3]`, in -127...127.
  public var weights: [Int8]
  /// `[outputChannels]`: the real value of weight 1; finite and positive.
  public var weightScale: [Float]
  /// `[outputChannels]` in units of input scale * weight scale, |bias| <= 2^30.
  public var bias: [Int32]
  /// The value of activation 1 before `channelScale`; finite and positive.
  public var outputScale: Float
  /// `[outputChannels]`: the real value of a channel is `channelScale * outputScale * activation`.
  ///
  /// Finite and positive; empty where all are 1. The weights, their scales and the bias are those of
  /// the network whose channels are divided by these scales, of this layer and of the one before, so
  /// only losses read them.
  public var channelScale: [Float]

  /// A convolution from its parts.
  ///
  /// - Parameters:
  ///   - weights: `[outputChannels][inputChannels][3][3]`, in -127...127.
  ///   - weightScale: `[outputChannels]`, finite and positive.
  ///   - bias: `[outputChannels]` in units of input scale * weight scale, |bias| <= 2^30.
  ///   - outputScale: the value of activation 1 before `channelScale`; finite and positive.
  ///   - channelScale: `[outputChannels]`, finite and positive; empty where all are 1.
  public init(
    weights: [Int8], weightScale: [Float], bias: [Int32], outputScale: Float,
    channelScale: [Float] = []
  ) {
    self.weights = weights
    self.weightScale = weightScale
    self.bias = bias
    self.outputScale = outputScale
    self.channelScale = channelScale
  }

  /// The largest activation before saturation, as a multiple of the largest that a conversion has seen.
  ///
  /// Finer steps have better gradients at the start of a run, but what saturates is hidden from the losses, and an
  /// optimisation finds it: with 0.85 in the first two blocks, Gram matrices of results had up to 44 % more cost
  /// than was seen.
  package static let headroom: Float = 1.05
}

/// The copies of the weights that are kept in memory; never changes a result.
package enum WeightCopies: Sendable {
  /// One for the way forward and one for the way back.
  case both
  /// One; a worker derives the way back's panel by panel as it needs them.
  case forward
}
