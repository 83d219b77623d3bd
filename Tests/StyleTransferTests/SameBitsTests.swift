import Optim
import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// The image after some steps has the same bits for every instruction set and thread count.
@Suite struct SameBitsTests {
  static let sets = InstructionSet.allCases.filter { $0.isAvailable }

  private func bits<Numbers: Arithmetic>(
    _ numbers: Numbers, threads: Int, plan: NetworkPlan = .resident,
    optimizer: OptimizerSettings = OptimizerSettings(), steps: Int = 3
  ) throws -> [UInt32] {
    // Odd at every level of the network, and styles of another size.
    let content = TestNetworks.image("content", width: 37, height: 21)
    let style = TestNetworks.image("style", width: 26, height: 31)
    let settings = TransferSettings(
      contentLayers: [.init(layer: 3, weight: 1)],
      styleLayers: [0, 1, 2, 4].map { .init(layer: $0, weight: 0.25) })
    let session = try TransferSession(
      numbers, content: content, style: style,
      start: .noisy(content: content, ratio: 0.6, seed: 4), settings: settings,
      optimizer: optimizer.makeOptimizer(rowLength: 3 * content.width, rows: content.height),
      plan: plan, pool: WorkerPool(threads: threads))
    for _ in 0..<steps { session.step() }
    return session.image.map { $0.bitPattern }
  }

  @Test(arguments: Pooling.allCases)
  func int8(_ pooling: Pooling) throws {
    let weights = TestNetworks.int8(deepest: 4)
    func run(_ set: InstructionSet, _ threads: Int) throws -> [UInt32] {
      try bits(
        Int8Arithmetic(weights, pooling: pooling, kernels: KernelTable(set)), threads: threads)
    }
    let expected = try run(.scalar, 1)
    for set in Self.sets {
      for threads in [1, 2, 3] { #expect(try run(set, threads) == expected, "\(set) \(threads)") }
    }
  }

  @Test(arguments: Pooling.allCases)
  func float32(_ pooling: Pooling) throws {
    let weights = TestNetworks.float32(deepest: 4)
    func run(_ set: InstructionSet, _ threads: Int) throws -> [UInt32] {
      try bits(
        Float32Arithmetic(weights, pooling: pooling, kernels: KernelTable(set)), threads: threads)
    }
    let expected = try run(Self.sets.last ?? .scalar, 1)
    for set in Self.sets {
      #expect(try run(set, 3) == expected, "\(set)")
    }
  }

  @Test(arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func optimizers(_ method: OptimizerSettings.Method, _ state: OptimizerSettings.State) throws {
    let numbers = Int8Arithmetic(TestNetworks.int8(deepest: 4), pooling: .average)
    func run(_ threads: Int, _ plan: NetworkPlan) throws -> [UInt32] {
      try bits(
        numbers, threads: threads, plan: plan,
        optimizer: OptimizerSettings(method: method, state: state), steps: 12)
    }
    let expected = try run(1, .resident)
    for threads in [1, 2, 3] { #expect(try run(threads, .streaming) == expected, "\(threads)") }
  }

  @Test(arguments: Pooling.allCases)
  func memoryPlans(_ pooling: Pooling) throws {
    let int8 = Int8Arithmetic(TestNetworks.int8(deepest: 4), pooling: pooling)
    let float32 = Float32Arithmetic(TestNetworks.float32(deepest: 4), pooling: pooling)
    let lean = Int8Arithmetic(
      TestNetworks.int8(deepest: 4), pooling: pooling, copies: .forward)
    let expected = (try bits(int8, threads: 2), try bits(float32, threads: 2))
    for firstKept in 0...5 {
      for chunkRows in [1, 4, 7, 16, 100] {
        let plan = NetworkPlan(chunkRows: chunkRows, firstKept: firstKept)
        #expect(try bits(int8, threads: 2, plan: plan) == expected.0, "\(plan)")
        #expect(try bits(lean, threads: 3, plan: plan) == expected.0, "\(plan)")
        #expect(try bits(float32, threads: 3, plan: plan) == expected.1, "\(plan)")
      }
    }
  }

  @Test func noiseIsAFunctionOfTheSeed() {
    var generator = SplitMix64(seed: 1_234_567)
    // The first outputs for this seed, from the generator's published reference code.
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
    let grey = ImageTensor(width: 2, height: 1, values: [0, 0, 0, 0, 0, 0])
    let noise = ImageTensor.noisy(content: grey, ratio: 1, seed: 9)
    #expect(noise.values == ImageTensor.noisy(content: grey, ratio: 1, seed: 9).values)
    #expect(noise.values != ImageTensor.noisy(content: grey, ratio: 1, seed: 10).values)
    #expect(noise.values.allSatisfy { $0 >= -20 && $0 < 20 })
  }

  @Test func tooSmallImagesAreRefused() {
    let numbers = Int8Arithmetic(TestNetworks.int8(deepest: 4), pooling: .average)
    let small = TestNetworks.image("small", width: 3, height: 40)
    #expect(throws: TransferError.tooSmall(width: 3, height: 40, least: 4, isStyle: false)) {
      try TransferSession(
        numbers, content: small, style: small, start: small,
        settings: TransferSettings(
          contentLayers: [], styleLayers: [.init(layer: 4, weight: 1)]),
        optimizer: Adam(rowLength: 36, rows: 10), pool: WorkerPool(threads: 1))
    }
  }
}
