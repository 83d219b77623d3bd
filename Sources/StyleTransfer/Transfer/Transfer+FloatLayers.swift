public import QuantVGG

/// Layers of an int8 network that compute in single precision.
extension Transfer {
  /// The network with these layers marked.
  package var engineNetwork: NetworkTable { network.inFloat32(floatLayers) }

  /// Refuses layers that the network lacks, and weights that can not serve them.
  ///
  /// - Throws: `TransferError.floatLayers`.
  func checkFloatLayers() throws(TransferError) {
    guard !floatLayers.isEmpty else { return }
    guard precision == .int8 else { throw .floatLayers(.allAre) }
    for layer in floatLayers where network.index(of: layer) == nil {
      throw .floatLayers(.missing(network, layer))
    }
    if let reference, reference.network != network {
      throw .floatLayers(.otherNetwork(name: reference.name, reference.network, network))
    }
  }

  /// Adds the layers that are computed so, with their weights.
  func addFloatLayers(to fingerprint: inout Fingerprint) {
    let layers = engineNetwork.convolutions.filter { $0.isFloat32 && $0.name <= settings.deepest }
    for layer in layers {
      fingerprint.add("in float32")
      fingerprint.add(layer.name.description)
      reference?.add(to: &fingerprint, layers: layer.name...layer.name)
    }
  }
}

/// The reason why layers can not compute in single precision.
public enum FloatLayerError: Error, Equatable {
  /// The weights are float32: all layers do.
  case allAre
  /// The network lacks a layer.
  case missing(NetworkTable, LayerName)
  /// The float32 weights are of another network than the int8 ones.
  case otherNetwork(name: String, NetworkTable, NetworkTable)

  /// A sentence: what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .allAre: "all layers of float32 weights compute in float32; leave out the layers"
    case .missing(let network, let layer):
      "\(network.title) has no \(layer.description); its layers are \(network.range)"
    case .otherNetwork(let name, let network, let wanted):
      "\(name) is of \(network.title), and the int8 weights of \(wanted.title); name float32 weights "
        + "of the same network"
    }
  }
}
