internal import QuantVGG

/// The network whose convolutions follow each other as a file's do, where names do not tell them apart.
enum ConvolutionOrder {
  /// The network of convolutions in the order of the data flow: all of its layers, or its first ones.
  ///
  /// - Parameter channels: what each convolution reads and writes; nil where that is not known.
  /// - Returns: the network; where none fits, one of as many layers, whose shapes can then be named.
  /// - Throws: `SourceError.otherNetwork`.
  static func network(_ channels: [(inputs: Int, outputs: Int)?]) throws -> NetworkTable {
    let network = NetworkTable.all.first { network in
      (SourceLayers.least(network)...network.convolutions.count).contains(channels.count)
        && zip(network.convolutions, channels).allSatisfy { layer, found in
          found.map { $0 == (layer.inputChannels, layer.outputChannels) } ?? true
        }
    }
    guard let network = network ?? whole(channels.count) else {
      throw SourceError.otherNetwork("a network of \(channels.count) convolutions")
    }
    return network
  }

  private static func whole(_ count: Int) -> NetworkTable? {
    NetworkTable.all.first { $0.convolutions.count == count }
  }
}
