package import Rows

/// Packed layers of a network in single precision, conv1_1 and on.
package struct Float32Layers: Sendable {
  /// The network that they are of.
  package let network: NetworkTable
  let kernels: KernelTable
  private(set) var layers: [PackedFloat32Convolution] = []

  /// No layers yet.
  ///
  /// - Parameters:
  ///   - network: the network that the layers are of.
  ///   - kernels: the instruction set that computes.
  package init(_ network: NetworkTable, kernels: KernelTable = KernelTable()) {
    self.network = network
    self.kernels = kernels
  }

  /// Packs the next convolution of the network.
  ///
  /// - Throws: `MemoryError.refused`.
  package mutating func append(_ convolution: Float32Convolution) throws(MemoryError) {
    layers.append(
      try PackedFloat32Convolution(convolution, shape: network.convolutions[layers.count]))
  }
}
