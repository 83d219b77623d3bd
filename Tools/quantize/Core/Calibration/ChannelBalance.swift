internal import QuantVGG

/// Scales per channel that balance how much of the 8 bits the channels of a layer use.
///
/// A ReLU lets positive factors through: dividing a layer's output channels by s and multiplying the
/// next layer's weights by s changes nothing but what rounding does (cross-layer equalization, Nagel et
/// al., arXiv 1906.04721, section 4.1). s is the root of the channel's maximum over the layer's, the mean of
/// both poolings: half of the difference goes to the activations, half stays with the weights.
struct ChannelBalance {
  /// A channel that hardly ever is positive must not blow up what it is multiplied by.
  private static let least: Float = 0x1p-4

  /// `[layer][channel]`.
  private(set) var scales: [[Float]] = []

  /// The scales that balance some maxima.
  ///
  /// - Parameter maxima: for each pooling `[layer][channel]`, the largest activations.
  init(_ maxima: [[[Float]]]) {
    // The mean of two: the fourth root is that of the root.
    precondition(maxima.count == 2)
    for layer in maxima[0].indices {
      var product = [Float](repeating: 1, count: maxima[0][layer].count)
      for pooling in maxima {
        let largest = max(pooling[layer].max() ?? 0, 0x1p-30)
        for c in product.indices {
          product[c] *= max(pooling[layer][c] / largest, Self.least)
        }
      }
      scales.append(product.map { $0.squareRoot().squareRoot() })
    }
  }

  /// The network whose channels are divided by the scales.
  func balanced(
    _ layers: [Float32Convolution], of network: NetworkTable
  ) -> [Float32Convolution] {
    layers.indices.map { index in
      var layer = layers[index]
      let inputs = network.convolutions[index].inputChannels
      for o in layer.bias.indices {
        let own = scales[index][o]
        layer.bias[o] /= own
        for i in 0..<inputs {
          let factor = (index > 0 ? scales[index - 1][i] : 1) / own
          for tap in 0..<9 { layer.weights[(o * inputs + i) * 9 + tap] *= factor }
        }
      }
      return layer
    }
  }
}
