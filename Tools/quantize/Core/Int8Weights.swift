public import QuantVGG

/// A network in the numeric contract's formats, ready to be written.
public struct Int8Weights {
  /// How far above the calibrated maximum an activation may rise before it saturates.
  ///
  /// Clipping ruins later steps of an optimisation, while a somewhat coarser step costs little.
  public static let headroom: Float = 1.1

  /// The file's tensors.
  public private(set) var tensors: [OutputTensor] = []

  /// Quantizes layers, the weights channel by channel and the biases for both kinds of pooling.
  ///
  /// - Parameters:
  ///   - layers: conv1_1 and on.
  ///   - ranges: the largest activation of each layer over the calibration images, by pooling.
  /// - Throws: `WeightError.badValue` when a bias does not fit.
  public init(
    _ layers: [Float32Convolution], ranges: (average: [Float], maximum: [Float]),
    granularity: Granularity = .channel
  ) throws(WeightError) {
    // Scales of the image: 1/64 grey level.
    var inputScales: [Float] = [1.0 / 64, 1.0 / 64]
    for (layer, source) in zip(VGG19.convolutions, layers) {
      let weights = quantize(
        source.weights, outputChannels: layer.outputChannels, granularity: granularity)
      let outputScales = [ranges.average[layer.index], ranges.maximum[layer.index]].map {
        max($0 * Self.headroom / 255, 0x1p-30)
      }
      let name = layer.name
      let channels = [layer.outputChannels]
      tensors.append(
        OutputTensor(
          name + ".weight", type: "I8",
          shape: [layer.outputChannels, layer.inputChannels, 3, 3], values: weights.values))
      tensors.append(
        OutputTensor(name + ".weight_scale", type: "F32", shape: channels, values: weights.scales))
      for (pooling, inputScale) in zip(Pooling.allCases, inputScales) {
        var biases: [Int32] = []
        for (bias, scale) in zip(source.bias, weights.scales) {
          guard let units = quantizeBias(bias, inputScale: inputScale, weightScale: scale) else {
            throw .badValue(name: name + ".bias")
          }
          biases.append(units)
        }
        tensors.append(
          OutputTensor(name + ".bias." + pooling.rawValue, type: "I32", shape: channels, values: biases))
      }
      tensors.append(
        OutputTensor(name + ".activation_scale", type: "F32", shape: [2], values: outputScales))
      inputScales = outputScales
    }
  }
}
