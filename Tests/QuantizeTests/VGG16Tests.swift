import CSystem
import FileNames
import QuantVGG
import QuantizeCore
import TestSupport
import Testing

/// Files of VGG-16, made of VGG-19's layers without conv3_4, conv4_4 and conv5_4.
@Suite struct VGG16Tests {
  private typealias Tensor = (name: String, shape: [Int], values: [Float])

  private static let reference =
    FilePath(
      "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        + "/Fixtures/vgg19-reference.safetensors")
  private static let unknown = "VGG-16, weights of unknown training"

  /// Reads the file that `make` makes.
  private func read(_ make: (FilePath) throws -> Void) throws -> SourceFile {
    let path = makeTemporaryFile()
    defer { remove(path) }
    try make(path)
    return try SourceFile(path: path)
  }

  private func safetensors(_ tensors: [Tensor], to path: FilePath) throws {
    let tensors = tensors.map { tensor in
      OutputTensor(.init(tensor.name, type: "F32", shape: tensor.shape), tensor.values)
    }
    try SafeTensorsWriter.write(tensors, metadata: [("format", "pt")], to: path)
  }

  private func layers() throws -> [(LayerName, Float32Convolution)] {
    let source = try SourceFile(path: Self.reference)
    return zip(NetworkTable.vgg19.convolutions, source.weights.float32).filter { layer, _ in
      NetworkTable.vgg16.index(of: layer.name) != nil
    }.map { ($0.name, $1) }
  }

  private func tensors(
    _ layers: [(LayerName, Float32Convolution)], names: [String]
  ) -> [Tensor] {
    zip(layers, names).flatMap { layer, name -> [Tensor] in
      let (weights, bias) = (layer.1.weights, layer.1.bias)
      return [
        (name + ".weight", [bias.count, weights.count / bias.count / 9, 3, 3], weights),
        (name + ".bias", [bias.count], bias),
      ]
    }
  }

  /// torchvision's places, as its documentation lists the layers of `vgg16().features`.
  private static let places = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]

  @Test(.enabled(if: isOptimized)) func everyContainerGivesTheSame() throws {
    let layers = try layers()
    let own = tensors(layers, names: layers.map { $0.0.description })
    let named = tensors(layers, names: Self.places.map { "features.\($0)" })
    let sources = [
      try read { try safetensors(own, to: $0) }, try read { try safetensors(named, to: $0) },
      try read { write(TorchBytes.file(own), to: $0) },
      try read { write(TorchBytes.file(named), to: $0) },
    ]
    for source in sources {
      #expect(source.weights.network == .vgg16 && source.warnings.isEmpty)
      #expect(source.weights.float32.count == 13)
      for (layer, expected) in zip(source.weights.float32, layers) {
        #expect(layer.weights == expected.1.weights && layer.bias == expected.1.bias)
      }
      // conv1_1 is the original VGG-19's, which says nothing of the whole.
      let provenance = source.provenance(of: .float32)
      #expect(provenance.first { $0.key == "source" }?.value == Self.unknown)
      #expect(provenance.map { $0.value } == sources[0].provenance(of: .float32).map { $0.value })
    }
    // A file that is written from it is told by its format.
    let again = try read {
      try SafeTensorsWriter.write(
        sources[0].weights.float32Tensors,
        metadata: [
          ("format", WeightFile.Kind.float32.format(of: .vgg16)), ("format_version", "1"),
          ("source", "VGG-16 by us"),
        ], to: $0)
    }
    #expect(again.kind == "qstyle-vgg16-float32 file" && again.weights.network == .vgg16)
    #expect(again.origin.source == "VGG-16 by us" && again.weightsHash == sources[0].weightsHash)
  }

  /// Of weights that nothing is known of, the input is a guess where the container leaves it open.
  @Test(.enabled(if: isOptimized)) func guessesAreTold() throws {
    var layers = try layers()
    let weights = layers[0].1.weights
    layers[0].1.weights = Array(weights[27...] + weights[..<27])
    let names = layers.map { $0.0.description }
    let source = try read { try safetensors(tensors(layers, names: names), to: $0) }
    #expect(source.origin.source == Self.unknown)
    #expect(source.warnings.count == 1)
    #expect(source.warnings.first?.contains("RGB minus the mean is assumed") == true)
    let torch = try read { write(TorchBytes.file(tensors(layers, names: names)), to: $0) }
    #expect(torch.warnings.first?.contains("BGR minus the mean is assumed") == true)
  }

  /// Two channels everywhere but in conv1_1: names alone tell the network.
  private func small(
    _ network: NetworkTable, without missing: String = "", names: [String]? = nil
  ) throws -> [Tensor] {
    let names = names ?? network.convolutions.map { $0.name.description }
    return zip(network.convolutions, names).flatMap { layer, name -> [Tensor] in
      let (outputs, inputs) = layer.readsImage ? (64, 3) : (2, 2)
      let count = outputs * inputs * 9
      return [
        (name + ".weight", [outputs, inputs, 3, 3], (0..<count).map { Float($0 % 7) }),
        (name + ".bias", [outputs], [Float](repeating: 1, count: outputs)),
      ]
    }.filter { $0.name != missing + ".weight" }
  }

  private func error(_ tensors: [Tensor]) -> SourceError? {
    do {
      _ = try read { try safetensors(tensors, to: $0) }
      return nil
    } catch {
      return error as? SourceError
    }
  }

  @Test(arguments: NetworkTable.all) func namesTellTheNetwork(network: NetworkTable) throws {
    let shape = SourceError.wrongShape(
      .conv1_2, isBias: false, found: [2, 2, 3, 3], expected: [64, 64, 3, 3], of: network)
    #expect(error(try small(network)) == shape)
    #expect(shape.description.contains("where \(network.title) has [64, 64, 3, 3]"))
    let missing = SourceError.missingLayer(.conv1_2, of: network)
    #expect(error(try small(network, without: "conv1_2")) == missing)
    #expect(
      missing.description.contains(
        "convolutions of \(network.title) from conv1_1 to conv5_1 at least"))
  }

  /// A module that holds another twice has two names for each tensor.
  @Test func sharedTensorsAreOneNetwork() throws {
    let shape = SourceError.wrongShape(
      .conv1_2, isBias: false, found: [2, 2, 3, 3], expected: [64, 64, 3, 3], of: .vgg16)
    let tensors = try small(.vgg16)
    #expect(throws: shape) { try read { write(TorchBytes.file(tensors, alias: "loss."), to: $0) } }
    let twice = tensors + tensors.map { ("loss." + $0.name, $0.shape, $0.values) }
    #expect(throws: SourceError.severalNetworks(["", "loss."])) {
      try read { write(TorchBytes.file(twice), to: $0) }
    }
  }

  @Test func placesTellTheNetwork() throws {
    let names = Self.places.map { "features.\($0)" }
    #expect(
      error(try small(.vgg16, names: names))
        == .wrongShape(
          .conv1_2, isBias: false, found: [2, 2, 3, 3], expected: [64, 64, 3, 3], of: .vgg16))
    #expect(
      error(try small(.vgg16, without: "features.2", names: names))
        == .missingLayer(.conv1_2, of: .vgg16))
  }

  /// A model of so many convolutions without tensors.
  private func onnx(convolutions count: Int) -> [UInt8] {
    let node: [UInt8] = [0x0a, 1, 0x78, 0x0a, 1, 0x77, 0x22, 4] + Array("Conv".utf8)
    let graph = [[UInt8]](repeating: [0x0a, UInt8(node.count)] + node, count: count).joined()
    let length = [UInt8(graph.count & 0x7f) | 0x80, UInt8(graph.count >> 7)]
    return [0x08, 3, 0x3a] + length + graph
  }

  @Test(
    arguments: [(13, nil), (14, nil), (16, nil), (10, "10"), (0, "0"), (17, "17")]
      as [(Int, String?)])
  func convolutionsAreCounted(count: Int, words: String?) {
    let expected = words.map { SourceError.otherNetwork("a network of \($0) convolutions") }
    var found: SourceError?
    do {
      _ = try read { write(onnx(convolutions: count), to: $0) }
    } catch {
      found = error as? SourceError
    }
    #expect(found == expected ?? .unknownNames(example: "none"))
  }
}
