package import QuantVGG

/// The reason why a source of weights, whose container could be read, is not used.
package enum SourceError: Error, Equatable, CustomStringConvertible {
  /// The MATLAB file ends early.
  case truncated
  /// The file is of no kind that is read.
  case unknownFile
  /// The file is of another kind, as this sentence says.
  case otherFile(String)
  /// The tensors have names of no known file of a VGG network.
  case unknownNames(example: String)
  /// The tensors are those of another network.
  case otherNetwork(String)
  /// A layer is not there.
  case missingLayer(LayerName, of: NetworkTable)
  /// A layer's weights or bias have another shape than the network's.
  case wrongShape(LayerName, isBias: Bool, found: [Int], expected: [Int], of: NetworkTable)
  /// A tensor's numbers are integers or complex, in this type.
  case notFloatingPoint(String, type: String)
  /// There are tensors of several networks, whose names begin in these ways.
  case severalNetworks([String])
  /// A layer has infinite values, or parts of wrong sizes.
  case badValue(LayerName)

  private static let networks = NetworkTable.all.map(\.title).joined(separator: " or ")

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  package var description: String {
    switch self {
    case .truncated: "is cut off; download it again"
    case .unknownFile:
      "is no \(Self.networks) file: neither torch.save, safetensors, MatConvNet, Keras, Caffe nor ONNX"
    case .otherFile(let sentence): sentence
    case .unknownNames(let example):
      "has tensors such as \(example), but none of the names of a known \(Self.networks) file"
    case .otherNetwork(let name): "is \(name); \(Self.networks) is needed"
    case .missingLayer(let name, let network):
      "has no complete \(name); the convolutions of \(network.title) from conv1_1 to "
        + "\(SourceLayers.least) at least are needed, without a gap"
    case .wrongShape(let layer, let isBias, let found, let expected, let network):
      "has \(layer)\(isBias ? "'s bias" : "") of shape \(found) where \(network.title) has "
        + "\(expected)"
    case .notFloatingPoint(let name, let type):
      "has \(name) in \(type), whose scale is not known; save it as floating-point numbers"
    case .severalNetworks(let prefixes):
      "has several networks, whose names begin with \(prefixes.prefix(3).map { "\"\($0)\"" }.joined(separator: " and ")); save one of them alone"
    case .badValue(let layer): "has impossible values in \(layer); download it again"
    }
  }
}
