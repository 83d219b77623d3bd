package import Rows

/// Packed layers of a network in the numeric contract's formats, conv1_1 and on.
package struct Int8Layers: Sendable {
  /// The network that they are of.
  package let network: NetworkTable
  /// The copies of the weights that are kept.
  package let copies: WeightCopies
  let kernels: KernelTable
  private(set) var layers: [PackedInt8Convolution] = []

  /// No layers yet.
  ///
  /// - Parameters:
  ///   - network: the network that the layers are of.
  ///   - kernels: the instruction set that computes.
  ///   - copies: which copies of the weights are kept.
  package init(
    _ network: NetworkTable, kernels: KernelTable = KernelTable(), copies: WeightCopies = .both
  ) {
    self.network = network
    self.kernels = kernels
    self.copies = copies
  }

  /// Packs the next convolution of the network.
  ///
  /// - Throws: `MemoryError.refused`.
  package mutating func append(_ convolution: Int8Convolution) throws(MemoryError) {
    let inputScale = layers.last?.outputScale ?? 1 / FixedPoint.imageUnitsPerLevel
    layers.append(
      try PackedInt8Convolution(
        convolution, shape: network.convolutions[layers.count], inputScale: inputScale,
        copies: copies, kernels: kernels))
  }
}
