import QuantVGG
import Rows
import StyleTransfer
import TestSupport
import Testing

/// Normalised gradients against norms that are computed otherwise.
@Suite struct NormalizedGradientTests {
  private let content = TestNetworks.image("content", width: 19, height: 23)
  private let style = TestNetworks.image("style", width: 18, height: 15)
  private static let positions = 19.0 * 23

  private func transfer(
    _ precision: Precision, content contents: [TransferSettings.LayerWeight],
    style styles: [TransferSettings.LayerWeight], isNormalized: Bool
  ) -> Transfer {
    var settings = TransferSettings(
      contentWeight: 3, styleWeight: 2, contentLayers: contents, styleLayers: styles)
    settings.normalizesGradients = isNormalized
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(precision, deepest: .conv2_1), content: content, style: style,
      settings: settings)
    transfer.start = .noise(ratio: 0.6, seed: 4)
    transfer.recordsGradient = true
    return transfer
  }

  private func expect(_ found: [Float], is factor: Double, times plain: [Float]) {
    let largest = plain.reduce(0) { max($0, abs(Double($1))) } * factor
    for (found, plain) in zip(found, plain) {
      // The matrix of the style's gradient has 15 bits, and those of a pixel 7.
      guard abs(Double(found) - factor * Double(plain)) > 2e-3 * largest else { continue }
      Issue.record("\(found) is not \(factor) times \(plain)")
      return
    }
  }

  /// The norm follows from the cost, which is a sum of squares.
  @Test(arguments: Precision.allCases)
  func contentAlone(_ precision: Precision) throws {
    func run(_ isNormalized: Bool) throws -> Session {
      let session = try transfer(
        precision, content: [.init(layer: .conv1_2, weight: 0.5)], style: [],
        isNormalized: isNormalized
      ).start().session
      session.measureGradient()
      return session
    }
    let (plain, normalized) = (try run(false), try run(true))
    #expect(plain.terms == normalized.terms)
    let count = 64 * Self.positions
    // (A - C) / 2 n, and the sum of (A - C)^2 is 4 n Jc.
    let norm = (4 * count * plain.terms[0].value).squareRoot() / (2 * count)
    let factor = 1 / (count.squareRoot() * norm)
    expect(normalized.gradient.array, is: factor, times: plain.gradient.array)
  }

  /// The norm of (G - S) a over all positions, from Gram matrices and their product in Float64.
  @Test(arguments: Precision.allCases, [(LayerName.conv1_2, 64, 1), (.conv2_1, 128, 2)])
  func styleAlone(_ precision: Precision, _ layer: (LayerName, Int, Int)) throws {
    let (name, channels, side) = layer
    func session(_ isNormalized: Bool) throws -> Session {
      try transfer(
        precision, content: [], style: [.init(layer: name, weight: 0.25)],
        isNormalized: isNormalized
      ).start().session
    }
    let (plain, normalized) = (try session(false), try session(true))
    #expect(plain.measureGradient() == normalized.measureGradient())
    let gram = plain.grams[0].map { Double($0) }
    // The style as an image of its own: its Gram matrix, which the target scales to the positions.
    var other = transfer(
      precision, content: [], style: [.init(layer: name, weight: 0.25)], isNormalized: false)
    other.content = Picture(style)
    other.start = .content
    let styleSession = try other.start().session
    styleSession.evaluate()
    let positions = Double((19 / side) * (23 / side))
    let ratio = positions / Double((18 / side) * (15 / side))
    let target = styleSession.grams[0].map { ratio * Double($0) }
    let difference = zip(gram, target).map { $0 - $1 }
    var square = 0.0
    for i in 0..<channels {
      for j in 0..<channels {
        var product = 0.0
        for k in 0..<channels {
          product += difference[i * channels + k] * difference[k * channels + j]
        }
        square += product * gram[j * channels + i]
      }
    }
    let count = Double(channels) * positions
    let norm = square.squareRoot() / (count * count)
    expect(
      normalized.gradient.array, is: 1 / (count.squareRoot() * norm),
      times: plain.gradient.array)
  }

  /// The same bits for any plan and threads, and a weight that still counts.
  @Test func sameBits() throws {
    func bits(_ plan: NetworkPlan, threads: Int, weight: Double = 1) throws -> [UInt32] {
      var transfer = transfer(
        .int8, content: [.init(layer: .conv1_2, weight: 1)],
        style: [LayerName.conv1_1, .conv2_1].map { .init(layer: $0, weight: weight) },
        isNormalized: true)
      transfer.plan = MemoryPlan(network: plan, copies: .both)
      transfer.threads = threads
      let session = try transfer.start().session
      for _ in 0..<4 { session.step() }
      return session.bits
    }
    let expected = try bits(.resident, threads: 1)
    for kept in [NetworkPlan.KeptLayers.all, .from(.conv1_2), .none] {
      for chunkRows in [1, 3, 16] {
        let plan = NetworkPlan(chunkRows: chunkRows, kept: kept)
        #expect(try bits(plan, threads: 3) == expected, "\(plan)")
      }
    }
    #expect(try bits(.resident, threads: 2, weight: 2) != expected)
  }
}
