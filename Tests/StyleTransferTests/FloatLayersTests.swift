import QuantVGG
import Rows
import StyleTransfer
import TestSupport
import Testing

/// Layers of an int8 network that compute in single precision.
@Suite struct FloatLayersTests {
  private static let deepest = LayerName.conv3_1
  private static let all = TestNetworks.layers(deepest).map { $0.name }
  private static let settings = TransferSettings(
    contentLayers: [.init(layer: .conv2_2, weight: 1)],
    styleLayers: [LayerName.conv1_1, .conv1_2, .conv2_1, .conv3_1].map {
      .init(layer: $0, weight: 0.25)
    })

  private static func transfer(
    _ weights: Weights, _ reference: Weights?, _ layers: [LayerName],
    _ pooling: Pooling = .average
  ) -> Transfer {
    // Odd at every level of the network, and a style of another size.
    var transfer = TestNetworks.transfer(
      weights, content: TestNetworks.image("content", width: 37, height: 21),
      style: TestNetworks.image("style", width: 26, height: 31), settings: settings)
    transfer.start = .noise(ratio: 0.6, seed: 4)
    transfer.pooling = pooling
    transfer.floatLayers = layers
    transfer.reference = reference
    return transfer
  }

  // MARK: Bits

  @Test(
    arguments: [
      [LayerName.conv1_1], [.conv1_2, .conv2_1], [.conv2_2, .conv3_1], FloatLayersTests.all,
    ], Pooling.allCases)
  func bitsFollowFromNoMachineAndNoPlan(_ layers: [LayerName], _ pooling: Pooling) throws {
    let (int8, float32) = (TestNetworks.scaled(), TestNetworks.source())
    func bits(_ threads: Int, _ set: InstructionSet, _ plan: MemoryPlan) throws -> [UInt32] {
      var transfer = Self.transfer(int8, float32, layers, pooling)
      (transfer.threads, transfer.instructionSet, transfer.plan) = (threads, set, plan)
      let session = try transfer.start().session
      for _ in 0..<3 { session.step() }
      return session.bits
    }
    // The specification takes minutes where it is not optimised.
    let sets = SameBitsTests.sets.filter { !isSlow || $0 != .scalar }
    let expected = try bits(1, sets.first ?? .scalar, .resident)
    for set in sets.dropFirst() {
      #expect(try bits(3, set, .resident) == expected, "\(set)")
    }
    for kept in [NetworkPlan.KeptLayers.from(.conv1_2), .from(.conv2_1), .none] {
      for (rows, copies) in [(1, WeightCopies.both), (7, .forward), (16, .forward)] {
        let plan = MemoryPlan(network: NetworkPlan(chunkRows: rows, kept: kept), copies: copies)
        #expect(try bits(2, .best, plan) == expected, "\(plan.name)")
      }
    }
  }

  @Test func noLayerIsTheInt8Network() throws {
    let int8 = TestNetworks.scaled()
    let none = try Self.transfer(int8, TestNetworks.source(), []).start().session
    let plain = try Self.transfer(int8, nil, []).start().session
    for _ in 0..<2 { #expect(none.step() == plain.step()) }
    #expect(none.bits == plain.bits)
  }

  // MARK: Results

  /// Where weights, scales and activations are whole numbers and powers of two, both arithmetics are
  /// exact: a layer between fixed-point ones makes the very activations that it makes in int8.
  @Test(arguments: all)
  func exactNumbersAreTheSameInBoth(_ layer: LayerName) throws {
    let (int8, float32) = TestNetworks.exact()
    // Maxima of whole numbers are whole; averages are rounded in fixed point alone.
    func activations(_ layers: [LayerName]) throws -> [[UInt8]] {
      try TestNetworks.activations(int8, float32, layers, .maximum)
    }
    let plain = try activations([])
    #expect(plain.allSatisfy { layer in layer.contains { $0 > 0 && $0 < 255 } })
    #expect(try activations([layer]) == plain)
  }

  /// Activations of neighbours in single precision against a convolution in Float64 from the image on.
  @Test(arguments: Pooling.allCases)
  func neighboursAgreeWithAPlainModel(_ pooling: Pooling) throws {
    let found = try TestNetworks.activations(
      TestNetworks.scaledLayers(), TestNetworks.float32(deepest: Self.deepest), Self.all, pooling)
    let expected = TestNetworks.model(pooling)
    for (layer, name) in Self.all.enumerated() {
      #expect(found[layer].count == expected[layer].count)
      var others = 0
      for (own, value) in zip(found[layer], expected[layer]) {
        let exact = min(max(value / Double(TestNetworks.scales[layer]), 0), 255)
        #expect(abs(Double(own) - exact) < 0.5001, "\(name)")
        if Double(own) != exact.rounded(.toNearestOrEven) { others += 1 }
      }
      #expect(Double(others) < 0.001 * Double(found[layer].count), "\(name)")
      #expect(found[layer].contains { $0 > 0 && $0 < 255 })
    }
  }

  /// The whole network's gradient is float32's but for losses that read 8 bits; without the layer that
  /// errs most it is not.
  @Test func gradientsComeNearer() throws {
    let (int8, float32) = (TestNetworks.scaled(), TestNetworks.source())
    func gradient(_ weights: Weights, _ layers: [LayerName]) throws -> [Float] {
      var transfer = Self.transfer(weights, layers.isEmpty ? nil : float32, layers)
      transfer.recordsGradient = true
      let session = try transfer.start().session
      session.measureGradient()
      return session.gradient.array
    }
    let truth = try gradient(float32, [])
    func error(_ layers: [LayerName]) throws -> Double {
      1 - Agreement.cosine(try gradient(int8, layers), truth)
    }
    let plain = try error([])
    let first = try error([.conv1_1, .conv1_2, .conv2_1])
    let whole = try error(Self.all)
    #expect(first < 0.7 * plain, "\(first) \(plain)")
    #expect(whole < 0.1 * plain, "\(whole) \(plain)")
  }

  @Test func rankingIsOfTheGradients() throws {
    let (int8, float32) = (TestNetworks.scaled(), TestNetworks.source())
    let transfer = Self.transfer(int8, float32, [])
    let truth = Self.transfer(float32, nil, [])
    let picture = TestNetworks.image("start", width: 37, height: 21)
    let ranking = try Block(picture.values).withElements { picture in
      try LayerRanking(transfer, truth: truth, picture: picture, pool: WorkerPool(threads: 2))
    }
    #expect(ranking.layers.map { $0.layer } == Self.all)
    /// 1 - cosine of the gradients at the picture.
    func error(_ layers: [LayerName]) throws -> Double {
      let gradients = try [Self.transfer(int8, float32, layers), truth].map { transfer in
        var transfer = transfer
        transfer.recordsGradient = true
        transfer.start = .picture(Picture(picture))
        let session = try transfer.start().session
        session.measureGradient()
        return session.gradient.array
      }
      return 1 - Agreement.cosine(gradients[0], gradients[1])
    }
    #expect(ranking.plain.picture == (try error([])))
    #expect(ranking.layers[2].alone.picture == (try error([.conv2_1])))
    #expect(ranking.layers[2].through.picture == (try error([.conv1_1, .conv1_2, .conv2_1])))
    #expect(ranking.layers[4].through.start < 0.1 * ranking.plain.start)
    #expect(ranking.layers[0].alone.start == ranking.layers[0].through.start)
  }

  // MARK: Memory, checkpoints, refusals

  @Test func planCountsTheArena() throws {
    let float32 = TestNetworks.source()
    for layers in [[LayerName.conv1_2], [.conv2_1, .conv2_2], Self.all] {
      let transfer = Self.transfer(TestNetworks.scaled(), float32, layers)
      let plain = Self.transfer(TestNetworks.scaled(), nil, [])
      for plan in [MemoryPlan.resident, MemoryPlan(network: .streaming, copies: .forward)] {
        let (own, base) = (try transfer.planned(plan), try plain.planned(plan))
        #expect(own.bytes > base.bytes)
        #expect(own.floatPasses > 0 && base.floatPasses == 0)
        #expect(own.forwardPasses < base.forwardPasses)
      }
    }
  }

  @Test func fingerprintsTellLayersAndTheirWeightsApart() throws {
    let (int8, float32) = (TestNetworks.scaled(), TestNetworks.source())
    func print(_ reference: Weights?, _ layers: [LayerName]) throws -> UInt64 {
      try Self.transfer(int8, reference, layers).fingerprint().value
    }
    let plain = try print(nil, [])
    #expect(try print(float32, []) == plain)
    #expect(try print(float32, [.conv5_1]) == plain)
    var layers = TestNetworks.float32(deepest: Self.deepest)
    layers[0].bias[0] += 1
    let other = Weights(layers, of: .vgg19)
    let prints = [
      plain, try print(float32, [.conv1_1]), try print(float32, [.conv2_1]),
      try print(float32, [.conv1_1, .conv2_1]), try print(other, [.conv1_1]),
    ]
    #expect(Set(prints).count == prints.count)
    #expect(try print(float32, [.conv2_1, .conv1_1]) == prints[3])
  }

  @Test func refusals() throws {
    let (int8, float32) = (TestNetworks.scaled(), TestNetworks.source())
    func refusal(_ transfer: Transfer) -> TransferError? {
      do throws(TransferError) {
        _ = try transfer.start()
        return nil
      } catch {
        return error
      }
    }
    #expect(
      refusal(Self.transfer(float32, float32, [.conv1_1])) == .floatLayers(.allAre))
    let far = LayerName(block: 9, place: 9)
    #expect(
      refusal(Self.transfer(int8, float32, [far])) == .floatLayers(.missing(.vgg19, far)))
    #expect(refusal(Self.transfer(int8, nil, [.conv1_1])) == .noWeights(.float32))
    let vgg16 = Weights([], of: .vgg16)
    guard
      case .floatLayers(.otherNetwork) = refusal(Self.transfer(int8, vgg16, [.conv1_1]))
    else {
      Issue.record("weights of another network")
      return
    }
  }
}

// MARK: - Networks

extension TestNetworks {
  /// The scales of the activations of `scaled`.
  static let scales: [Float] = [2.5, 2.2, 2.0, 1.8, 1.6]

  /// The float32 network that `scaled` stands for.
  fileprivate static func source() -> Weights { Weights(float32(deepest: .conv3_1), of: .vgg19) }

  /// The int8 network of `source`, with channel scales.
  fileprivate static func scaled() -> Weights {
    let layers = scaledLayers()
    return Weights([.average: layers, .maximum: layers], of: .vgg19)
  }

  fileprivate static func scaledLayers() -> [Int8Convolution] {
    var random = TestRandom("channel scales")
    var inputs: (scale: Float, channels: [Float]) = (1 / 64, [1, 1, 1])
    return zip(float32(deepest: .conv3_1), scales).map { layer, scale in
      let channels = layer.bias.map { _ in 0.75 + 0.25 * random.floats(1, scale: 1)[0] }
      let filter = layer.weights.count / channels.count
      var own = Int8Convolution(
        weights: [], weightScale: [], bias: [], outputScale: scale, channelScale: channels)
      for (o, channel) in channels.enumerated() {
        let values = (0..<filter).map {
          layer.weights[o * filter + $0] * inputs.channels[$0 / 9] / channel
        }
        let step = (values.map { $0.magnitude }.max() ?? 1) / 127
        own.weightScale.append(step)
        own.weights += values.map { Int8(($0 / step).rounded()) }
        own.bias.append(Int32((layer.bias[o] / channel / (inputs.scale * step)).rounded()))
      }
      inputs = (scale, channels)
      return own
    }
  }

  /// An int8 network whose numbers are small and whose scales are powers of two, and the same in float32.
  fileprivate static func exact() -> ([Int8Convolution], [Float32Convolution]) {
    var random = TestRandom("exact network")
    var int8: [Int8Convolution] = []
    var float32: [Float32Convolution] = []
    var inputScale: Float = 1 / 64
    for layer in layers(.conv3_1) {
      let weights = random.weights(9 * layer.inputChannels * layer.outputChannels).map { $0 / 32 }
      let bias = random.floats(layer.outputChannels, scale: 200).map { Int32($0) }
      let (step, scale): (Float, Float) = (1 / 32, 2)
      int8.append(
        Int8Convolution(
          weights: weights, weightScale: bias.map { _ in step }, bias: bias, outputScale: scale))
      float32.append(
        Float32Convolution(
          weights: weights.map { Float($0) * step },
          bias: bias.map { Float($0) * inputScale * step }))
      inputScale = scale
    }
    return (int8, float32)
  }

  /// A picture whose values fixed point holds exactly.
  private static func wholePicture() -> ImageTensor {
    var picture = image("picture", width: 21, height: 13)
    for i in picture.values.indices { picture.values[i].round() }
    return picture
  }

  /// By layer, the activations that a network with some layers in single precision makes of a picture.
  fileprivate static func activations(
    _ int8: [Int8Convolution], _ float32: [Float32Convolution], _ names: [LayerName],
    _ pooling: Pooling
  ) throws -> [[UInt8]] {
    let picture = wholePicture()
    let tap = Tap()
    var layers = Int8Layers(NetworkTable.vgg19.inFloat32(names))
    for (place, layer) in int8.enumerated() {
      let isNamed = names.contains(layers.network.convolutions[place].name)
      try layers.append(layer, float32: isNamed ? float32[place] : nil)
    }
    let network = try ForwardNetwork(
      Int8Arithmetic(layers, pooling: pooling), width: picture.width, height: picture.height,
      deepest: .conv3_1,
      observer: tap, pool: WorkerPool(threads: 2))
    let pixels = try Block<Float>(count: picture.values.count)
    pixels.withElements { elements in
      elements.copy(picture.values.span)
      network.forward(elements)
    }
    return tap.layers
  }

  private final class Tap: RowObserver {
    typealias Numbers = Int8Arithmetic
    var layers = [[UInt8]](repeating: [], count: TestNetworks.layers(.conv3_1).count)

    func didProduce(rows: Range<Int>, layer: Int, activations: ActivationRows<Activation8>) {
      for y in rows {
        let row = activations[y]
        for i in 0..<row.count { layers[layer].append(row[i]) }
      }
    }
  }

  /// By layer, the activations of `source` over the scales of `scaled`'s channels, by plain loops.
  fileprivate static func model(_ pooling: Pooling) -> [[Double]] {
    var random = TestRandom("channel scales")
    let picture = wholePicture()
    var (width, height) = (picture.width, picture.height)
    var input = picture.values.map { Double($0) }
    return zip(layers(.conv3_1), float32(deepest: .conv3_1)).map { layer, weights in
      let (inputs, outputs) = (layer.inputChannels, layer.outputChannels)
      if layer.followsPool {
        let (w, h) = (width / 2, height / 2)
        input = (0..<w * h * inputs).map { place in
          let (c, x, y) = (place % inputs, place / inputs % w, place / inputs / w)
          let window = [(0, 0), (1, 0), (0, 1), (1, 1)].map {
            input[((2 * y + $0.1) * width + 2 * x + $0.0) * inputs + c]
          }
          return pooling == .average ? window.reduce(0, +) / 4 : window.max() ?? 0
        }
        (width, height) = (w, h)
      }
      var out = [Double](repeating: 0, count: width * height * outputs)
      for y in 0..<height {
        for x in 0..<width {
          for o in 0..<outputs {
            var sum = Double(weights.bias[o])
            for tap in 0..<9 {
              let (i, j) = (y + tap / 3 - 1, x + tap % 3 - 1)
              guard (0..<height).contains(i), (0..<width).contains(j) else { continue }
              for c in 0..<inputs {
                sum +=
                  input[(i * width + j) * inputs + c]
                  * Double(weights.weights[(o * inputs + c) * 9 + tap])
              }
            }
            out[(y * width + x) * outputs + o] = max(sum, 0)
          }
        }
      }
      input = out
      let channels = weights.bias.map { _ in Double(0.75 + 0.25 * random.floats(1, scale: 1)[0]) }
      return out.indices.map { out[$0] / channels[$0 % outputs] }
    }
  }
}
