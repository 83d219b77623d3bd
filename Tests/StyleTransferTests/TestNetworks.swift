import QuantVGG
import StyleTransfer
import TestSupport

/// Small networks with random weights, and pictures for them.
enum TestNetworks {
  /// Weights of conv1_1 up to layer `deepest` whose activations neither die nor explode.
  static func float32(deepest: Int) -> [Float32Convolution] {
    var random = TestRandom("float32 network")
    return VGG19.convolutions[...deepest].map { layer in
      let fan = Float(9 * layer.inputChannels)
      return Float32Convolution(
        weights: random.floats(
          9 * layer.inputChannels * layer.outputChannels, scale: (6 / fan).squareRoot()),
        bias: random.floats(layer.outputChannels, scale: 5))
    }
  }

  /// Int8 weights of conv1_1 up to layer `deepest`.
  static func int8(deepest: Int) -> [Int8Convolution] {
    var random = TestRandom("int8 network")
    return VGG19.convolutions[...deepest].map { layer in
      let fan = Float(9 * layer.inputChannels)
      let scale = (6 / fan).squareRoot() / 127
      return Int8Convolution(
        weights: random.weights(9 * layer.inputChannels * layer.outputChannels),
        weightScale: random.floats(layer.outputChannels, scale: 0.2 * scale).map { scale + $0 },
        bias: random.floats(layer.outputChannels, scale: 3000).map { Int32($0) },
        outputScale: 1.7)
    }
  }

  static func image(_ name: String, width: Int, height: Int) -> ImageTensor {
    var random = TestRandom(name)
    return ImageTensor(
      width: width, height: height, values: random.floats(width * height * 3, scale: 100))
  }
}
