import FileNames
import QuantVGG
import QuantizeCore
import Testing

/// The reference's conv1_1, and what is told of copies with axes or channels swapped.
@Suite struct OriginalFiltersTests {
  private static let path =
    FilePath(
      "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        + "/Fixtures/vgg19-reference.safetensors")

  private func reference() throws -> [Float32Convolution] {
    try SourceFile(path: Self.path).weights.float32
  }

  /// `[64][3][3][3]` whose element (o, c, y, x) is that of the reference at a permuted place.
  private func permuted(
    _ weights: [Float], _ place: (_ c: Int, _ y: Int, _ x: Int) -> (Int, Int, Int)
  ) -> [Float] {
    weights.indices.map { i in
      let (c, y, x) = place(i / 9 % 3, i / 3 % 3, i % 3)
      return weights[i / 27 * 27 + c * 9 + y * 3 + x]
    }
  }

  @Test func sampleIsTheReferences() throws {
    let weights = try reference()[0].weights
    for filter in OriginalFilters.sample {
      let expected = weights[filter.output * 27..<(filter.output + 1) * 27]
      #expect(zip(expected, filter.weights).allSatisfy { abs($0 * 100 - Float($1)) <= 0.501 })
    }
  }

  @Test func swapsAreTold() throws {
    let weights = try reference()[0].weights
    let plain = try #require(OriginalFilters(weights))
    #expect(!plain.isBGR && plain.orientation == .upright && abs(plain.scale - 1) < 0.05)
    let bgr = OriginalFilters(permuted(weights) { (2 - $0, $1, $2) })
    #expect(bgr?.isBGR == true && bgr?.orientation == .upright)
    let transposed = OriginalFilters(permuted(weights) { ($0, $2, $1) })
    #expect(transposed?.isBGR == false && transposed?.orientation == .transposed)
    let turned = OriginalFilters(permuted(weights) { (2 - $0, 2 - $1, 2 - $2) })
    #expect(turned?.isBGR == true && turned?.orientation == .turned)
    // A mirrored network is another one, and so are other channels of this one.
    #expect(OriginalFilters(permuted(weights) { ($0, $1, 2 - $2) }) == nil)
    #expect(OriginalFilters(Array(weights[27...] + weights[..<27])) == nil)
    #expect(OriginalFilters([Float](repeating: 0, count: 1728)) == nil)
    // Gatys' network scales every channel, torchvision's normalisation all of them.
    let scaled = weights.enumerated().map { $1 * Float(1 + $0 / 27 % 5) }
    #expect(OriginalFilters(scaled)?.orientation == .upright)
    #expect(OriginalFilters(weights.map { $0 * 57 })?.convention == .torchvision)
  }

  @Test func warningsFollow() throws {
    var layers = try reference()
    let original = OriginalFilters(layers[0].weights)
    func warnings(_ original: OriginalFilters?, _ convention: InputConvention) -> [String] {
      FilterCheck.warnings(
        layers, of: .vgg19, original: original, convention: convention)
    }
    #expect(warnings(original, .rgb).isEmpty)
    #expect(warnings(original, .bgr).first?.contains("red and blue swapped") == true)
    // Judged by statistics alone, as weights of unknown training are.
    #expect(warnings(nil, .rgb).isEmpty)
    for i in layers.indices {
      layers[i].weights = TensorLayout.columns.canonical(
        layers[i].weights, of: NetworkTable.vgg19.convolutions[i])
    }
    #expect(warnings(nil, .rgb).first?.contains("rows and columns") == true)
    #expect(
      warnings(OriginalFilters(layers[0].weights), .rgb).first?.contains("rows and columns") == true
    )
    // A fixed shuffle of all numbers.
    layers[0].weights = layers[0].weights.indices.map { layers[0].weights[$0 * 1009 % 1728] }
    #expect(warnings(nil, .rgb).first?.contains("smooth") == true)
  }

  @Test func kerasNames() {
    #expect(KerasFile.layerName("block1_conv2/block1_conv2_W_1:0") == "conv1_2.weight")
    #expect(KerasFile.layerName("block3_conv4/block3_conv4_b_1:0") == "conv3_4.bias")
    #expect(
      KerasFile.layerName("model_weights/block5_conv1/vgg/block5_conv1/kernel:0")
        == "conv5_1.weight")
    #expect(KerasFile.layerName("optimizer_weights/Adam/block1_conv1/kernel/m:0") == nil)
    #expect(KerasFile.layerName("fc1/fc1_W_1:0") == nil)
    #expect(KerasFile.layerName("block6_conv1/kernel:0") == nil)
  }
}
