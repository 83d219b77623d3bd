import Optim
import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// The gradient of the losses against finite differences of the losses.
@Suite struct GradientTests {
  /// Keeps the gradient of an image and changes nothing.
  private func recorder(_ image: ImageTensor) throws -> GradientRecorder {
    try GradientRecorder(rowLength: 3 * image.width, rows: image.height)
  }

  private func settings(content: [Int], style: [Int]) -> TransferSettings {
    TransferSettings(
      contentWeight: 7, styleWeight: 3,
      contentLayers: content.map { .init(layer: $0, weight: 0.5) },
      styleLayers: style.map { .init(layer: $0, weight: 0.3) })
  }

  @Test(arguments: Pooling.allCases, [([0], []), ([], [0]), ([], [1]), ([2], [0, 2])])
  func directionalDerivative(_ pooling: Pooling, _ layers: ([Int], [Int])) throws {
    let settings = settings(content: layers.0, style: layers.1)
    let numbers = Float32Arithmetic(
      TestNetworks.float32(deepest: settings.deepest), pooling: pooling)
    let pool = WorkerPool(threads: 2)
    // Odd sizes: the last column and row have no pooling window.
    let content = TestNetworks.image("content", width: 13, height: 9)
    let style = TestNetworks.image("style", width: 11, height: 14)
    let start = TestNetworks.image("start", width: 13, height: 9)
    func session(_ image: ImageTensor, _ recorder: GradientRecorder) throws -> TransferSession<
      Float32Arithmetic
    > {
      try TransferSession(
        numbers, content: content, style: style, start: image, settings: settings,
        optimizer: recorder, pool: pool)
    }
    let recorded = try recorder(start)
    try session(start, recorded).step()
    var random = TestRandom("direction")
    for _ in 0..<4 {
      let direction = random.floats(start.values.count)
      let slope = zip(direction, recorded.gradient).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let step: Float = 0.02
      let costs = try [step, -step].map { step in
        var moved = start
        for i in moved.values.indices { moved.values[i] += step * direction[i] }
        return try session(moved, recorder(moved)).evaluate().total
      }
      let measured = (costs[0] - costs[1]) / Double(2 * step)
      #expect(
        abs(measured - slope) <= 0.01 * max(abs(slope), abs(measured)) + 1e-4 * abs(costs[0]),
        "slope \(slope), measured \(measured)")
    }
  }

  @Test func aTargetThatIsReachedCostsNothing() throws {
    let numbers = Int8Arithmetic(TestNetworks.int8(deepest: 2), pooling: .average)
    let image = TestNetworks.image("content", width: 20, height: 16)
    let settings = settings(content: [1], style: [0, 2])
    func losses(_ start: ImageTensor) throws -> LossValues {
      try TransferSession(
        numbers, content: image, style: image, start: start, settings: settings,
        optimizer: recorder(start), pool: WorkerPool(threads: 1)
      ).evaluate()
    }
    let reached = try losses(image)
    let other = try losses(TestNetworks.image("start", width: 20, height: 16))
    #expect(reached.content == 0)
    // The sums are exact; the target is kept in Float32, 24 bits of it.
    #expect(reached.style < 1e-12 * other.style)
    #expect(other.content > 0)
  }
}
