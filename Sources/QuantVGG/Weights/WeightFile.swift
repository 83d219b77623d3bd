package import FileNames

/// A network's weights in one of the project's three safetensors formats; `N` is the network's name, `vgg19` or
/// `vgg16`.
///
/// ```
/// qstyle-N-codebook      convB_C.weight_index U8 [O,I,3,3]   .weight_table F32 [256]   .bias F32 [O]
/// qstyle-N-float32       convB_C.weight F32 [O,I,3,3]        .bias F32 [O]
/// qstyle-N-int8          convB_C.weight I8 [O,I,3,3]         .weight_scale F32 [O]
///                        .bias.avg, .bias.max I32 [O]        .activation_scale F32 [2] (avg, max)
///                        .channel_scale F32 [O]
/// ```
/// The real activation of channel c is q * activation_scale * channel_scale[c], the real weight w *
/// weight_scale[o] * channel_scale[o] / channel_scale[i] of the layer before. Version 1 of the int8 format
/// has no channel scales; they are all 1.
/// `data_checksum` in the metadata of int8 files is the `Fingerprint` of all tensors in the order of their names, which
/// takes 9 ms of a Zen core; files made before it lack it.
/// Input channels are red, green, blue, of images in 0...255 minus `NetworkTable.mean`. A file
/// holds the network's first convolutions, all or fewer.
package final class WeightFile: Sendable {
  /// The form in which a file stores weights.
  package enum Kind: String, CaseIterable, Sendable {
    /// One byte per weight and a table of 256 values per layer: lossless for weights that came so.
    case codebook = "codebook"
    /// Single precision.
    case float32 = "float32"
    /// The numeric contract's formats, with calibrated activation scales.
    case int8 = "int8"

    /// The format's name in the metadata.
    package func format(of network: NetworkTable) -> String { "qstyle-\(network.name)-\(rawValue)" }

    /// The newest format version that is understood.
    package var version: Int { self == .int8 ? 2 : 1 }
  }

  /// `NetworkTable.mean` as the metadata has it.
  package static let mean = "123.68,116.779,103.939"

  /// The network that the weights are of.
  package let network: NetworkTable
  /// The form in which the weights are stored.
  package let kind: Kind
  /// The file's format version.
  package let version: Int
  /// The file behind the weights.
  package let tensors: SafeTensors
  /// Convolutions in the file: conv1_1 and on.
  package let layerCount: Int

  /// Opens a file and checks its metadata, every tensor's name, type and shape, and the checksum of all.
  ///
  /// - Throws: `WeightError`.
  package convenience init(path: FilePath) throws(WeightError) {
    try self.init(try MappedFile(path: path))
  }

  /// The metadata's key of the checksum.
  package static let checksumKey = "data_checksum"

  /// Checks the metadata, every tensor and the checksum of a mapped file.
  ///
  /// - Throws: `WeightError`.
  package init(_ mapped: MappedFile) throws(WeightError) {
    let file = try SafeTensors(mapped)
    tensors = file
    let format = file.metadata("format") ?? ""
    guard let (network, kind) = Self.parse(format) else { throw .unknownFormat(format) }
    let version = file.metadata("format_version") ?? ""
    guard let number = Int(version), number >= 1 else { throw .unknownFormat(format) }
    guard number <= kind.version else { throw .newerVersion(version) }
    for (key, expected) in [("input_order", "rgb"), ("mean", Self.mean)] {
      let found = file.metadata(key) ?? expected
      guard found == expected else {
        throw .wrongMetadata(key: key, found: found, expected: expected)
      }
    }
    self.network = network
    self.kind = kind
    self.version = number
    let main = kind == .codebook ? ".weight_index" : ".weight"
    let present = network.convolutions.prefix { file.contains($0.name.description + main) }
    guard !present.isEmpty else { throw .missingTensor(name: "conv1_1" + main) }
    layerCount = present.count
    // A layer beyond a gap would be dropped in silence.
    for beyond in network.convolutions[present.count...]
    where file.contains(beyond.name.description + main) {
      throw .missingTensor(name: network.convolutions[present.count].name.description + main)
    }
    for convolution in present {
      for part in Self.parts(kind, convolution, version: number) {
        let tensor = try file.tensor(part.name)
        guard tensor.type == part.type else {
          throw .wrongType(name: part.name, found: tensor.type, expected: part.type)
        }
        guard tensor.shape == part.shape else {
          throw .wrongShape(name: part.name, found: tensor.shape, expected: part.shape)
        }
      }
    }
    guard let checksum = file.metadata(Self.checksumKey) else { return }
    var found = Fingerprint()
    for tensor in file.tensors.sorted(by: { $0.name < $1.name }) {
      tensor.bytes.withBytes { found.add(tensor.name, $0) { mapped.dropPages() } }
    }
    guard found.text == checksum else { throw .damaged }
  }

  /// The network and the kind of a format's name.
  private static func parse(_ format: String) -> (NetworkTable, Kind)? {
    for network in NetworkTable.all {
      for kind in Kind.allCases where kind.format(of: network) == format { return (network, kind) }
    }
    return nil
  }

  // Constant arrays of one function can be mixed up (Scripts/check-objects).
  private static let tableShape = [256]
  private static let activationScaleShape = [2]

  /// The tensors of a layer in a version of a kind of file.
  package static func parts(
    _ kind: Kind, _ layer: NetworkTable.Convolution, version: Int
  ) -> [SafeTensors.Entry] {
    let (outputs, name) = (layer.outputChannels, layer.name.description)
    let weight = [outputs, layer.inputChannels, 3, 3]
    switch kind {
    case .codebook:
      return [
        SafeTensors.Entry(name + ".weight_index", type: "U8", shape: weight),
        SafeTensors.Entry(name + ".weight_table", type: "F32", shape: tableShape),
        SafeTensors.Entry(name + ".bias", type: "F32", shape: [outputs]),
      ]
    case .float32:
      return [
        SafeTensors.Entry(name + ".weight", type: "F32", shape: weight),
        SafeTensors.Entry(name + ".bias", type: "F32", shape: [outputs]),
      ]
    case .int8:
      let parts = [
        SafeTensors.Entry(name + ".weight", type: "I8", shape: weight),
        SafeTensors.Entry(name + ".weight_scale", type: "F32", shape: [outputs]),
        SafeTensors.Entry(name + ".bias.avg", type: "I32", shape: [outputs]),
        SafeTensors.Entry(name + ".bias.max", type: "I32", shape: [outputs]),
        SafeTensors.Entry(name + ".activation_scale", type: "F32", shape: activationScaleShape),
        SafeTensors.Entry(name + ".channel_scale", type: "F32", shape: [outputs]),
      ]
      return Array(version > 1 ? parts[...] : parts.dropLast())
    }
  }

  /// A layer in single precision.
  ///
  /// - Throws: `WeightError.wrongKind` for an int8 file, `.missingLayer`, `.badValue`.
  package func float32(layer: Int) throws(WeightError) -> Float32Convolution {
    let name = try self.name(of: layer)
    let convolution: Float32Convolution
    switch kind {
    case .int8: throw .wrongKind(found: "int8", expected: "float32 or codebook")
    case .float32:
      convolution = Float32Convolution(
        weights: try tensors.floats(name + ".weight"), bias: try tensors.floats(name + ".bias"))
    case .codebook:
      let table = try tensors.floats(name + ".weight_table")
      let index = try tensors.values(name + ".weight_index", type: "U8", as: UInt8.self)
      convolution = Float32Convolution(
        weights: index.map { table[Int($0)] }, bias: try tensors.floats(name + ".bias"))
    }
    guard convolution.weights.allSatisfy({ $0.isFinite }),
      convolution.bias.allSatisfy({ $0.isFinite })
    else { throw .badValue(name: name) }
    return convolution
  }

  /// A layer in the numeric contract's formats, for one kind of pooling.
  ///
  /// - Throws: `WeightError.wrongKind` for other files, `.missingLayer`, `.badValue`.
  package func int8(layer: Int, pooling: Pooling) throws(WeightError) -> Int8Convolution {
    guard kind == .int8 else { throw .wrongKind(found: "float32", expected: "int8") }
    let name = try self.name(of: layer)
    let weights = try tensors.values(name + ".weight", type: "I8", as: Int8.self)
    let scales = try tensors.floats(name + ".weight_scale")
    let bias = try tensors.values(
      name + ".bias." + pooling.rawValue, type: "I32", as: Int32.self)
    let outputScale = try tensors.floats(name + ".activation_scale")[pooling == .average ? 0 : 1]
    guard !weights.contains(-128) else { throw .badValue(name: name + ".weight") }
    guard scales.allSatisfy({ Self.isScale($0) }) else {
      throw .badValue(name: name + ".weight_scale")
    }
    guard bias.allSatisfy({ $0.magnitude <= 1 << 30 }) else {
      throw .badValue(name: name + ".bias." + pooling.rawValue)
    }
    guard Self.isScale(outputScale) else { throw .badValue(name: name + ".activation_scale") }
    var channelScale: [Float] = []
    if version > 1 {
      channelScale = try tensors.floats(name + ".channel_scale")
      guard channelScale.allSatisfy({ Self.isScale($0) }) else {
        throw .badValue(name: name + ".channel_scale")
      }
    }
    return Int8Convolution(
      weights: weights, weightScale: scales, bias: bias, outputScale: outputScale,
      channelScale: channelScale)
  }

  /// Gives the memory of the file's pages back; they are read again where they are needed.
  package func dropPages() { tensors.dropPages() }

  /// Scales whose products and quotients stay finite and normal.
  private static func isScale(_ value: Float) -> Bool {
    value >= 0x1p-30 && value <= 0x1p30
  }

  private func name(of layer: Int) throws(WeightError) -> String {
    let name = network.convolutions[layer].name.description
    guard layer < layerCount else { throw .missingLayer(name: name) }
    return name
  }
}

extension NetworkTable {
  /// The place of a layer in weights of the network's first `count` layers.
  ///
  /// - Throws: `WeightError.otherNetwork` where no weights of this network have it, `.missingLayer`.
  package func place(of layer: LayerName, among count: Int) throws(WeightError) -> Int {
    guard let place = index(of: layer) else { throw .otherNetwork(self, lacks: layer) }
    guard place < count else { throw .missingLayer(name: layer.description) }
    return place
  }
}

extension Float32Convolution {
  /// Swaps rows and columns of every filter, for images whose rows are a picture's columns.
  package mutating func transpose() { transposeTaps(&weights) }
}

extension Int8Convolution {
  /// Swaps rows and columns of every filter, for images whose rows are a picture's columns.
  package mutating func transpose() { transposeTaps(&weights) }
}

/// Swaps rows and columns of every 3x3 filter.
private func transposeTaps<Weight>(_ weights: inout [Weight]) {
  for filter in stride(from: 0, to: weights.count, by: 9) {
    weights.swapAt(filter + 1, filter + 3)
    weights.swapAt(filter + 2, filter + 6)
    weights.swapAt(filter + 5, filter + 7)
  }
}
