import FileNames
import FileOutput
import ImageIO
import Optim
import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// Several styles in one transfer.
@Suite struct StyleTests {
  private static let layers: [LayerName] = [.conv1_1, .conv2_1]
  private static let settings = TransferSettings(
    contentLayers: [.init(layer: .conv2_1, weight: 1)],
    styleLayers: layers.map { .init(layer: $0, weight: 0.5) })
  private static let content = TestNetworks.image("content", width: 19, height: 23)
  private static let first = TestNetworks.image("first", width: 18, height: 15)
  private static let second = TestNetworks.image("second", width: 12, height: 27)

  private func transfer(
    _ precision: Precision, _ styles: [Style], _ loss: StyleLoss = StyleLoss()
  ) -> Transfer {
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(precision, deepest: .conv2_1), content: Self.content,
      style: Self.first, settings: Self.settings)
    transfer.styles = styles
    transfer.settings.styleLoss = loss
    transfer.start = .noise(ratio: 0.6, seed: 4)
    return transfer
  }

  private func style(_ image: ImageTensor, _ weight: Double = 1) -> Style {
    Style(Picture(image), weight: weight)
  }

  private func bits(
    _ precision: Precision, _ styles: [Style], _ loss: StyleLoss = StyleLoss()
  ) throws -> [UInt32] {
    let session = try transfer(precision, styles, loss).start().session
    for _ in 0..<3 { session.step() }
    return session.bits
  }

  /// A style that is given twice is that style, and weights count beside each other only.
  @Test(arguments: Precision.allCases)
  func sharesAreRelative(_ precision: Precision) throws {
    let once = try bits(precision, [style(Self.first)])
    #expect(try bits(precision, [style(Self.first), style(Self.first)]) == once)
    #expect(try bits(precision, [style(Self.first, 7)]) == once)
    let mixed = try bits(precision, [style(Self.first), style(Self.second)])
    #expect(mixed != once)
    #expect(try bits(precision, [style(Self.first, 2), style(Self.second, 2)]) == mixed)
    #expect(try bits(precision, [style(Self.second), style(Self.first)]) == mixed)
    #expect(try bits(precision, [style(Self.first, 3), style(Self.second, 1)]) != mixed)
  }

  /// The cost is the distance from the mix of the Gram matrices, each over its own positions.
  @Test(arguments: Precision.allCases)
  func theTargetIsTheMix(_ precision: Precision) throws {
    func means(_ image: ImageTensor) throws -> [[Double]] {
      var alone = transfer(precision, [style(image)])
      (alone.content, alone.start) = (Picture(image), .content)
      let session = try alone.start().session
      _ = session.evaluate()
      return session.grams.indices.map { place in
        let positions = (image.width >> place) * (image.height >> place)
        return session.grams[place].map { Double($0) / Double(positions) }
      }
    }
    let (one, other) = (try means(Self.first), try means(Self.second))
    let session = try transfer(precision, [style(Self.first, 3), style(Self.second, 1)])
      .start().session
    let found = session.evaluate().style
    var wanted = 0.0
    for (place, gram) in session.grams.enumerated() {
      let positions = Double((19 >> place) * (23 >> place))
      let channels = Double(Self.layers[place] == .conv1_1 ? 64 : 128)
      var sum = 0.0
      for i in gram.indices {
        let mix = 0.75 * one[place][i] + 0.25 * other[place][i]
        let difference = Double(gram[i]) / positions - mix
        sum += difference * difference
      }
      wanted += 0.5 * sum / (4 * channels * channels)
    }
    #expect(abs(found - wanted) <= 1e-5 * wanted)
  }

  /// Memory is planned as the most that any style takes, and the scale is each style's own.
  @Test func sizesAndMemory() {
    func transfer(_ styles: [Style]) -> Transfer {
      var transfer = Transfer(
        content: Picture(blank: ImageSize(width: 96, height: 64)), styles: styles, network: .vgg19,
        precision: .int8)
      transfer.longerSide = 64
      return transfer
    }
    func style(_ scale: Double) -> Style {
      Style(Picture(blank: ImageSize(width: 2000, height: 1000)), scale: scale)
    }
    func measuring(_ styles: [Style]) -> Int {
      transfer(styles).phases(.resident, for: Int8Arithmetic.self)
        .filter { $0.phase == .measureStyle }.reduce(0) { max($0, $1.bytes) }
    }
    let both = transfer([style(1), style(0.5)])
    #expect(both.styles.map { both.size($0).width } == [64, 32])
    #expect(measuring([style(0.5), style(8)]) == measuring([style(8), style(8)]))
    #expect(measuring([style(8), style(0.5)]) == measuring([style(8), style(8)]))
    #expect(measuring([style(8)]) > measuring([style(0.5)]))
  }

  // MARK: Saved styles

  /// A saved style is its picture, bit for bit, alone and in a mix; the mean activations are those of its sums.
  @Test(arguments: Precision.allCases)
  func aSavedStyleIsItsPicture(_ precision: Precision) throws {
    let path = makeTemporaryFile()
    defer { remove(path) }
    var saving = transfer(precision, [style(Self.first)])
    saving.savedStyle = path
    _ = try saving.start()
    let saved = try StyleStatistics(path: path)
    #expect(saved.size == ImageSize(width: 18, height: 15))
    #expect(try bits(precision, [Style(saved)]) == bits(precision, [style(Self.first)]))
    #expect(
      try bits(precision, [style(Self.second), Style(saved, weight: 3)])
        == bits(precision, [style(Self.second), style(Self.first, 3)]))
    let file = try SafeTensors(path: path)
    let type = precision == .int8 ? "I64" : "F64"
    let parts = ["gram", "sum", "squares", "histogram", "positions"]
    #expect(
      file.tensors.map { $0.name }
        == ["conv1_1", "conv2_1"].flatMap { layer in parts.map { "\(layer).\($0)" } })
    let types = [type, type, type, "U32", "I64"]
    #expect(file.tensors.map { $0.type } == types + types)
    #expect(try file.values("conv2_1.positions", type: "I64", as: Int64.self) == [9 * 7])
    // (sum of a)^2 <= n * sum of a^2, and sums of activations are not 0.
    func numbers(_ name: String) throws -> [Double] {
      switch precision {
      case .int8: try file.values(name, type: type, as: Int64.self).map { Double($0) }
      case .float32: try file.values(name, type: type, as: Double.self)
      }
    }
    // With every loss, whatever it was saved with, alone and in a mix of saved ones.
    for loss in [StyleLoss(gram: 0, moments: 1), StyleLoss(gram: 1, moments: 1, histogram: 1)] {
      #expect(
        try bits(precision, [Style(saved)], loss) == bits(precision, [style(Self.first)], loss))
    }
    let other = makeTemporaryFile()
    defer { remove(other) }
    let every = StyleLoss(gram: 2, moments: 1, histogram: 1)
    saving = transfer(precision, [style(Self.second)], every)
    saving.savedStyle = other
    _ = try saving.start()
    let mix = [Style(saved, weight: 3), Style(try StyleStatistics(path: other))]
    #expect(
      try bits(precision, mix, every)
        == bits(precision, [style(Self.first, 3), style(Self.second)], every))
    let (gram, sum) = (try numbers("conv1_1.gram"), try numbers("conv1_1.sum"))
    let squares = try numbers("conv1_1.squares")
    #expect(sum.contains { $0 > 0 })
    for c in 0..<64 {
      #expect(sum[c] * sum[c] <= 270 * gram[65 * c] * (1 + 1e-6))
      #expect(abs(squares[c] - gram[65 * c]) <= 1e-5 * squares[c])
    }
    for n in 0..<64 {
      for k in 0..<64 { #expect(gram[64 * n + k] == gram[64 * k + n]) }
    }
  }

  /// A saved style of other weights, pooling, arithmetic or layers is refused before anything is made.
  @Test func savedStylesThatDoNotFit() throws {
    let path = makeTemporaryFile()
    defer { remove(path) }
    var saving = transfer(.int8, [style(Self.first)])
    saving.savedStyle = path
    _ = try saving.start()
    let saved = try StyleStatistics(path: path)
    func refusal(_ transfer: Transfer) -> StyleFileError? {
      do throws(TransferError) {
        try transfer.check()
        return nil
      } catch {
        guard case .style(_, let reason) = error else { return nil }
        return reason
      }
    }
    let fitting = transfer(.int8, [Style(saved)])
    #expect(refusal(fitting) == nil)
    #expect(
      refusal(transfer(.float32, [Style(saved)]))
        == .other("precision", found: "int8", wanted: "float32"))
    var other = fitting
    other.pooling = .maximum
    #expect(refusal(other) == .other("pooling", found: "avg", wanted: "max"))
    other = fitting
    other.settings.styleLayers.append(.init(layer: .conv1_2, weight: 1))
    #expect(refusal(other) == .noLayer(.conv1_2))
    other = fitting
    other.settings.styleLayers.removeLast()
    #expect(refusal(other) == nil)
    var layers = TestNetworks.int8(deepest: .conv2_1)
    layers[0].bias[3] += 1
    var weighed = TestNetworks.transfer(
      Weights([.average: layers, .maximum: layers], of: .vgg19), content: Self.content,
      style: Self.first, settings: Self.settings)
    weighed.styles = [Style(saved)]
    #expect(refusal(weighed) == .otherWeights("the network in memory"))
    #expect(throws: TransferError.style(name: "nothing", .file(.unreadable(errno: 2)))) {
      try StyleStatistics(path: "nothing")
    }
  }

  /// Writes a saved style again: another version, without some tensors, or with other numbers.
  private func rewrite(
    _ source: FilePath, to path: FilePath, version: String = "2",
    keeping isKept: (String) -> Bool = { _ in true },
    changing change: (String, inout [UInt8]) -> Void = { _, _ in }
  ) throws {
    let file = try SafeTensors(path: source)
    let tensors = file.tensors.filter { isKept($0.name) }
    var sum = Fingerprint()
    var data: [UInt8] = []
    for tensor in tensors {
      var bytes = tensor.bytes.values(UInt8.self)
      change(tensor.name, &bytes)
      sum.add(tensor.name, bytes.span.bytes)
      data += bytes
    }
    var metadata: [(String, String)] = []
    for key in ["format", "network", "precision", "pooling", "width", "height", "weights"] {
      metadata.append((key, file.metadata(key) ?? ""))
    }
    metadata += [("format_version", version), ("checksum", sum.text)]
    let header = SafeTensors.header(
      tensors.map { SafeTensors.Entry($0.name, type: $0.type, shape: $0.shape) },
      metadata: metadata, alignment: 8)
    let output = try AtomicFile(path: path)
    try output.write(header.span.bytes)
    try output.write(data.span.bytes)
    try output.commit()
  }

  /// Files of the first version have what Gram matrices need; sums that no activations have are damage.
  @Test func olderAndForeignSums() throws {
    let (path, other) = (makeTemporaryFile(), makeTemporaryFile())
    defer {
      remove(path)
      remove(other)
    }
    var saving = transfer(.int8, [style(Self.first)])
    saving.savedStyle = path
    _ = try saving.start()
    let every = StyleLoss(gram: 1, moments: 1, histogram: 1)
    func refusal() throws -> StyleFileError? {
      do throws(TransferError) {
        try transfer(.int8, [Style(try StyleStatistics(path: other))], every).check()
        return nil
      } catch {
        guard case .style(_, let reason) = error else { return nil }
        return reason
      }
    }
    try rewrite(path, to: other)
    #expect(try refusal() == nil)
    try rewrite(path, to: other, version: "1") {
      !$0.hasSuffix("squares") && !$0.hasSuffix("histogram")
    }
    #expect(
      try bits(.int8, [Style(try StyleStatistics(path: other))])
        == bits(.int8, [style(Self.first)]))
    #expect(try refusal() == .hasGramAlone)
    try rewrite(path, to: other, version: "3")
    #expect(throws: TransferError.style(name: other.description, .otherVersion)) {
      try StyleStatistics(path: other)
    }
    for part in ["sum", "squares", "histogram", "positions"] {
      try rewrite(
        path, to: other,
        changing: { name, bytes in
          if name == "conv2_1.\(part)" { bytes[3] ^= 0x40 }
        })
      #expect(try refusal() == .damaged, "\(part)")
      try rewrite(path, to: other, keeping: { $0 != "conv2_1.\(part)" })
      #expect(try refusal() == .damaged, "no \(part)")
    }
  }
}
