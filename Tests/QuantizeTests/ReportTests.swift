import Optim
import QuantVGG
import Rows
import QuantizeCore
import StyleTransfer
import TestSupport
import Testing

@Suite struct ReportTests {
  private let pool = WorkerPool(threads: 2)

  /// Two channels of the same size: 1 rounded to 0.9, and 2 met exactly.
  @Test func weightSignalToNoise() {
    let figures = LayerFigures(
      .conv1_1, weights: [1, 1, 2, 2],
      rounded: Int8Convolution(
        weights: [9, 9, 100, 100], weightScale: [0.1, 0.02], bias: [0, 0], outputScale: 1))
    // Signal 2 * (1 + 4), noise 2 * 0.01: a factor of 500.
    #expect(abs(figures.weightSignalToNoise - 26.9897) < 1e-3)
    #expect(figures.weightScales == 0.02...0.1)
    let exact = LayerFigures(
      .conv1_1, weights: [-1, 0.5],
      rounded: Int8Convolution(weights: [-2, 1], weightScale: [0.5], bias: [0], outputScale: 1))
    #expect(exact.weightSignalToNoise == .infinity)
    #expect(exact.channelScales == 1...1)
  }

  /// A channel of 3, with inputs of 2 and 1: the file's weights are the real ones times 2/3 and 1/3.
  @Test func weightsOfBalancedChannels() {
    func figures(_ weights: [Int8]) -> LayerFigures {
      LayerFigures(
        .conv1_2, weights: [6, 6],
        rounded: Int8Convolution(
          weights: weights, weightScale: [0.5], bias: [0], outputScale: 1, channelScale: [3]),
        inputScale: [2, 1])
    }
    #expect(figures([8, 4]).weightSignalToNoise == .infinity)
    // 5 * 0.5 * 3 is 7.5: signal 72, noise 2.25, a factor of 32.
    #expect(abs(figures([8, 5]).weightSignalToNoise - 15.0515) < 1e-3)
    #expect(figures([8, 5]).channelScales == 3...3)
  }

  /// conv1_1 without weights: 48 channels are 10 everywhere, 16 are 1000 where int8 ends at 255.
  private func constant() -> (float32: Float32Convolution, int8: Int8Convolution) {
    let bias = (0..<64).map { $0 % 4 == 3 ? Float(1000) : 10 }
    let count = 64 * 3 * 9
    return (
      Float32Convolution(weights: [Float](repeating: 0, count: count), bias: bias),
      Int8Convolution(
        weights: [Int8](repeating: 0, count: count),
        weightScale: [Float](repeating: 1, count: 64), bias: bias.map { Int32($0) * 64 },
        outputScale: 1)
    )
  }

  private func picture(_ width: Int, _ height: Int) -> ImageTensor {
    ImageTensor(
      width: width, height: height, values: [Float](repeating: 3, count: 3 * width * height))
  }

  @Test func clippedShare() throws {
    let layer = constant()
    let report = try ConversionReport(
      [layer.float32], of: .vgg19, int8: [.average: [layer.int8], .maximum: [layer.int8]],
      pictures: [picture(20, 18), picture(33, 16)], pool: pool)
    #expect(report.layers.count == 1 && report.transfers.isEmpty)
    for pooling in Pooling.allCases {
      let output = try #require(report.layers[0].outputs[pooling])
      #expect(output.clipped == 0.25 && output.scale == 1)
      // Signal 48 * 100 + 16 * 1000^2, noise 16 * 745^2.
      let expected = Agreement.decibels(signal: 16_004_800, noise: 8_880_400)
      #expect(abs(output.local - expected) < 1e-9 && abs(output.cumulative - expected) < 1e-9)
    }
    let facts = ReportFacts(
      output: "<o>", source: "s", sourceHash: "h", metadata: [("rounding", "nearest")])
    let json = report.json(facts)
    #expect(json.contains("\"metadata\":{\"rounding\":\"nearest\"}"))
    #expect(json.contains("\"weight_sqnr_db\":null,\"weight_scale_min\":1.0"))
    #expect(json.contains("\"clipped_share\":0.25") && !json.contains("transfers"))
    #expect(report.page(facts).contains("&lt;o&gt;") && report.text.contains("25 %"))
  }

  /// The report's figures of a transfer are those of sessions of their own.
  @Test func transfersAreThoseOfSessions() throws {
    var random = TestRandom("report")
    let count = 64 * 3 * 9
    let int8 = Int8Convolution(
      weights: random.weights(count), weightScale: [Float](repeating: 0.003, count: 64),
      bias: random.floats(64, scale: 3000).map { Int32($0) }, outputScale: 2)
    let float32 = Float32Convolution(
      weights: int8.weights.map { Float($0) * 0.003 },
      bias: int8.bias.map { Float($0) * 0.003 / 64 })
    func image(_ width: Int, _ height: Int) -> ImageTensor {
      ImageTensor(
        width: width, height: height, values: random.floats(3 * width * height, scale: 100))
    }
    let settings = TransferSettings(
      contentLayers: [.init(layer: .conv1_1, weight: 1)],
      styleLayers: [.init(layer: .conv1_1, weight: 1)])
    let transfer = ComparedTransfer(
      "t", pooling: .average, content: image(20, 18), styles: [Style(Picture(image(16, 16)))],
      start: image(20, 18),
      settings: settings)
    let report = try ConversionReport(
      [float32], of: .vgg19, int8: [.average: [int8], .maximum: [int8]],
      pictures: [picture(16, 16)],
      transfers: [transfer], steps: 3, pool: pool)
    let figures = try #require(report.transfers.first)
    let (truth, own) = (
      Weights([float32], of: .vgg19), Weights([.average: [int8]], of: .vgg19)
    )
    let start = try scores(transfer, truth, own, steps: 0)
    let end = try scores(transfer, truth, own, steps: 3)
    #expect(figures.start.float32 == start.float32 && figures.start.int8 == start.ownInt8)
    #expect(figures.steps == 3 && figures.end?.float32 == end.float32)
    #expect(figures.end?.int8 == end.int8 && end.int8 != end.float32)
    #expect(figures.cosines.map { $0.step } == [0, 50])
    #expect(figures.cosines.allSatisfy { $0.value > 0.95 && $0.value < 1 })
    #expect(figures.gramErrors.map { $0.layer } == [.conv1_1])
    #expect(figures.gramErrors[0].value > 0 && figures.gramErrors[0].value < 0.01)
  }

  /// J of both runs' images by float32, and of int8's by itself.
  private func scores(
    _ transfer: ComparedTransfer, _ truth: Weights, _ own: Weights, steps: Int
  ) throws -> (float32: Double, int8: Double, ownInt8: Double) {
    func result(_ weights: Weights) throws -> (image: ImageTensor, J: Double) {
      let session = try transfer.session(weights, pool: pool)
      for _ in 0..<steps { session.step() }
      let image = ImageTensor(
        width: transfer.start.width, height: transfer.start.height, values: session.pixels.array)
      return (image, session.evaluate().total)
    }
    func score(_ image: ImageTensor) throws -> Double {
      let judged = ComparedTransfer(
        "judged", pooling: transfer.pooling, content: transfer.content, styles: transfer.styles,
        start: image, settings: transfer.settings)
      return try judged.session(truth, pool: pool).evaluate().total
    }
    let int8 = try result(own)
    return (try result(truth).J, try score(int8.image), int8.J)
  }
}
