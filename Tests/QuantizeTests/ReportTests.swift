import Optim
import QuantVGG
import Rows
import QuantizeCore
import StyleTransfer
import TestSupport
import Testing

@Suite struct ReportTests {
  private let pool = WorkerPool(threads: 2)

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

  private func report(
    _ float32: Float32Convolution, _ int8: Int8Convolution, pictures: [ImageTensor],
    transfers: [ComparedTransfer] = [], steps: Int = 0
  ) throws -> ConversionReport {
    let int8 = [Pooling.average: [int8], .maximum: [int8]]
    return try ConversionReport(
      try ArithmeticCheck([float32], of: .vgg19, int8: int8, pictures: pictures, pool: pool),
      pictureCount: pictures.count, [float32], of: .vgg19, int8: int8, transfers: transfers,
      steps: steps, pool: pool)
  }

  @Test func clippedShare() throws {
    let layer = constant()
    let report = try report(
      layer.float32, layer.int8, pictures: [picture(20, 18), picture(33, 16)])
    #expect(report.transfers.isEmpty && report.check.runs.map(\.pooling) == Pooling.allCases)
    // Signal 48 * 100 + 16 * 1000^2, noise 16 * 745^2.
    let expected = Agreement.decibels(signal: 16_004_800, noise: 8_880_400)
    for run in report.check.runs {
      for pass in run.passes {
        let output = pass.layers[0]
        #expect(output.clipped == 0.25 && output.reach == 0.255)
        #expect(abs(output.rounding.decibels - expected) < 1e-9)
        #expect(abs(output.accumulated.decibels - expected) < 1e-9)
      }
    }
    let facts = ReportFacts(
      output: "<o>", source: "s", sourceHash: "h", metadata: [("rounding", "nearest")])
    let json = report.json(facts)
    #expect(json.contains("\"metadata\":{\"rounding\":\"nearest\"}"))
    #expect(json.contains("\"weight_scale_min\":1.0"))
    #expect(json.contains("\"clipped_share\":0.25") && !json.contains("transfers"))
    #expect(report.page(facts).contains("&lt;o&gt;") && report.page(facts).contains("25 %"))
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
    let report = try report(
      float32, int8, pictures: [picture(16, 16)], transfers: [transfer], steps: 3)
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
