import Optim
import QuantVGG
import Rows
import QuantizeCore
import StyleTransfer
import TestSupport
import Testing

/// Quantization of a small network whose channels differ in size a hundredfold.
@Suite struct RoundingTests {
  private static let network = NetworkTable.vgg19
  /// conv1_1, conv1_2 and conv2_1.
  private static let count = 3
  // One for each use: tests run side by side, and a pool serves one of them at a time.
  private static var pool: WorkerPool { WorkerPool(threads: 2) }

  private static var layers: [Float32Convolution] {
    var random = TestRandom("uneven network")
    return network.convolutions.prefix(count).map { layer in
      let inputs = 9 * layer.inputChannels
      var weights = random.floats(
        inputs * layer.outputChannels, scale: (6 / Float(inputs)).squareRoot())
      var bias = random.floats(layer.outputChannels, scale: 5)
      for o in bias.indices {
        let size = [0.05, 0.3, 1, 5][o % 4] as Float
        bias[o] *= size
        for i in 0..<inputs { weights[o * inputs + i] *= size }
      }
      return Float32Convolution(weights: weights, bias: bias)
    }
  }

  /// Smooth pictures: neighbours in a patch have much in common, as those of photos.
  private static func picture(_ name: String, side: Int = 32) -> ImageTensor {
    var random = TestRandom(name)
    let noise = random.floats(side * side * 3, scale: 90)
    var values = noise
    for y in 0..<side {
      for x in 0..<side {
        for c in 0..<3 {
          var sum: Float = 0
          for i in 0..<9 {
            let (row, column) = ((y + i / 3) % side, (x + i % 3) % side)
            sum += noise[(row * side + column) * 3 + c]
          }
          values[(y * side + x) * 3 + c] = sum / 4
        }
      }
    }
    return ImageTensor(width: side, height: side, values: values)
  }

  private static var images: [ImageTensor] {
    ["first", "second", "third"].map { picture($0) }
  }

  private static func quantized(
    _ rounding: Rounding, threads: Int = 2
  ) throws -> Int8Weights {
    try Int8Weights(
      layers, of: network, images: images, means: images, rounding: rounding,
      pool: WorkerPool(threads: threads))
  }

  /// The losses and the image's gradient with some weights.
  private static func gradient(
    _ weights: Weights, _ pooling: Pooling, content: [LayerName], style: [LayerName]
  ) throws -> (LossValues, [Float]) {
    let transfer = ComparedTransfer(
      "t", pooling: pooling, content: picture("content"),
      styles: [Style(Picture(picture("style")))],
      start: picture("start"),
      settings: TransferSettings(
        contentLayers: content.map { .init(layer: $0, weight: 1) },
        styleLayers: style.map { .init(layer: $0, weight: 1) }))
    let session = try transfer.session(weights, pool: pool)
    let losses = session.measureGradient()
    return (losses, session.gradient.array)
  }

  /// Losses at any layer are those of real activations, whatever scales the channels have.
  @Test(
    arguments: Pooling.allCases,
    [LayerName.conv1_1, .conv1_2, .conv2_1].flatMap { [([$0], []), ([], [$0])] })
  func channelScalesReachTheLosses(
    _ pooling: Pooling, _ losses: ([LayerName], [LayerName])
  ) throws {
    let int8 = try #require(try Self.quantized(.nearest).convolutions[pooling])
    let scales = int8[1].channelScale
    #expect((scales.max() ?? 1) > 3 * (scales.min() ?? 1))
    let own = try Self.gradient(
      Weights([pooling: int8], of: Self.network), pooling, content: losses.0, style: losses.1)
    let truth = try Self.gradient(
      Weights(Self.layers, of: Self.network), pooling, content: losses.0, style: losses.1)
    #expect(try #require(Agreement.relative(own.0.total, truth.0.total)) < 0.03)
    #expect(Agreement.cosine(own.1, truth.1) > 0.985)
    #expect(Agreement.relativeError(own.1, truth.1) < 0.2)
  }

  /// The rounding changes outputs much less than the nearest multiples do, though weights more.
  @Test func reconstructionKeepsOutputs() throws {
    let nearest = try Self.quantized(.nearest)
    let reconstructed = try Self.quantized(.reconstruct)
    let image = Self.picture("another")
    let patches = try Self.patches(of: image, balancedBy: nearest)
    let layer = 1
    let truth = Self.balanced(layer, nearest)
    func outputError(_ weights: QuantizedWeights) -> Double {
      var error = 0.0
      let count = 9 * Self.network.convolutions[layer].inputChannels
      for patch in patches {
        for o in weights.scales.indices {
          var sum = 0.0
          for k in o * count..<(o + 1) * count {
            let weight = Float(weights.values[k]) * weights.scales[o]
            sum += Double(weight - truth[k]) * Double(patch[k % count])
          }
          error += sum * sum
        }
      }
      return error
    }
    let before = outputError(nearest.weights[layer])
    let after = outputError(reconstructed.weights[layer])
    #expect(after < 0.35 * before, "\(after / before)")
    #expect(nearest.weights[0].scales == reconstructed.weights[0].scales)
  }

  @Test func reconstructionIsTheSameForAnyThreads() throws {
    let one = try Self.quantized(.reconstruct, threads: 1)
    let three = try Self.quantized(.reconstruct, threads: 3)
    #expect(one.weights == three.weights)
    for pooling in Pooling.allCases {
      let biases = [one, three].map { $0.convolutions[pooling]?.map { $0.bias } }
      #expect(biases[0] != nil && biases[0] == biases[1])
    }
  }

  /// The float weights of a layer with channels divided as in the quantized network.
  private static func balanced(_ layer: Int, _ weights: Int8Weights) -> [Float] {
    let convolutions = weights.convolutions[.average] ?? []
    let (before, own) = (convolutions[layer - 1].channelScale, convolutions[layer].channelScale)
    let inputs = before.count
    return layers[layer].weights.enumerated().map { index, weight in
      weight * before[index / 9 % inputs] / own[index / 9 / inputs]
    }
  }

  /// Patches `[input channel][3][3]` of the float network's balanced activations after conv1_1.
  private static func patches(
    of image: ImageTensor, balancedBy weights: Int8Weights
  ) throws -> [[Float]] {
    let scales = try #require(weights.convolutions[.average]?[0].channelScale)
    let layers = layers
    let side = image.width
    let source = layers[0]
    var map = [Float](repeating: 0, count: side * side * 64)
    for y in 0..<side {
      for x in 0..<side {
        for o in 0..<64 {
          var sum = source.bias[o]
          for tap in 0..<9 {
            let (row, column) = (y + tap / 3 - 1, x + tap % 3 - 1)
            guard (0..<side).contains(row), (0..<side).contains(column) else { continue }
            for c in 0..<3 {
              sum +=
                source.weights[(o * 3 + c) * 9 + tap] * image.values[(row * side + column) * 3 + c]
            }
          }
          map[(y * side + x) * 64 + o] = max(sum, 0) / scales[o]
        }
      }
    }
    var patches: [[Float]] = []
    for y in stride(from: 1, to: side - 1, by: 5) {
      for x in stride(from: 1, to: side - 1, by: 3) {
        patches.append(
          (0..<576).map { k in
            let (c, tap) = (k / 9, k % 9)
            return map[((y + tap / 3 - 1) * side + x + tap % 3 - 1) * 64 + c]
          })
      }
    }
    return patches
  }
}
