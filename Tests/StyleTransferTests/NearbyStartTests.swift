import Optim
import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// Starts that differ by at most a grey level, by which `compare` tells chance from cost.
@Suite struct NearbyStartTests {
  private let path = makeTemporaryFile()

  private func transfer(
    _ seed: UInt64?, threads: Int = 2, plan: MemoryPlan = .resident,
    _ method: OptimizerSettings.Method = .adam
  ) -> Transfer {
    let settings = TransferSettings(
      contentLayers: [.init(layer: .conv1_2, weight: 1)],
      styleLayers: [LayerName.conv1_1, .conv2_1].map { .init(layer: $0, weight: 0.5) })
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(.int8, deepest: .conv2_1),
      content: TestNetworks.image("content", width: 21, height: 13),
      style: TestNetworks.image("style", width: 18, height: 15), settings: settings,
      optimizer: OptimizerSettings(method: method), threads: threads)
    transfer.start = .content
    transfer.nearbySeed = seed
    transfer.plan = plan
    return transfer
  }

  /// The numbers are Python's; a value that would leave 0...255 stays.
  @Test func valuesMoveByOneLevel() {
    let changes: [Float] = [
      -1, -1, -1, 1, -1, 0, -1, 0, 1, -1, -1, -1, 0, 0, 0, -1, 0, 0, 1, 0, 1, -1, -1, 0,
    ]
    let image = ImageTensor(
      width: 8, height: 1, rgb: (0..<24).map { $0 < 6 ? 0 : $0 < 12 ? 255 : 100 })
    var moved = image
    var values = moved.values.mutableSpan
    var generator = SplitMix64(seed: 3)
    ImageTensor.moveByLevels(in: &values, &generator)
    for (place, (own, first)) in zip(moved.rgb, image.rgb).enumerated() {
      let wanted = min(255, max(0, first + changes[place]))
      #expect(abs(own - wanted) < 1e-4, "\(place)")
    }
  }

  @Test(arguments: OptimizerSettings.Method.allCases)
  func sameBitsForThreadsPlansAndResumedRuns(_ method: OptimizerSettings.Method) throws {
    defer { remove(path) }
    let whole = try transfer(7, threads: 1, method).start().session
    let start = whole.bits
    for _ in 0..<5 { whole.step() }
    for threads in [2, 3] {
      let plan = MemoryPlan(network: .streaming, copies: .both)
      let first = try transfer(7, threads: threads, plan: plan, method).start().session
      #expect(first.bits == start)
      for _ in 0..<2 { first.step() }
      try first.save(Checkpoint(fingerprint: 1, step: 2), to: path)
      let second = try transfer(7, threads: threads, method).start().session
      _ = try second.restore(from: path, fingerprint: 1)
      for _ in 0..<3 { second.step() }
      #expect(second.bits == whole.bits, "\(threads)")
    }
  }

  /// Runs are told apart by their starts.
  @Test func seedsAreAPartOfTheFingerprint() throws {
    let prints = try [nil, 1, 2].map { try transfer($0).fingerprint().value }
    #expect(Set(prints).count == 3)
  }
}
