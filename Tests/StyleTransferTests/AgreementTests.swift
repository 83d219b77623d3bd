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
}
