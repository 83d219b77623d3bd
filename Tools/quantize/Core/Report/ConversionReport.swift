package import QuantVGG
internal import Rows
package import StyleTransfer

/// The cost of a conversion to int8: layer by layer, and on whole transfers.
package struct ConversionReport {
  /// conv1_1 and on.
  package internal(set) var layers: [LayerFigures]
  /// In the order they were given.
  package let transfers: [TransferFigures]
  /// Pictures that activations were compared on.
  package let pictureCount: Int

  /// Measures a conversion.
  ///
  /// - Parameters:
  ///   - float32: the layers before it, conv1_1 and on.
  ///   - network: the network that they are of.
  ///   - int8: the layers after it, by pooling.
  ///   - pictures: at least one, whose sides are at least the `smallestSide` of the last layer;
  ///     activations are compared on these.
  ///   - transfers: whose losses need no layer beyond the last.
  ///   - steps: of the transfers whose results are compared; 0 to leave results out.
  ///   - pool: the threads.
  ///   - progress: called with a line that says what is being done.
  /// - Throws: `TransferError`.
  package init(
    _ float32: [Float32Convolution], of network: NetworkTable,
    int8: [Pooling: [Int8Convolution]], pictures: [ImageTensor], transfers: [ComparedTransfer] = [],
    steps: Int = 0, pool: WorkerPool, progress: (String) -> Void = { _ in }
  ) throws {
    precondition(!pictures.isEmpty && !int8.isEmpty)
    var layers: [LayerFigures] = []
    var figures = [TransferFigures?](repeating: nil, count: transfers.count)
    // One kind of pooling after the other, so that only one pair of networks is in memory.
    for pooling in Pooling.allCases {
      guard let convolutions = int8[pooling] else { continue }
      if layers.isEmpty {
        layers = convolutions.indices.map { index in
          LayerFigures(
            network.convolutions[index].name, weights: float32[index].weights,
            rounded: convolutions[index],
            inputScale: index > 0 ? convolutions[index - 1].channelScale : [])
        }
      }
      let truth = try Float32Arithmetic(float32, of: network, pooling: pooling)
      let own = try Int8Arithmetic(convolutions, of: network, pooling: pooling)
      var agreements: [[ActivationAgreement.Layer]] = []
      for (index, picture) in pictures.enumerated() {
        progress("comparing activations, \(pooling.rawValue): \(index + 1) of \(pictures.count)")
        agreements.append(try Self.agreement(own, truth, picture, pool).layers)
      }
      for index in layers.indices {
        layers[index].outputs[pooling] = LayerFigures.Output(
          scale: own.activationScale(layer: index), pictures: agreements.map { $0[index] })
      }
      for (index, transfer) in transfers.enumerated() where transfer.pooling == pooling {
        figures[index] = try TransferFigures(
          transfer, float32: Weights(float32, of: network), int8: Weights(int8, of: network),
          steps: steps, pool: pool
        ) { progress("\(transfer.name), \(pooling.rawValue): \(Int($0 * 100)) %") }
      }
    }
    self.layers = layers
    self.transfers = figures.compactMap { $0 }
    pictureCount = pictures.count
  }

  private static func agreement(
    _ own: Int8Arithmetic, _ truth: Float32Arithmetic, _ picture: ImageTensor,
    _ pool: WorkerPool
  ) throws -> ActivationAgreement {
    try picture.block().withElements {
      try ActivationAgreement(
        own, reference: truth, image: $0, width: picture.width, height: picture.height,
        deepest: truth.network.convolutions[truth.layerCount - 1].name, pool: pool)
    }
  }
}
