import CSystem
import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// Weights from a file are those in memory, and only what fits is taken.
@Suite struct WeightsTests {
  private let path = makeTemporaryFile()

  private func write(_ convolution: Float32Convolution) throws {
    var file = StoredTensors()
    file.metadata = [("format", "qstyle-vgg19-float32"), ("format_version", "1")]
    file.add("conv1_1.weight", type: "F32", shape: [64, 3, 3, 3], convolution.weights)
    file.add("conv1_1.bias", type: "F32", shape: [64], convolution.bias)
    try file.write(to: path)
  }

  private func transfer(_ weights: Weights) -> Transfer {
    let settings = TransferSettings(
      contentLayers: [.init(layer: .conv1_1, weight: 1)],
      styleLayers: [.init(layer: .conv1_1, weight: 1)])
    return TestNetworks.transfer(
      weights, content: TestNetworks.image("content", width: 17, height: 12),
      style: TestNetworks.image("style", width: 11, height: 13), settings: settings)
  }

  @Test func aFileIsWhatItHolds() throws {
    defer { remove(path) }
    let layers = TestNetworks.float32(deepest: .conv1_1)
    try write(layers[0])
    let stored = try Weights.find(path)
    #expect(
      stored.name == path.description && stored.network == .vgg19 && stored.precision == .float32)
    func bits(_ weights: Weights) throws -> [UInt32] {
      let session = try transfer(weights).start().session
      for _ in 0..<3 { session.step() }
      return session.bits
    }
    #expect(try bits(stored) == bits(Weights(layers, of: .vgg19)))
    // Another weight, another fingerprint.
    let before = try transfer(stored).fingerprint().value
    var other = layers[0]
    other.weights[7] += 1
    try write(other)
    #expect(try transfer(Weights(path: path)).fingerprint().value != before)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    defer { remove(path) }
    try write(TestNetworks.float32(deepest: .conv1_1)[0])
    #expect(throws: TransferError.precision(name: path.description, held: .float32, wanted: .int8))
    {
      try Weights.find(path, precision: .int8)
    }
    var deeper = transfer(try Weights(path: path))
    deeper.settings.styleLayers = [.init(layer: .conv1_2, weight: 1)]
    #expect(throws: TransferError.weights(name: path.description, .missingLayer(name: "conv1_2"))) {
      try deeper.start()
    }
    remove(path)
    #expect(throws: TransferError.weights(name: path.description, .unreadable(errno: ENOENT))) {
      try Weights.find(path)
    }
  }
}
