import Optim
import QuantVGG
import Rows
import StyleTransfer
import TestSupport
import Testing

/// What of the style is compared beside Gram matrices; the cases in Fixtures/golden show that the numbers are right.
@Suite struct StyleLossTests {
  private let content = TestNetworks.image("content", width: 37, height: 21)
  private let style = TestNetworks.image("style", width: 26, height: 31)
  private static let every = StyleLoss(gram: 1, moments: 2, histogram: 0.5)

  private func transfer(
    _ precision: Precision, _ loss: StyleLoss, style: ImageTensor? = nil
  ) -> Transfer {
    var settings = TransferSettings(
      contentLayers: [.init(layer: .conv2_2, weight: 1)],
      styleLayers: [LayerName.conv1_1, .conv2_1].map { .init(layer: $0, weight: 0.5) })
    settings.styleLoss = loss
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(precision, deepest: .conv2_2), content: content,
      style: style ?? self.style, settings: settings)
    transfer.start = .noise(ratio: 0.6, seed: 4)
    return transfer
  }

  /// Against itself a picture has no cost, and none of its pixels a gradient.
  @Test(arguments: Precision.allCases)
  func aPictureHasItsOwnStatistics(_ precision: Precision) throws {
    var own = transfer(precision, StyleLoss(gram: 0, moments: 1, histogram: 1), style: content)
    own.start = .content
    own.settings.contentWeight = 0
    own.recordsGradient = true
    let session = try own.start().session
    session.measureGradient()
    let costs = session.terms.filter { $0.layer != .conv2_2 }
    #expect(costs.map { $0.name } == ["moments", "moments", "histogram", "histogram"])
    #expect(costs.allSatisfy { $0.value < 1e-15 })
    let other = try transfer(precision, StyleLoss(gram: 0, moments: 1, histogram: 1)).start()
      .session
    other.evaluate()
    let gradient = session.gradient.array.reduce(0) { max($0, $1.magnitude) }
    #expect(other.terms.allSatisfy { $0.value > 1 } && gradient < 1e-6)
  }

  /// The sums are those of the terms, and each one counts by its factor.
  @Test(arguments: Precision.allCases)
  func sumsOfTerms(_ precision: Precision) throws {
    let session = try transfer(precision, Self.every).start().session
    let costs = session.evaluate()
    let terms = session.terms
    #expect(
      terms.map { $0.name } == [
        "content", "gram", "gram", "moments", "moments", "histogram", "histogram",
      ])
    #expect(terms.map { $0.weight } == [10, 20, 20, 40, 40, 10, 10])
    let style = terms.dropFirst().reduce(0) { $0 + $1.weight * $1.value } / 40
    #expect(abs(style - costs.style) <= 1e-12 * costs.style)
    let plain = try transfer(precision, StyleLoss()).start().session
    plain.evaluate()
    #expect(plain.terms == Array(terms.prefix(3)))
  }

  /// A step lowers each cost that is minimised alone.
  @Test(
    arguments: [StyleLoss(gram: 0, moments: 1), StyleLoss(gram: 0, histogram: 1)],
    Precision.allCases)
  func stepsLowerTheCost(_ loss: StyleLoss, _ precision: Precision) throws {
    let session = try transfer(precision, loss).start().session
    let before = session.evaluate().style
    for _ in 0..<8 { session.step() }
    #expect(session.evaluate().style < 0.5 * before)
  }

  @Test(arguments: Precision.allCases)
  func sameBits(_ precision: Precision) throws {
    func bits(_ set: InstructionSet, _ plan: NetworkPlan, threads: Int) throws -> [UInt32] {
      var transfer = transfer(precision, Self.every)
      transfer.instructionSet = set
      transfer.plan = MemoryPlan(network: plan, copies: .both)
      transfer.threads = threads
      let session = try transfer.start().session
      for _ in 0..<3 { session.step() }
      return session.bits
    }
    let expected = try bits(.best, .resident, threads: 1)
    for set in SameBitsTests.sets {
      #expect(try bits(set, .resident, threads: 2) == expected, "\(set)")
    }
    for chunkRows in [1, 3, 16] {
      let plan = NetworkPlan(chunkRows: chunkRows, kept: .none)
      #expect(try bits(.best, plan, threads: 3) == expected, "\(chunkRows)")
    }
  }

  /// A normalised gradient is the loss's own in direction, and its size is that of the weight.
  @Test(arguments: [StyleLoss(gram: 0, moments: 1), StyleLoss(gram: 0, histogram: 1)])
  func normalised(_ loss: StyleLoss) throws {
    func gradient(_ factor: Double, normalizes: Bool) throws -> [Float] {
      var transfer = transfer(.float32, loss)
      transfer.settings.contentWeight = 0
      transfer.settings.styleLayers = [.init(layer: .conv1_1, weight: factor)]
      transfer.settings.normalizesGradients = normalizes
      transfer.recordsGradient = true
      let session = try transfer.start().session
      session.measureGradient()
      return session.gradient.array
    }
    func size(_ values: [Float]) -> Double {
      values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    let (own, normalised) = (
      try gradient(1, normalizes: false), try gradient(1, normalizes: true)
    )
    let ratio = Float(size(normalised) / size(own))
    let difference = zip(own, normalised).map { ratio * $0 - $1 }
    #expect(size(difference) <= 1e-4 * size(normalised))
    let double = try gradient(2, normalizes: true)
    #expect(abs(size(double) / size(normalised) - 2) < 1e-4)
    #expect(abs(ratio - 1) > 1e-3)
  }

  /// A style that is given twice is the style, whatever the shares.
  @Test(arguments: Precision.allCases)
  func oneStyleTwice(_ precision: Precision) throws {
    let once = transfer(precision, Self.every)
    var twice = once
    twice.styles += twice.styles
    let costs = (try once.start().session.evaluate(), try twice.start().session.evaluate())
    #expect(costs.0 == costs.1)
  }

  /// A constant channel, as the 8-bit arithmetic has where a channel never fires, is no division by zero.
  @Test(arguments: Precision.allCases)
  func constantChannels(_ precision: Precision) throws {
    var flat = transfer(precision, StyleLoss(gram: 0, moments: 1, histogram: 1))
    flat.start = .picture(
      Picture(ImageTensor(width: 37, height: 21, values: [Float](repeating: 0, count: 3 * 37 * 21)))
    )
    flat.recordsGradient = true
    let session = try flat.start().session
    #expect(session.measureGradient().isFinite)
    #expect(session.gradient.isFinite)
  }

  @Test func whatFollowsFromTheLoss() throws {
    let (plain, every) = (transfer(.int8, StyleLoss()), transfer(.int8, Self.every))
    #expect(try plain.fingerprint().value != every.fingerprint().value)
    func bytes(_ transfer: Transfer) -> Int {
      transfer.phases(.resident, for: Int8Arithmetic.self).last?.bytes ?? 0
    }
    // Counts, shares and tables of 256 numbers for the 64 and 128 channels of two layers.
    #expect(bytes(every) - bytes(plain) > 3 * 4 * 256 * (64 + 128))
  }

  @Test func lists() {
    #expect(StyleLoss(list: "gram") == StyleLoss())
    #expect(StyleLoss(list: "gram+moments") == StyleLoss(gram: 1, moments: 1))
    #expect(
      StyleLoss(list: "histogram:0.5,gram:2") == StyleLoss(gram: 2, moments: 0, histogram: 0.5))
    for wrong in [
      "", "gram,", "grams", "gram:0", "gram:-1", "gram:x", "gram:1:1", "gram,gram", "gram:inf",
      "gram:1e7",
    ] {
      #expect(StyleLoss(list: wrong) == nil, "\(wrong)")
    }
    #expect(Transfer.Colors(list: "style") == [] && Transfer.Colors(list: "match") == .match)
    #expect(Transfer.Colors(list: "luma,match") == [.luma, .match])
    for wrong in ["", "match,", "match,match", "style,luma", "Luma"] {
      #expect(Transfer.Colors(list: wrong) == nil, "\(wrong)")
    }
  }
}
