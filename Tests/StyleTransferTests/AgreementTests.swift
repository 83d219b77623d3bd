import Optim
import QuantVGG
import Rows
import StyleTransfer
import TestSupport
import Testing

@Suite struct AgreementTests {
  /// Vectors whose angle is known: 45 degrees, right, opposite, none.
  @Test func cosines() {
    #expect(abs(Agreement.cosine([1, 1], [1, 0]) - 0.5.squareRoot()) < 1e-12)
    #expect(Agreement.cosine([0, 2], [3, 0]) == 0)
    #expect(abs(Agreement.cosine([1, -2, 3], [-2, 4, -6]) + 1) < 1e-12)
    #expect(Agreement.cosine([0, 0], [1, 2]) == 0)
    // Another length changes nothing: 3-4-5.
    #expect(abs(Agreement.cosine([30, 40], [1, 0]) - 0.6) < 1e-12)
  }

  @Test func ratiosAndErrors() {
    // An error of a tenth of the signal is 20 dB.
    #expect(abs(Agreement.signalToNoise([11, 22, -33], [10, 20, -30]) - 20) < 1e-5)
    #expect(Agreement.signalToNoise([1, 2], [1, 2]) == .infinity)
    #expect(Agreement.decibels(signal: 1, noise: 1000) == -30)
    #expect(abs(Agreement.relativeError([3, 4], [3, 0]) - 4.0 / 3) < 1e-12)
  }

  /// A frozen measurement moves nothing; steps that record do what the optimizer alone does.
  @Test func recordingWatches() throws {
    let settings = TransferSettings(
      contentLayers: [.init(layer: .conv2_1, weight: 1)],
      styleLayers: [.init(layer: .conv1_1, weight: 1)])
    let start = TestNetworks.image("start", width: 20, height: 18)
    func session(recordsGradient: Bool) throws -> Session {
      var transfer = TestNetworks.transfer(
        TestNetworks.weights(.float32, deepest: .conv2_1),
        content: TestNetworks.image("content", width: 20, height: 18),
        style: TestNetworks.image("style", width: 16, height: 16), settings: settings,
        optimizer: OptimizerSettings(method: .adam, state: .float32))
      transfer.start = .picture(Picture(start))
      transfer.recordsGradient = recordsGradient
      return try transfer.start().session
    }
    let plain = try session(recordsGradient: false)
    let watched = try session(recordsGradient: true)
    watched.measureGradient()
    #expect(watched.pixels.array == start.values)
    let gradient = watched.gradient.array
    #expect(gradient.contains { $0 != 0 })
    watched.step()
    plain.step()
    #expect(watched.gradient.array == gradient)
    #expect(watched.bits == plain.bits)
    #expect(watched.pixels.array != start.values)
  }

  /// On a network whose float weights are those of its int8 weights, only rounding is left.
  ///
  /// The first layer has the rounding of its own format alone, later ones gather more, and the
  /// chunk never matters.
  @Test func activationsAgree() throws {
    let pool = WorkerPool(threads: 2)
    let int8 = TestNetworks.int8(deepest: .conv2_2)
    var inputScale: Float = 1.0 / 64
    let float32 = zip(int8, NetworkTable.vgg19.convolutions).map { layer, shape in
      let fan = 9 * shape.inputChannels
      let weights = layer.weights.enumerated().map { Float($1) * layer.weightScale[$0 / fan] }
      let bias = zip(layer.bias, layer.weightScale).map { Float($0) * $1 * inputScale }
      inputScale = layer.outputScale
      return Float32Convolution(weights: weights, bias: bias)
    }
    let image = TestNetworks.image("image", width: 24, height: 40)
    let transfer = TestNetworks.transfer(
      Weights([.average: int8], of: .vgg19), content: image, style: image,
      settings: TransferSettings(
        contentLayers: [.init(layer: .conv2_2, weight: 1)], styleLayers: []))
    func agreement(chunkRows: Int) throws -> [ActivationAgreement.Layer] {
      try image.block().withElements {
        try ActivationAgreement(
          transfer, reference: Weights(float32, of: .vgg19), image: $0,
          plan: NetworkPlan(chunkRows: chunkRows, kept: .none), pool: pool
        ).layers
      }
    }
    let layers = try agreement(chunkRows: 16)
    #expect(layers.count == 4)
    #expect(abs(layers[0].cumulative - layers[0].local) < 0.1)
    for layer in layers {
      #expect(layer.local > 25 && layer.cumulative > 20)
      #expect(layer.cumulative < layer.local + 0.1)
    }
    for (a, b) in zip(layers, try agreement(chunkRows: 64)) {
      #expect(abs(a.local - b.local) < 1e-6 && abs(a.cumulative - b.cumulative) < 1e-6)
    }
  }
}
