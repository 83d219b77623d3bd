internal import QuantVGG

/// A figure that an `ArithmeticVerdict` judges, with its limits.
///
/// The limits are set so that everything that `quantize` makes with its defaults of some real pictures stays
/// within them with room, and weights that are not what they should be do not; docs/quantization.md has the
/// figures of both.
public enum ArithmeticFigure: String, CaseIterable, Sendable {
  /// The multiple of float32's weights that a channel's fit best.
  ///
  /// Rounding pulls no way: the worst channel of any conversion has 0.997 to 1.003. Random, zeroed, permuted or
  /// mirrored weights have about 0, flipped signs -1, and a scale that is off shows as it is.
  case weightSlope = "weight_slope"
  /// The value of 127 over the largest of a channel's float32 weights.
  ///
  /// Exactly 1 where a scale is the channel's own. Less clips weights, more wastes steps, as one scale for all
  /// channels does.
  case weightReach = "weight_reach"
  /// The root mean square of a channel's rounding errors, in steps.
  ///
  /// 0.29 for rounding to the nearest, up to 0.6 for reconstruction, which lets one weight make up for another.
  case weightError = "weight_error"
  /// The largest rounding error of a weight, in steps.
  ///
  /// 0.5 for rounding to the nearest, up to 3.1 for reconstruction; a byte that was changed is tens of steps off.
  case worstWeight = "worst_weight"
  /// The share of biases that are 0 while float32's are not.
  ///
  /// At most 0.06: a bias is tens of units, though in deep layers these are less than a step of the output,
  /// so that no picture shows that they are lost.
  case zeroBiases = "zero_biases"
  /// The difference of a bias from float32's, in steps of the layer's output.
  ///
  /// It makes up for the errors of the layers before: at most 2.8 in the first block, 1.9 in the second, 3.2, 8.6 and 49
  /// in the others with one calibration picture, and less than 0.6, but for the last, with several.
  case bias
  /// `LayerArithmetic.channelReach` on all pictures and noise, beside the mean of the two layers next to it.
  ///
  /// 0.76 to 1.33, one calibration picture included: a scale that is a half or the double of what it should be has
  /// that times 0.5 or 2. Channels' maxima grow with the size of pictures, more so in deep layers, so that of the last
  /// layer, which has no deeper one beside it, it is `meanReach`: 0.62 to 1.15.
  case scaleBesideOthers = "scale_beside_others"
  /// `LayerWeights.biasFit`.
  ///
  /// -4.9 to 6.3: what biases make up for has nothing to do with them. Flipped signs, another order or another scale
  /// are 6 to 100 standard errors off, where biases are not small beside what they make up for. In block 4 they are: a
  /// hundredth of a step, so that neither this nor a picture shows what became of them.
  case biasFit = "bias_fit"
  /// `LayerWeights.biasMove` beside the mean of the two layers next to it.
  ///
  /// 0.35 to 2.7, up to 5.2 in a last layer: what biases make up for grows and falls slowly. Ten times a bias has 5 or
  /// more.
  case biasBesideOthers = "bias_beside_others"
  /// `LayerArithmetic.reach` on all pictures and noise.
  ///
  /// 0.6 to 1.6, with one calibration picture from 0.22 on; 0.03 with a picture of one colour. Above 3 most steps
  /// are lost. Scales of the other pooling are off by up to 5 in deep layers.
  case reach
  /// Decibels of the layer's activations alone.
  ///
  /// 33 and more on pictures with calibrations of several, 23.7 with one's own alone. Fewer than 22 are
  /// activations clipped by the hundred. A dim picture, of which the scales use fewer steps, has 6 dB less for
  /// each half. Noise has from 10 (one picture) to 42, and 2 where the calibration is wrong.
  case alone
  /// Decibels of the layer's way back alone.
  ///
  /// 24 to 57; it has the weights and the 8 bits of gradients alone.
  case gradientAlone = "gradient_alone"
  /// The share of channels that have fallen silent.
  ///
  /// 0 on pictures, up to 0.06 on noise with one calibration picture.
  case silenced
  /// Decibels of the network's activations.
  ///
  /// 31 and more on pictures, 8 to 34 on noise; dim pictures as with `alone`.
  case accumulated
  /// The error of the network's Gram matrix.
  ///
  /// Up to 0.03 on pictures, more on dim ones, and up to 0.55 on noise with one calibration picture.
  case gramError = "gram_error"
  /// The cosine of the network's gradient to float32's, on noise.
  ///
  /// 0.74 (one calibration picture) to 1, 0.42 where the calibration is wrong. On pictures it is not judged: that of
  /// a content that is its own style is 0.
  case gradient
}

extension ArithmeticFigure {
  /// The least and the greatest value that is right.
  ///
  /// - Parameters:
  ///   - layer: the layer that the figure is of.
  ///   - kind: the pictures; nil for a figure of none or of all.
  ///   - reach: the layer's reach on them: the more it is above 1, the dimmer they are.
  ///   - isLast: whether it is the deepest layer that is compared.
  /// - Returns: both.
  func limits(
    _ layer: LayerName, _ kind: ArithmeticCheck.Kind?, reach: Double, isLast: Bool
  ) -> ClosedRange<Double> {
    let isNoise = kind == .noise
    let dimness = max(1, reach)
    // Dim pictures lose decibels as their steps.
    let loss = isNoise ? 0 : Agreement.decibels(signal: dimness * dimness, noise: 1)
    return switch self {
    case .weightSlope: 0.97...1.03
    case .weightReach: 0.97...1.05
    case .weightError: 0...1
    case .worstWeight: -8...8
    case .zeroBiases: 0...0.5
    case .bias: -Self.mostBias(layer)...Self.mostBias(layer)
    case .scaleBesideOthers: isLast ? 0.57...1.41 : 0.69...1.45
    case .biasFit: -5.6...8
    case .biasBesideOthers: 0...(isLast ? 7 : 3.75)
    case .reach: 0.12...3
    case .alone: (isNoise ? 6 : 22 - loss)...Double.infinity
    case .gradientAlone: 15...Double.infinity
    case .silenced: 0...0.08
    case .accumulated: (isNoise ? 4 : 20 - loss)...Double.infinity
    case .gramError: 0...(isNoise ? 0.75 : 0.1 * dimness)
    case .gradient: (isNoise ? 0.6 : -1)...1
    }
  }

  /// What biases make up for grows with the depth.
  private static func mostBias(_ layer: LayerName) -> Double { Double(2 << layer.block) }

  /// What helps where the figure is outside.
  public enum Remedy: Sendable {
    /// The weights are another network's, or were changed: convert the source again, or another one.
    case source
    /// Rounding costs too much: reconstruct.
    case rounding
    /// The scales are other pictures': calibrate on more or other ones.
    case calibration
  }

  /// What helps where the figure is outside of its limits.
  public var remedy: Remedy {
    switch self {
    case .weightSlope, .weightReach, .weightError, .worstWeight, .zeroBiases, .bias, .biasFit,
      .biasBesideOthers:
      .source
    case .scaleBesideOthers, .reach, .alone, .silenced: .calibration
    case .gradientAlone, .accumulated, .gramError, .gradient: .rounding
    }
  }
}
