internal import ImageIO
package import QuantVGG
internal import Rows

extension Transfer {
  /// Sizes of all layers that an `ArithmeticCheck` looks at.
  var arithmeticShape: NetworkShape {
    let size = engineSize(resultSize)
    return NetworkShape(
      network, width: size.width, height: size.height, deepest: settings.deepest)
  }

  /// The places of the layers whose Gram matrices an `ArithmeticCheck` compares and sends gradients from: the
  /// style layers, and the last.
  var arithmeticLosses: [Int] {
    let layers = arithmeticShape.layers
    return layers.indices.filter { index in
      index == layers.count - 1
        || settings.styleLayers.contains { $0.layer == layers[index].convolution.name }
    }
  }

  /// Columns of the widest picture that an `ArithmeticCheck` looks at.
  var widestArithmetic: Int {
    styles.reduce(arithmeticShape.width) { max($0, engineSize(size($1)).width) }
  }

  /// The plan of an `ArithmeticCheck`: the transfer's own or all rows in memory, where the limit lets them.
  ///
  /// - Throws: `TransferError.overLimit`.
  package func chooseArithmeticPlan() throws(TransferError) -> NetworkPlan {
    let limit = limit
    for plan in [plan?.network ?? .resident, .streaming] where arithmeticBytes(plan) <= limit.bytes
    {
      return plan
    }
    throw .overLimit(
      size: resultSize, bytes: arithmeticBytes(.streaming),
      plan: MemoryPlan(network: .streaming, copies: .forward).name,
      limit: limit, isChosen: false, fitting: FittingRun())
  }

  /// Peak of the process while an `ArithmeticCheck` is made with either kind of pooling, both networks' weights
  /// included.
  package func arithmeticBytes(_ plan: NetworkPlan = .streaming) -> Int {
    let (shape, losses) = (arithmeticShape, arithmeticLosses)
    let widest = widestArithmetic
    let convolutions = shape.layers.map { $0.convolution }
    func rings(_ shape: NetworkShape, backward: Bool) -> Int {
      Pooling.allCases.reduce(0) { most, pooling in
        max(
          most,
          networkPairBytes(
            shape, plan: plan, pooling: pooling, instructionSet: instructionSet,
            hasLoss: shape.layers.indices.map { losses.contains($0) }, backward: backward,
            threads: threads))
      }
    }
    let weights =
      Int8Arithmetic.packedBytes(convolutions, copies: .forward)
      + Float32Arithmetic.packedBytes(convolutions, copies: .both)
    let terms =
      ProbeClient<Int8Arithmetic>.Layout(shape, widest: widest, losses: losses, threads: threads)
      .bytes
      + ProbeClient<Float32Arithmetic>.Layout(
        shape, widest: widest, losses: losses, threads: threads
      ).bytes
    func image(_ picture: Picture, _ size: ImageSize) -> Int {
      3 * size.pixelCount * MemoryLayout<Float>.stride + picture.readingBytes(size)
    }
    var passes = rings(shape, backward: true) + image(content, resultSize)
    for style in styles {
      guard let picture = style.picture else { continue }
      let size = engineSize(size(style))
      let shape = NetworkShape(
        network, width: size.width, height: size.height, deepest: settings.deepest)
      passes = max(passes, rings(shape, backward: false) + image(picture, self.size(style)))
    }
    return baseBytes + Self.otherCodeBytes + weights + terms + PairSums.Layout(shape).memory.bytes
      + passes
  }

  /// Code of the second arithmetic and of the figures, by measurement.
  private static let otherCodeBytes = 1 << 20
}
