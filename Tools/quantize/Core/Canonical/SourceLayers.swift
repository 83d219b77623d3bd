internal import QuantVGG
internal import StyleTransfer

/// A network's convolutions from a container in canonical form, found by their names.
struct SourceLayers {
  /// The meaning of a container's tensors.
  struct Meaning {
    let layout: TensorLayout
    /// The input that the network reads.
    let convention: InputConvention
    /// Whether `convention` holds for every file of this kind; otherwise it is a guess, and the filters
    /// decide where they are the original's.
    let isCertain: Bool
  }

  /// The layer that a file must reach: the default losses need no more.
  static let least = TransferSettings().deepest

  /// The layers of a network that a file must have.
  static func least(_ network: NetworkTable) -> Int { network.place(of: least) + 1 }

  /// The network that the layers are of.
  let network: NetworkTable
  /// All of the network's layers, or its first ones, whose network takes RGB minus mean in 0...255.
  let layers: [Float32Convolution]
  /// The scheme of the names.
  let names: LayerNames.Scheme
  /// The weights' origin.
  let origin: WeightOrigin
  /// Sentences on what looks odd about the filters, or is not known of them.
  let warnings: [String]

  /// - Throws: `SourceError` where a layer is missing, of a wrong shape, or not finite.
  init(_ tensors: FloatTensors, meaning: Meaning, progress: (Double) -> Void) throws {
    let names = try LayerNames(tensors, layout: meaning.layout)
    self.names = names.scheme
    if names.scheme == .torchvision, tensors.contains(names.prefix + "1.weight") {
      throw SourceError.otherNetwork("a VGG with batch normalisation")
    }
    let network = Self.network(tensors, names)
    // All layers up to the last that is there, so that one in between is missed by name.
    let last = network.convolutions.last { tensors.contains(names.name(of: $0) + ".weight") }
    let count = max((last?.index ?? 0) + 1, Self.least(network))
    var layers = try network.convolutions.prefix(count).map { layer in
      defer { progress(Double(layer.index + 1) / Double(count)) }
      return try tensors.convolution(
        names.name(of: layer), as: layer, of: network, layout: meaning.layout)
    }
    let original = OriginalFilters(layers[0].weights)
    var convention = names.scheme == .torchvision ? .torchvision : meaning.convention
    if !meaning.isCertain { convention = original?.convention ?? convention }
    var warnings = FilterCheck.warnings(
      layers, of: network, original: original, convention: convention)
    if network != OriginalFilters.network, original == nil, !meaning.isCertain {
      warnings.append(
        "the file does not tell what images its network reads; \(convention.words) is assumed; "
          + "MatConvNet's, Keras' and Caffe's files tell")
    }
    layers[0] = convention.fold(layers[0])
    origin = .told(by: original, names.scheme, of: network)
    (self.network, self.layers, self.warnings) = (network, layers, warnings)
  }

  /// The network that the names are of: the one with most layers that are there, less those that are missing.
  private static func network(_ tensors: FloatTensors, _ names: LayerNames) -> NetworkTable {
    let fits = NetworkTable.all.map { network in
      network.convolutions.reduce(0) {
        $0 + (tensors.contains(names.name(of: $1) + ".weight") ? 1 : -1)
      }
    }
    return zip(NetworkTable.all, fits).max { $0.1 < $1.1 }?.0 ?? .vgg19
  }
}
