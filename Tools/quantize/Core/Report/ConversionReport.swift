package import QuantVGG
package import StyleTransfer

/// The cost of a conversion to int8: layer by layer, and on whole transfers.
package struct ConversionReport {
  /// Layer by layer, with both kinds of pooling.
  package let check: ArithmeticCheck
  /// Pictures that the layers were compared on, beside noise.
  package let pictureCount: Int
  /// In the order they were given.
  package let transfers: [TransferFigures]

  /// Measures a conversion on transfers.
  ///
  /// - Parameters:
  ///   - check: of the layers.
  ///   - pictureCount: the pictures that it was made with.
  ///   - float32: the layers before the conversion, conv1_1 and on.
  ///   - network: the network that they are of.
  ///   - int8: the layers after it, by pooling.
  ///   - transfers: whose losses need no layer beyond the last.
  ///   - steps: of the transfers whose results are compared; 0 to leave results out.
  ///   - pool: the threads.
  ///   - progress: called with a line that says what is being done.
  /// - Throws: `TransferError`.
  package init(
    _ check: ArithmeticCheck, pictureCount: Int, _ float32: [Float32Convolution],
    of network: NetworkTable,
    int8: [Pooling: [Int8Convolution]], transfers: [ComparedTransfer] = [], steps: Int = 0,
    pool: WorkerPool, progress: (String) -> Void = { _ in }
  ) throws {
    self.check = check
    self.pictureCount = pictureCount
    let (truth, own) = (Weights(float32, of: network), Weights(int8, of: network))
    self.transfers = try transfers.map { transfer in
      try TransferFigures(transfer, float32: truth, int8: own, steps: steps, pool: pool) {
        progress("\(transfer.name), \(transfer.pooling.rawValue): \(Int($0 * 100)) %")
      }
    }
  }
}

extension ArithmeticCheck {
  /// Checks a conversion with both kinds of pooling.
  ///
  /// - Parameters:
  ///   - float32: the layers before the conversion, conv1_1 and on.
  ///   - network: the network that they are of.
  ///   - int8: the layers after it, by pooling.
  ///   - pictures: at least one, whose sides are at least the `smallestSide` of the last layer; the first and
  ///     the second are looked at.
  ///   - pool: the threads.
  /// - Throws: `TransferError`.
  package init(
    _ float32: [Float32Convolution], of network: NetworkTable, int8: [Pooling: [Int8Convolution]],
    pictures: [ImageTensor], pool: WorkerPool
  ) throws {
    let last = network.convolutions[float32.count - 1].name
    let settings = TransferSettings(
      contentLayers: [.init(layer: last, weight: 1)],
      styleLayers: TransferSettings.styleLayers.filter { $0 <= last }.map {
        .init(layer: $0, weight: 1)
      })
    var transfer = Transfer.article(
      content: pictures[0], styles: [Style(Picture(pictures[min(1, pictures.count - 1)]))],
      start: pictures[0],
      weights: Weights(int8, of: network), settings: settings, pooling: .average)
    transfer.memory = .max
    transfer.threads = pool.threads
    try self.init(
      transfer, reference: Weights(float32, of: network), poolings: Pooling.allCases, pool: pool)
  }
}
