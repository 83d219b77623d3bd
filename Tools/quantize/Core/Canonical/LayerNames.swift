internal import QuantVGG

/// The names of a file's convolutions: what is the same for all, and what tells them apart.
struct LayerNames: Equatable {
  /// What tells layers apart.
  enum Scheme: CaseIterable {
    /// As in the literature: `conv1_1`.
    case layers
    /// By the place in torchvision's `features`, where rectifiers and poolings count too.
    case torchvision

    func name(of layer: NetworkTable.Convolution) -> String {
      switch self {
      case .layers: layer.name.description
      case .torchvision: "\(2 * layer.index + layer.name.poolings)"
      }
    }
  }

  let scheme: Scheme
  /// What comes before, such as `features.` or `module.vgg.features.`; nothing, or ends with a dot.
  let prefix: String

  /// The first layer, which is the same in all networks.
  private static let first = NetworkTable.vgg19.convolutions[NetworkTable.imageLayer]

  func name(of layer: NetworkTable.Convolution) -> String { prefix + scheme.name(of: layer) }

  /// The names in a file.
  ///
  /// Whatever else there is beside a network, such as an optimizer's numbers, is left alone.
  ///
  /// - Throws: `SourceError.unknownNames`, `.severalNetworks`.
  init(_ tensors: FloatTensors, layout: TensorLayout) throws {
    let found = tensors.names.flatMap(Self.candidates)
    let fitting = found.filter {
      tensors.shape($0.name(of: Self.first) + ".weight") == layout.shape(Self.first)
    }
    let candidates = fitting.isEmpty ? found : fitting
    let whole = candidates.filter { candidate in
      NetworkTable.all.contains { candidate.layers(of: $0, in: tensors) >= SourceLayers.least($0) }
    }
    // A module that another holds twice has two names in its dictionary.
    guard whole.dropFirst().allSatisfy({ $0.isSame(as: whole[0], in: tensors) }) else {
      throw SourceError.severalNetworks(whole.map(\.prefix))
    }
    let most = candidates.max { $0.layers(in: tensors) < $1.layers(in: tensors) }
    guard let names = whole.first ?? most else {
      throw SourceError.unknownNames(example: tensors.example)
    }
    self = names
  }

  private init(scheme: Scheme, prefix: String) {
    (self.scheme, self.prefix) = (scheme, prefix)
  }

  /// The names that a tensor may be the first of.
  private static func candidates(_ tensor: String) -> [LayerNames] {
    Scheme.allCases.compactMap { scheme in
      let end = scheme.name(of: first) + ".weight"
      guard tensor.hasSuffix(end) else { return nil }
      let prefix = String(tensor.dropLast(end.count))
      return prefix.isEmpty || prefix.hasSuffix(".") ? Self(scheme: scheme, prefix: prefix) : nil
    }
  }

  /// Layers of a network that follow each other from the first on.
  func layers(of network: NetworkTable, in tensors: FloatTensors) -> Int {
    network.convolutions.prefix { tensors.contains(name(of: $0) + ".weight") }.count
  }

  /// Whether other names stand for the same tensors.
  private func isSame(as other: LayerNames, in tensors: FloatTensors) -> Bool {
    NetworkTable.all.allSatisfy { network in
      network.convolutions.allSatisfy { layer in
        [".weight", ".bias"].allSatisfy {
          tensors.isSame(name(of: layer) + $0, other.name(of: layer) + $0)
        }
      }
    }
  }

  private func layers(in tensors: FloatTensors) -> Int {
    NetworkTable.all.map { layers(of: $0, in: tensors) }.max() ?? 0
  }
}
