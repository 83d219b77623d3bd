package import QuantVGG
internal import StyleTransfer

/// The cost of int8 to a layer.
package struct LayerFigures {
  /// The cost to the layer's output over calibration pictures, with one kind of pooling.
  package struct Output {
    /// The value of activation 1, before the channel's scale.
    package let scale: Float
    /// Signal to quantization noise of float activations rounded to the layer's 8 bits, in decibels.
    package let local: Double
    /// The same of the fixed-point network's activations, in decibels.
    package let cumulative: Double
    /// Share of the fixed-point network's activations at 255, in 0...1.
    package let clipped: Double
  }

  /// The layer.
  package let name: LayerName
  /// 10 log10(sum w^2 / sum (w - q s)^2) over the layer's weights in real units; infinite where all
  /// are exact.
  package let weightSignalToNoise: Double
  /// The smallest and the largest weight scale.
  package let weightScales: ClosedRange<Float>
  /// The smallest and the largest scale of an output channel.
  package let channelScales: ClosedRange<Float>
  /// By pooling.
  package internal(set) var outputs: [Pooling: Output] = [:]

  /// The figures of a layer's weights.
  ///
  /// - Parameters:
  ///   - name: the layer.
  ///   - weights: `[outputChannels][inputChannels][3][3]` before rounding.
  ///   - convolution: the layer after it, with at least one output channel.
  ///   - inputScale: the channel scales of the layer before; empty where all are 1.
  package init(
    _ name: LayerName, weights: [Float], rounded convolution: Int8Convolution,
    inputScale: [Float] = []
  ) {
    let (scales, channels) = (convolution.weightScale, convolution.channelScale)
    precondition(weights.count == convolution.weights.count && !scales.isEmpty)
    let count = weights.count / scales.count
    let taps = count / max(inputScale.count, 1)
    var (signal, noise) = (0.0, 0.0)
    for (i, weight) in weights.enumerated() {
      let (o, input) = (i / count, i % count / taps)
      // The file's weights are those of a network whose channels are divided by their scales.
      let factor =
        Double(channels.isEmpty ? 1 : channels[o])
        / Double(inputScale.isEmpty ? 1 : inputScale[input])
      let value = Double(convolution.weights[i]) * Double(scales[o]) * factor
      signal += Double(weight) * Double(weight)
      noise += (Double(weight) - value) * (Double(weight) - value)
    }
    self.name = name
    weightSignalToNoise = Agreement.decibels(signal: signal, noise: noise)
    weightScales = Self.range(scales)
    channelScales = Self.range(channels.isEmpty ? [1] : channels)
  }

  private static func range(_ values: [Float]) -> ClosedRange<Float> {
    values.reduce(values[0]...values[0]) {
      min($0.lowerBound, $1)...max($0.upperBound, $1)
    }
  }
}

extension LayerFigures.Output {
  /// Means of decibels over pictures, and the share of all their activations.
  init(scale: Float, pictures: [ActivationAgreement.Layer]) {
    func sum<Number: AdditiveArithmetic>(
      _ value: (ActivationAgreement.Layer) -> Number
    ) -> Number { pictures.reduce(.zero) { $0 + value($1) } }
    let count = Double(pictures.count)
    self.init(
      scale: scale, local: sum { $0.local } / count, cumulative: sum { $0.cumulative } / count,
      clipped: Double(sum { $0.saturated }) / Double(sum { $0.count }))
  }
}
