import Optim
import QuantVGG
import Rows
import StyleTransfer
import TestSupport
import Testing

/// The gradient of the terms against finite differences of the costs.
@Suite struct GradientTests {
  private func settings(
    content: [LayerName], style: [LayerName], smoothness: Double = 0
  ) -> TransferSettings {
    TransferSettings(
      contentWeight: 7, styleWeight: 3,
      contentLayers: content.map { .init(layer: $0, weight: 0.5) },
      styleLayers: style.map { .init(layer: $0, weight: 0.3) }, smoothness: smoothness)
  }

  /// The slope along random directions against the difference of the total cost.
  private func check(_ settings: TransferSettings, _ pooling: Pooling) throws {
    // Odd sizes: the last column and row have no pooling window.
    let content = TestNetworks.image("content", width: 13, height: 9)
    let start = TestNetworks.image("start", width: 13, height: 9)
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(.float32, deepest: settings.deepest), content: content,
      style: TestNetworks.image("style", width: 11, height: 14), settings: settings)
    transfer.pooling = pooling
    transfer.recordsGradient = true
    transfer.start = .picture(Picture(start))
    let session = try transfer.start().session
    session.measureGradient()
    let gradient = session.gradient.array
    #expect(session.bits == start.values.map { $0.bitPattern })
    var random = TestRandom("direction")
    for _ in 0..<4 {
      let direction = random.floats(start.values.count)
      let slope = zip(direction, gradient).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let step: Float = 0.02
      let costs = [step, -step].map { step in
        for i in direction.indices { session.pixels[i] = start.values[i] + step * direction[i] }
        return session.evaluate().total
      }
      let measured = (costs[0] - costs[1]) / Double(2 * step)
      #expect(
        abs(measured - slope) <= 0.01 * max(abs(slope), abs(measured)) + 1e-4 * abs(costs[0]),
        "slope \(slope), measured \(measured)")
    }
  }

  @Test(
    arguments: Pooling.allCases,
    [
      ([LayerName.conv1_1], []), ([], [LayerName.conv1_1]), ([], [.conv1_2]),
      ([.conv2_1], [.conv1_1, .conv2_1]),
    ])
  func directionalDerivative(_ pooling: Pooling, _ layers: ([LayerName], [LayerName])) throws {
    try check(settings(content: layers.0, style: layers.1), pooling)
  }

  /// With the other costs at almost nothing, the total variation's own slope is left.
  @Test func directionalDerivativeOfTotalVariation() throws {
    var settings = settings(content: [.conv1_1], style: [], smoothness: 40)
    settings.contentWeight = 1e-9
    try check(settings, .average)
  }

  @Test func aTargetThatIsReachedCostsNothing() throws {
    let image = TestNetworks.image("content", width: 20, height: 16)
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(.int8, deepest: .conv2_1), content: image, style: image,
      settings: settings(content: [.conv1_2], style: [.conv1_1, .conv2_1]), threads: 1)
    let reached = try transfer.start().session.evaluate()
    transfer.start = .picture(Picture(TestNetworks.image("start", width: 20, height: 16)))
    let other = try transfer.start().session.evaluate()
    #expect(reached.content == 0)
    // The sums are exact; the target is kept in Float32, 24 bits of it.
    #expect(reached.style < 1e-12 * other.style)
    #expect(other.content > 0)
  }
}
