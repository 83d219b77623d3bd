internal import QuantVGG

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

  /// A scheme of tensor names.
  enum Names {
    /// As in the literature: `conv1_1`.
    case layers
    /// By the place in torchvision's `features`, where rectifiers and poolings count too.
    case torchvision

    func name(of layer: NetworkTable.Convolution) -> String {
      switch self {
      case .layers: layer.name.description
      case .torchvision: "features.\(2 * layer.index + layer.name.poolings)"
      }
    }
  }

  /// The network that the layers are of.
  let network: NetworkTable
  /// The layers, whose network takes RGB minus mean in 0...255.
  let layers: [Float32Convolution]
  /// The scheme of the names.
  let names: Names
  /// The weights' origin.
  let origin: WeightOrigin
  /// Sentences on what looks odd about the filters, or is not known of them.
  let warnings: [String]

  /// - Throws: `SourceError` where a layer is missing, of a wrong shape, or not finite.
  init(_ tensors: FloatTensors, meaning: Meaning, progress: (Double) -> Void) throws {
    names = tensors.contains("features.0.weight") ? .torchvision : .layers
    guard names == .torchvision || tensors.contains("conv1_1.weight") else {
      throw SourceError.unknownNames(example: tensors.example)
    }
    if names == .torchvision, tensors.contains("features.1.weight") {
      throw SourceError.otherNetwork("a VGG with batch normalisation")
    }
    let (names, network) = (self.names, Self.network(tensors, self.names))
    var layers = try network.convolutions.map { layer in
      defer { progress(Double(layer.index + 1) / Double(network.convolutions.count)) }
      return try tensors.convolution(
        names.name(of: layer), as: layer, of: network, layout: meaning.layout)
    }
    let original = OriginalFilters(layers[0].weights)
    var convention = names == .torchvision ? .torchvision : meaning.convention
    if !meaning.isCertain { convention = original?.convention ?? convention }
    var warnings = FilterCheck.warnings(
      layers, of: network, original: original, convention: convention)
    if network != OriginalFilters.network, original == nil, !meaning.isCertain {
      warnings.append(
        "the file does not tell what images its network reads; \(convention.words) is assumed; "
          + "MatConvNet's, Keras' and Caffe's files tell")
    }
    layers[0] = convention.fold(layers[0])
    origin = .told(by: original, names, of: network)
    (self.network, self.layers, self.warnings) = (network, layers, warnings)
  }

  /// The network that the names are of: the one with most layers that are there, less those that are missing.
  private static func network(_ tensors: FloatTensors, _ names: Names) -> NetworkTable {
    let fits = NetworkTable.all.map { network in
      network.convolutions.reduce(0) {
        $0 + (tensors.contains(names.name(of: $1) + ".weight") ? 1 : -1)
      }
    }
    return zip(NetworkTable.all, fits).max { $0.1 < $1.1 }?.0 ?? .vgg19
  }
}
