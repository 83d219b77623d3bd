import FileNames
import ImageIO
import QuantVGG
import Rows
import StyleTransfer
import TestSupport
import Testing

/// Weights that are not what they should be are found, in the layer where they are.
@Suite(.disabled(if: isSlow, "whole networks are for release builds")) struct DamageTests {
  private static let folder = FilePath(#filePath).folder.appending("../..")
  private let pool = WorkerPool(threads: 2)

  struct Damage: Sendable, CustomTestStringConvertible {
    let name: String
    let layer: String
    let change: @Sendable (inout [Int8Convolution]) -> Void

    init(
      _ name: String, _ layer: String,
      _ change: @escaping @Sendable (inout [Int8Convolution]) -> Void
    ) {
      (self.name, self.layer, self.change) = (name, layer, change)
    }

    var testDescription: String { name }
  }

  static let damage = [
    Damage("random weights", "conv5_1") { layers in
      var random = TestRandom("damage")
      layers[12].weights = random.weights(layers[12].weights.count)
    },
    Damage("flipped signs", "conv4_2") { layers in
      layers[9].weights = layers[9].weights.map { -$0 }
    },
    Damage("a channel's scale times 1.5", "conv3_2") { layers in
      layers[5].weightScale[17] *= 1.5
    },
    Damage("no bias", "conv3_3") { layers in
      layers[6].bias = layers[6].bias.map { _ in 0 }
    },
    Damage("two layers swapped", "conv3_2") { layers in layers.swapAt(5, 6) },
    Damage("a channel of zeros", "conv2_2") { layers in
      for i in 5 * 1152..<6 * 1152 { layers[3].weights[i] = 0 }
    },
    Damage("channels in another order", "conv4_3") { layers in
      let count = 9 * 512
      layers[10].weights = Array(layers[10].weights[count...] + layers[10].weights[..<count])
    },
    Damage("mirrored filters", "conv3_1") { layers in layers[4].transpose() },
    Damage("colours swapped", "conv1_1") { layers in
      for filter in stride(from: 0, to: layers[0].weights.count, by: 27) {
        for tap in filter..<filter + 9 { layers[0].weights.swapAt(tap, tap + 18) }
      }
    },
    Damage("weight scales times 0.9", "conv4_2") { layers in
      layers[9].weightScale = layers[9].weightScale.map { $0 * 0.9 }
    },
    Damage("a large bias", "conv4_4") { layers in layers[11].bias[7] = 2_000_000 },
    Damage("biases of the other sign", "conv1_1") { layers in
      layers[0].bias = layers[0].bias.map { -$0 }
    },
    Damage("a changed byte", "conv4_1") { layers in
      layers[8].weights[4711] = layers[8].weights[4711] > 0 ? -100 : 100
    },
    Damage("an activation scale halved", "conv4_4") { layers in layers[11].outputScale /= 2 },
    Damage("an activation scale doubled", "conv1_2") { layers in layers[1].outputScale *= 2 },
    Damage("an activation scale doubled", "conv4_1") { layers in layers[8].outputScale *= 2 },
    Damage("an activation scale halved", "conv3_1") { layers in layers[4].outputScale /= 2 },
    Damage("the last activation scale doubled", "conv5_1") { layers in layers[12].outputScale *= 2
    },
    Damage("the last activation scale halved", "conv5_1") { layers in layers[12].outputScale /= 2 },
    Damage("biases times 10", "conv4_2") { layers in
      layers[9].bias = layers[9].bias.map { 10 * $0 }
    },
    Damage("biases of the next channel", "conv2_2") { layers in
      layers[3].bias = Array(layers[3].bias[1...] + layers[3].bias[..<1])
    },
    Damage("channel scales left out", "conv3_4") { layers in
      layers[7].channelScale = layers[7].channelScale.map { _ in 1 }
    },
  ]

  /// The shipped weights up to conv5_1, by pooling.
  private static let shipped = Result {
    let file = try WeightFile(path: folder.appending("weights/vgg19-int8.safetensors"))
    var layers: [Pooling: [Int8Convolution]] = [:]
    for pooling in Pooling.allCases {
      layers[pooling] = try (0...12).map { try file.int8(layer: $0, pooling: pooling) }
    }
    return layers
  }
  private static let reference = Result {
    try Weights(path: folder.appending("Fixtures/vgg19-reference.safetensors"))
  }

  private func check(
    _ layers: [Pooling: [Int8Convolution]], _ content: String, _ style: String, side: Int = 96,
    poolings: [Pooling] = [.average]
  ) throws -> ArithmeticCheck {
    func picture(_ name: String) throws -> Picture {
      try Picture(path: Self.folder.appending(FilePath("Fixtures/" + name)))
    }
    var transfer = Transfer(
      content: try picture(content), styles: [Style(try picture(style))],
      weights: Weights(layers, of: .vgg19))
    transfer.longerSide = side
    transfer.threads = pool.threads
    return try ArithmeticCheck(
      transfer,
      reference: Self.reference.get(),
      poolings: poolings, pool: pool)
  }

  @Test func shippedWeightsPass() throws {
    let layers = try Self.shipped.get()
    let pairs = [
      ("photo-astronaut.jpg", "style-night-swirls.jpg", 96),
      ("photo-chelsea.png", "style-warm-glass.jpg", 64),
      ("photo-rocket.jpg", "style-night-swirls.jpg", 48),
    ]
    for (content, style, side) in pairs {
      let verdict = try check(
        layers, content, style, side: side, poolings: Pooling.allCases
      ).verdict
      #expect(
        verdict.passes, "\(content), \(style), \(side): \(String(describing: verdict.finding))")
    }
  }

  @Test(arguments: damage) func damageIsNamed(_ damage: Damage) throws {
    var layers = try Self.shipped.get()
    damage.change(&layers[.average, default: []])
    let verdict = try check(layers, "photo-astronaut.jpg", "style-night-swirls.jpg").verdict
    #expect(
      verdict.finding?.layer.description == damage.layer, "\(String(describing: verdict.finding))")
  }

  /// Deep scales differ up to five times between the poolings.
  @Test(arguments: Pooling.allCases) func scalesOfTheOtherPooling(_ pooling: Pooling) throws {
    var layers = try Self.shipped.get()
    let other = try #require(layers[pooling == .average ? .maximum : .average])
    for index in other.indices {
      layers[pooling]?[index].outputScale = other[index].outputScale
    }
    let verdict = try check(
      layers, "photo-astronaut.jpg", "style-night-swirls.jpg", poolings: [pooling]
    ).verdict
    #expect(verdict.finding != nil)
  }

  /// The same picture twice has no gradient, and one of a single colour few steps: neither is the weights' fault.
  @Test func pictureThatSaysLittle() throws {
    let grey = ImageTensor(
      width: 64, height: 64, rgb: [Float](repeating: 128, count: 3 * 64 * 64))
    var transfer = Transfer(
      content: Picture(grey), styles: [Style(Picture(grey))],
      weights: Weights(try Self.shipped.get(), of: .vgg19))
    transfer.threads = pool.threads
    let check = try ArithmeticCheck(
      transfer,
      reference: Self.reference.get(),
      pool: pool)
    #expect(check.verdict.passes, "\(String(describing: check.verdict.finding))")
  }
}
