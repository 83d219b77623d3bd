import Optim
import QuantVGG
import Rows
import StyleTransfer
import TestSupport

/// Small networks with random weights, and pictures and transfers for them.
enum TestNetworks {
  /// The layers of VGG-19 up to `deepest`.
  static func layers(_ deepest: LayerName) -> [NetworkTable.Convolution] {
    NetworkTable.vgg19.convolutions.filter { $0.name <= deepest }
  }

  /// Weights of conv1_1 up to `deepest` whose activations neither die nor explode.
  static func float32(deepest: LayerName) -> [Float32Convolution] {
    var random = TestRandom("float32 network")
    return layers(deepest).map { layer in
      let fan = Float(9 * layer.inputChannels)
      return Float32Convolution(
        weights: random.floats(
          9 * layer.inputChannels * layer.outputChannels, scale: (6 / fan).squareRoot()),
        bias: random.floats(layer.outputChannels, scale: 5))
    }
  }

  /// Int8 weights of conv1_1 up to `deepest`.
  static func int8(deepest: LayerName) -> [Int8Convolution] {
    var random = TestRandom("int8 network")
    return layers(deepest).map { layer in
      let fan = Float(9 * layer.inputChannels)
      let scale = (6 / fan).squareRoot() / 127
      return Int8Convolution(
        weights: random.weights(9 * layer.inputChannels * layer.outputChannels),
        weightScale: random.floats(layer.outputChannels, scale: 0.2 * scale).map { scale + $0 },
        bias: random.floats(layer.outputChannels, scale: 3000).map { Int32($0) },
        outputScale: 1.7)
    }
  }

  /// Weights of an arithmetic, for both poolings.
  static func weights(_ precision: Precision, deepest: LayerName) -> Weights {
    switch precision {
    case .int8:
      let layers = int8(deepest: deepest)
      return Weights([.average: layers, .maximum: layers], of: .vgg19)
    case .float32: return Weights(float32(deepest: deepest), of: .vgg19)
    }
  }

  static func image(_ name: String, width: Int, height: Int) -> ImageTensor {
    var random = TestRandom(name)
    return ImageTensor(
      width: width, height: height, values: random.floats(width * height * 3, scale: 100))
  }

  /// A transfer of pictures in memory, at their own sizes and along their rows, that neither memory
  /// nor bounds limit.
  static func transfer(
    _ weights: Weights, content: ImageTensor, style: ImageTensor, settings: TransferSettings,
    optimizer: OptimizerSettings = OptimizerSettings(), threads: Int = 2
  ) -> Transfer {
    var transfer = Transfer(
      content: Picture(content), styles: [Style(Picture(style))], weights: weights)
    transfer.longerSide = nil
    transfer.walk = .rows
    transfer.settings = settings
    transfer.optimizer = optimizer
    transfer.threads = threads
    transfer.memory = .max
    transfer.plan = .resident
    return transfer
  }
}

extension LayerName {
  // swift-format-ignore: AlwaysUseLowerCamelCase
  static let conv2_2 = LayerName(block: 2, place: 2)
}

extension Session {
  /// The bits of the image.
  var bits: [UInt32] { pixels.array.map { $0.bitPattern } }
}
