import QuantVGG
import Rows
import StyleTransfer
import TestSupport
import Testing

/// Both networks side by side, on small networks whose figures are known.
@Suite struct ArithmeticTests {
  private let pool = WorkerPool(threads: 2)

  /// The float32 network of int8 weights: only activations and gradients are rounded.
  static func real(_ int8: [Int8Convolution]) -> [Float32Convolution] {
    var inputScale: Float = 1.0 / 64
    return zip(int8, NetworkTable.vgg19.convolutions).map { layer, shape in
      let fan = 9 * shape.inputChannels
      let weights = layer.weights.enumerated().map { Float($1) * layer.weightScale[$0 / fan] }
      let bias = zip(layer.bias, layer.weightScale).map { Float($0) * $1 * inputScale }
      inputScale = layer.outputScale
      return Float32Convolution(weights: weights, bias: bias)
    }
  }

  private static func transfer(_ int8: [Int8Convolution]) -> Transfer {
    let last = NetworkTable.vgg19.convolutions[int8.count - 1].name
    return TestNetworks.transfer(
      Weights([.average: int8, .maximum: int8], of: .vgg19),
      content: TestNetworks.image("image", width: 24, height: 40),
      style: TestNetworks.image("style", width: 31, height: 22),
      settings: TransferSettings(
        contentLayers: [.init(layer: last, weight: 1)],
        styleLayers: [.init(layer: .conv1_1, weight: 1)]))
  }

  private func run(
    _ int8: [Int8Convolution], _ pooling: Pooling = .average, plan: NetworkPlan = .resident
  ) throws -> ArithmeticCheck.Run {
    var transfer = Self.transfer(int8)
    transfer.plan = MemoryPlan(network: plan, copies: .forward)
    transfer.threads = pool.threads
    return try ArithmeticCheck(
      transfer, reference: Weights(Self.real(int8), of: .vgg19), poolings: [pooling], pool: pool
    ).runs[0]
  }

  /// Where the weights are the same, the first layer has the rounding of its own format alone, and later ones
  /// gather more; so do gradients on their way back.
  @Test(arguments: Pooling.allCases) func onlyRoundingIsLeft(_ pooling: Pooling) throws {
    let run = try run(TestNetworks.int8(deepest: .conv2_2), pooling)
    for weights in run.weights {
      #expect(weights.agreement.decibels > 120 && weights.agreement.cosine > 1 - 1e-12)
      #expect(abs(weights.slope.value - 1) < 1e-6 && abs(weights.worst.value) < 1e-4)
      #expect(weights.zeroBiases == 0 && abs(weights.bias.value) < 1e-3)
    }
    for pass in run.passes {
      let layers = pass.layers
      #expect(layers.count == 4)
      #expect(layers[0].alone == layers[0].accumulated)
      #expect(abs(layers[0].alone.decibels - layers[0].rounding.decibels) < 0.1)
      for layer in layers {
        // Maxima are clipped here and there.
        let least = pooling == .average ? 20.0 : 8
        #expect(layer.rounding.decibels > least && layer.accumulated.decibels > least)
        #expect(layer.alone.decibels < layer.rounding.decibels + 0.1)
        #expect(layer.accumulated.decibels < layer.alone.decibels + 0.1)
        let (alone, gradient) = (
          try #require(layer.gradientAlone), try #require(layer.gradient)
        )
        #expect(alone.decibels > 35 && alone.cosine > 0.999)
        #expect(gradient.decibels < alone.decibels && gradient.cosine > 0.9)
      }
      #expect(layers.map { $0.gramError != nil } == [true, false, false, true])
      #expect(pass.imageGradient.cosine > 0.9)
    }
  }

  /// What stays in memory, and chunks of another height, change no figure.
  @Test func thePlanChangesNothing() throws {
    let int8 = TestNetworks.int8(deepest: .conv2_1)
    let resident = try run(int8)
    let streaming = try run(int8, plan: .streaming)
    for (a, b) in zip(resident.passes, streaming.passes) {
      for (a, b) in zip(a.layers, b.layers) {
        #expect(abs(a.accumulated.decibels - b.accumulated.decibels) < 1e-6)
        #expect(a.worst == b.worst && a.clipped == b.clipped && a.count == b.count)
        #expect(abs((a.gradient?.cosine ?? 0) - (b.gradient?.cosine ?? 1)) < 1e-9)
        #expect(abs((a.gradientAlone?.cosine ?? 0) - (b.gradientAlone?.cosine ?? 1)) < 1e-9)
      }
    }
  }
}
