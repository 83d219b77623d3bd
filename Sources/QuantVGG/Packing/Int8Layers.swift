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
  /// - Parameters:
  ///   - convolution: its numbers.
  ///   - float32: the weights that these stand for; for a layer that computes in single precision.
  /// - Throws: `MemoryError.refused`.
  package mutating func append(
    _ convolution: Int8Convolution, float32: Float32Convolution? = nil
  ) throws(MemoryError) {
    let shape = network.convolutions[layers.count]
    var packed: PackedFloat32Convolution?
    if let float32 {
      packed = try PackedFloat32Convolution(
        float32, shape: shape, inputs: layers.last?.channelScale,
        outputs: convolution.channelScale)
    }
    layers.append(
      try PackedInt8Convolution(
        convolution, float32: packed, shape: shape,
        inputScale: layers.last?.outputScale ?? 1 / FixedPoint.imageUnitsPerLevel,
        copies: copies, kernels: kernels))
  }
}
