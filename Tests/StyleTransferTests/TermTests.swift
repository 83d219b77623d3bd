import Optim
import QuantVGG
import Rows
import StyleTransfer
import TestSupport
import Testing

/// The costs term by term, and the term of the image's own pixels.
@Suite struct TermTests {
  private let content = TestNetworks.image("content", width: 19, height: 23)
  private let style = TestNetworks.image("style", width: 18, height: 15)

  private func transfer(
    _ precision: Precision, smoothness: Double, optimizer: OptimizerSettings = OptimizerSettings()
  ) -> Transfer {
    let settings = TransferSettings(
      contentWeight: 5, styleWeight: 30,
      contentLayers: [.init(layer: .conv1_2, weight: 0.5), .init(layer: .conv2_1, weight: 2)],
      styleLayers: [LayerName.conv1_1, .conv2_1].map { .init(layer: $0, weight: 0.25) },
      smoothness: smoothness)
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(precision, deepest: .conv2_1), content: content, style: style,
      settings: settings, optimizer: optimizer)
    transfer.start = .noise(ratio: 0.6, seed: 4)
    return transfer
  }

  /// (right - x)^2 + (below - x)^2 over pixels and colours, divided by the pixels.
  private func totalVariation(_ image: ImageTensor) -> Double {
    func at(_ x: Int, _ y: Int, _ c: Int) -> Double {
      Double(image.values[3 * (y * image.width + x) + c])
    }
    var sum = 0.0
    for y in 0..<image.height {
      for x in 0..<image.width {
        for c in 0..<3 {
          if x + 1 < image.width {
            sum += (at(x + 1, y, c) - at(x, y, c)) * (at(x + 1, y, c) - at(x, y, c))
          }
          if y + 1 < image.height {
            sum += (at(x, y + 1, c) - at(x, y, c)) * (at(x, y + 1, c) - at(x, y, c))
          }
        }
      }
    }
    return sum / Double(image.width * image.height)
  }

  @Test(arguments: Precision.allCases)
  func sumsOfTerms(_ precision: Precision) throws {
    let run = try transfer(precision, smoothness: 7).start()
    let costs = run.session.evaluate()
    let terms = run.session.terms
    #expect(terms.map { $0.name } == ["content", "content", "gram", "gram", "total_variation"])
    #expect(
      terms.map { $0.layer } == [.conv1_2, .conv2_1, .conv1_1, .conv2_1, nil])
    #expect(terms.map { $0.weight } == [2.5, 10, 7.5, 7.5, 7])
    let total = terms.reduce(0) { $0 + $1.weight * $1.value }
    #expect(abs(total - costs.total) <= 1e-12 * costs.total)
    #expect(abs(0.5 * terms[0].value + 2 * terms[1].value - costs.content) <= 1e-12 * costs.content)
    #expect(abs(0.25 * (terms[2].value + terms[3].value) - costs.style) <= 1e-12 * costs.style)
    let expected = totalVariation(run.picture.tensor)
    #expect(abs(terms[4].value - expected) <= 1e-6 * expected)
  }

  /// Without the term there is nothing of it: neither cost nor memory.
  @Test func noSmoothness() throws {
    let transfer = transfer(.int8, smoothness: 0)
    let session = try transfer.start().session
    _ = session.evaluate()
    #expect(!session.terms.contains { $0.name == "total_variation" })
    var smooth = transfer
    smooth.settings.smoothness = 1
    func stepBytes(_ transfer: Transfer) throws -> Int {
      let phases = transfer.phases(.resident, for: Int8Arithmetic.self)
      return try #require(phases.first { $0.phase == .optimise }).bytes
    }
    #expect(try stepBytes(smooth) > stepBytes(transfer))
  }

  /// Adam moves rows while gradients arrive: the neighbours are read as they were, whatever the
  /// chunk and the threads.
  @Test(arguments: OptimizerSettings.Method.allCases)
  func sameBitsWhateverMoves(_ method: OptimizerSettings.Method) throws {
    func bits(_ plan: NetworkPlan, threads: Int, steps: Int = 4) throws -> [UInt32] {
      var transfer = transfer(
        .int8, smoothness: 60, optimizer: OptimizerSettings(method: method, state: .float32))
      transfer.plan = MemoryPlan(network: plan, copies: .both)
      transfer.threads = threads
      let session = try transfer.start().session
      for _ in 0..<steps { session.step() }
      return session.bits
    }
    let expected = try bits(.resident, threads: 1)
    for kept in [NetworkPlan.KeptLayers.all, .from(.conv1_2), .from(.conv2_1), .none] {
      for chunkRows in [1, 2, 3, 5, 16, 64] {
        let plan = NetworkPlan(chunkRows: chunkRows, kept: kept)
        #expect(try bits(plan, threads: 3) == expected, "\(plan)")
      }
    }
  }

  /// A step of Adam, which moves rows while gradients arrive, has the costs and the gradient of a
  /// measurement that moves nothing.
  @Test func theGradientIsThatOfTheUnmovedImage() throws {
    var settings = OptimizerSettings(method: .adam, state: .float32)
    settings.adam.learningRate = 3
    var transfer = transfer(.float32, smoothness: 60, optimizer: settings)
    transfer.recordsGradient = true
    transfer.plan = MemoryPlan(network: NetworkPlan(chunkRows: 4, kept: .none), copies: .both)
    let session = try transfer.start().session
    let costs = session.measureGradient()
    let gradient = session.gradient.array
    #expect(session.step() == costs)
    #expect(session.gradient.array == gradient)
  }

  /// A constant image has no variation, and a weight pulls an image towards one.
  @Test func smoothnessSmooths() throws {
    func variation(_ weight: Double) throws -> Double {
      let run = try transfer(.int8, smoothness: weight).start()
      for _ in 0..<20 { run.session.step() }
      return totalVariation(run.picture.tensor)
    }
    #expect(try variation(1e9) < 0.1 * variation(0))
  }
}
