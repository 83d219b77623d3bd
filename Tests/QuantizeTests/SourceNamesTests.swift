import CSystem
import FileNames
import QuantVGG
import QuantizeCore
import TestSupport
import Testing

/// Networks of two channels (but for conv1_1) under other names: what is found goes as far as the second layer's shape.
@Suite struct SourceNamesTests {
  private typealias Tensor = (name: String, type: String, shape: [Int])

  private static let places = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
  private static let found = SourceError.wrongShape(
    .conv1_2, isBias: false, found: [2, 2, 3, 3], expected: [64, 64, 3, 3], of: .vgg19)

  private func network(
    _ type: String = "F32", layers: Int = 16, name: (Int, LayerName) -> String
  ) -> [Tensor] {
    NetworkTable.vgg19.convolutions.prefix(layers).flatMap { layer -> [Tensor] in
      let name = name(Self.places[layer.index], layer.name)
      let (outputs, inputs) = layer.index == 0 ? (64, 3) : (2, 2)
      return [
        (name + ".weight", type, [outputs, inputs, 3, 3]), (name + ".bias", type, [outputs]),
      ]
    }
  }

  private func error(_ tensors: [Tensor]) throws -> (any Error)? {
    let path = makeTemporaryFile()
    defer { remove(path) }
    var (header, data): (String, [UInt8]) = ("", [])
    for (name, type, shape) in tensors {
      let size =
        ["F16": 2, "BF16": 2, "F32": 4, "F64": 8, "I64": 8, "I8": 1, "F4_NEW": 1][type] ?? 1
      let count = shape.reduce(size, *)
      header += header.isEmpty ? "{" : ","
      header += "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),"
      header += "\"data_offsets\":[\(data.count),\(data.count + count)]}"
      data += [UInt8](repeating: 0, count: count)
    }
    header += "}"
    write(
      withUnsafeBytes(of: UInt64(header.utf8.count)) { Array($0) } + header.utf8 + data, to: path)
    return readError(path)
  }

  @Test(arguments: [
    "features.", "module.features.", "features.module.", "vgg.features.", "model.features.",
    "_orig_mod.features.", "module.vgg19.features.module.", "", "model.", "state_dict.net.0.",
  ])
  func prefixesOfPlaces(prefix: String) throws {
    #expect(try error(network { place, _ in "\(prefix)\(place)" }) as? SourceError == Self.found)
  }

  @Test(arguments: ["", "module.", "vgg.", "model.net."])
  func prefixesOfLayers(prefix: String) throws {
    #expect(try error(network { _, name in "\(prefix)\(name)" }) as? SourceError == Self.found)
  }

  @Test func otherTensorsAreLeftAlone() throws {
    let tensors = network { place, _ in "features.\(place)" }
    let others: [Tensor] = [
      ("classifier.0.weight", "F32", [8, 8]), ("classifier.0.bias", "F32", [8]),
      ("steps", "I64", [1]), ("0.weight", "F32", [4, 1, 3, 3]), ("table", "F4_NEW", [3, 5, 7]),
    ]
    #expect(try error(others + tensors) as? SourceError == Self.found)
    #expect(
      try error(tensors + [("features.1.weight", "F32", [64])]) as? SourceError
        == .otherNetwork("a VGG with batch normalisation"))
  }

  @Test func twoNetworksAreTooMany() throws {
    let both =
      network { place, _ in "teacher.features.\(place)" } + network { _, name in "student.\(name)" }
    let found = try error(both) as? SourceError
    #expect(found == .severalNetworks(["student.", "teacher.features."]))
    #expect(found?.description.contains("\"student.\" and \"teacher.features.\"") == true)
    // One of them is no network.
    let part = network(layers: 3) { place, _ in "head.\(place)" }
    #expect(
      try error(part + network { place, _ in "features.\(place)" }) as? SourceError == Self.found)
  }

  /// The default losses need the layers up to conv5_1.
  @Test func filesMayEndAfterConv51() throws {
    let names: [(Int, LayerName) -> String] = [{ place, _ in "features.\(place)" }, { "\($1)" }]
    for name in names {
      #expect(try error(network(layers: 13, name: name)) as? SourceError == Self.found)
      #expect(
        try error(network(layers: 1, name: name)) as? SourceError
          == .missingLayer(.conv1_2, of: .vgg16))
    }
  }

  @Test(arguments: ["F16", "BF16", "F64"]) func typesOfSafetensors(type: String) throws {
    #expect(try error(network(type) { "\($1)" }) as? SourceError == Self.found)
  }

  @Test(arguments: ["I8", "I64", "F4_NEW"]) func typesThatAreNoWeights(type: String) throws {
    let found = try error(network(type) { "\($1)" }) as? SourceError
    #expect(found == .notFloatingPoint("conv1_1.weight", type: type))
    #expect(found?.description.contains("conv1_1.weight in \(type)") == true)
  }

  /// A header of many names ends quickly.
  @Test func manyNames() throws {
    let many = (0..<20_000).map { Tensor(name: "x\($0).0.weight", type: "I8", shape: [0]) }
    #expect(try error(many) as? SourceError == .missingLayer(.conv1_1, of: .vgg16))
  }
}
