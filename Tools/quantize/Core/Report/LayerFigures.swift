public import QuantVGG
internal import StyleTransfer

/// What int8 costs a layer.
public struct LayerFigures {
  /// What it costs the layer's output over calibration pictures, with one kind of pooling.
  public struct Output {
    /// The real value of activation 1.
    public let scale: Float
    /// Signal to quantization noise of float activations rounded to the layer's 8 bits, in decibels.
    public let local: Double
    /// The same of the fixed-point network's activations, in decibels.
    public let cumulative: Double
    /// Share of the fixed-point network's activations at 255, in 0...1.
    public let clipped: Double
  }

  /// The layer's name.
  public let name: String
  /// 10 log10(sum w^2 / sum (w - q s)^2) over the layer's weights; infinite where all are exact.
  public let weightSignalToNoise: Double
  /// The smallest and the largest weight scale.
  public let weightScales: ClosedRange<Float>
  /// By pooling.
  public internal(set) var outputs: [Pooling: Output] = [:]

  /// The figures of a layer's weights.
  ///
  /// - Parameters:
  ///   - name: the layer's.
  ///   - weights: `[outputChannels][inputChannels][3][3]` before rounding.
  ///   - convolution: the layer after it, with at least one output channel.
  public init(_ name: String, weights: [Float], rounded convolution: Int8Convolution) {
    let scales = convolution.weightScale
    precondition(weights.count == convolution.weights.count && !scales.isEmpty)
    let count = weights.count / scales.count
    var (signal, noise) = (0.0, 0.0)
    for (i, weight) in weights.enumerated() {
      let value = Double(convolution.weights[i]) * Double(scales[i / count])
      signal += Double(weight) * Double(weight)
      noise += (Double(weight) - value) * (Double(weight) - value)
    }
    self.name = name
    weightSignalToNoise = Agreement.decibels(signal: signal, noise: noise)
    weightScales = scales.reduce(scales[0]...scales[0]) {
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
