package import Rows

/// The fixed-point engine: UInt8 activations, Int8 weights with a scale per output channel, Int8
/// gradients with a scale per pixel, exact Int32 sums (ARCHITECTURE.md, the numeric contract).
package final class Int8Arithmetic: LossArithmetic {
  package typealias Pixel = FixedPixel
  package typealias Activation = Activation8
  package typealias Gradient = Gradient8

  /// The pooling between the blocks, for which the activation scales were chosen.
  package let pooling: Pooling
  package let tiles: Int8Tiles?
  /// What `transposed` is.
  package let transposedTiles: Int8TransposedTiles
  package let inlay: Float32Inlay?
  private let packed: Int8Layers

  /// An engine of packed layers, whose biases and activation scales belong to `pooling`.
  package init(_ layers: Int8Layers, pooling: Pooling) {
    self.pooling = pooling
    packed = layers
    inlay = Float32Inlay(layers, pooling: pooling)
    tiles = TileKernels(layers.kernels).map { Int8Tiles(kernels: $0, layers: layers.layers) }
    transposedTiles = Int8TransposedTiles(layers.kernels, layers.layers)
  }

  /// Packs convolutions, conv1_1 and on.
  ///
  /// - Throws: `MemoryError.refused`.
  package convenience init(
    _ convolutions: [Int8Convolution], of network: NetworkTable, pooling: Pooling,
    kernels: KernelTable = KernelTable(), copies: WeightCopies = .both
  ) throws(MemoryError) {
    var layers = Int8Layers(network, kernels: kernels, copies: copies)
    for convolution in convolutions { try layers.append(convolution) }
    self.init(layers, pooling: pooling)
  }

  /// An engine with one layer more, which shares the others.
  ///
  /// - Throws: `MemoryError.refused`.
  package func appending(_ convolution: Int8Convolution) throws(MemoryError) -> Int8Arithmetic {
    var layers = packed
    try layers.append(convolution)
    return Int8Arithmetic(layers, pooling: pooling)
  }

  package var network: NetworkTable { packed.network }
  package var copies: WeightCopies { packed.copies }
  var kernels: KernelTable { packed.kernels }
  var layers: [PackedInt8Convolution] { packed.layers }

  package static func packedBytes(
    _ layers: [NetworkTable.Convolution], copies: WeightCopies
  ) -> Int {
    layers.reduce(0) { $0 + PackedInt8Convolution.bytes($1, copies: copies) }
  }

  package static func panelScratchBytes(
    _ layers: [NetworkTable.Convolution], copies: WeightCopies
  ) -> Int {
    guard copies == .forward else { return 0 }
    return layers.reduce(0) {
      $1.isFloat32 || $1.readsImage ? $0 : max($0, PackedInt8Convolution.backwardPanelCount($1))
    }
  }

  package var instructionSet: InstructionSet { kernels.instructionSet }

  package var layerCount: Int { layers.count }

  package func activationScale(layer: Int) -> Float { layers[layer].outputScale }

  package func channelScale(layer: Int) -> MemorySlice<Float>? { layers[layer].channelScale }

  /// `[channels]`: the value of weight 1 of a layer.
  package func weightScale(layer: Int) -> MemorySlice<Float> { layers[layer].weightScale }

  package static func number(_ activation: UInt8) -> Float { Float(activation) }

  package static func maskWords(channels: Int) -> Int { channels / Panel.width }

  package static func mostTiles(_ set: InstructionSet) -> Int {
    TileKernels(KernelTable(set))?.mostTiles ?? 0
  }

  // MARK: Forward

  package func quantizeImage(_ row: Row<Real>, into out: MutableRow<FixedPixel>) {
    kernels.quantizeImage(row, into: out)
  }

  package func convolveImage(
    _ rows: RowWindow<FixedPixel>, panel: Int, into out: MutableRow<Activation8>,
    mask: MutableRow<MaskWord>
  ) {
    kernels.convolveImage(
      rows, layers[NetworkTable.imageLayer], panel: panel, into: out, mask: mask)
  }

  package func convolve(
    _ rows: RowWindow<Activation8>, layer: Int, panel: Int, into out: MutableRow<Activation8>,
    mask: MutableRow<MaskWord>
  ) {
    kernels.convolve(rows, layers[layer], panel: panel, into: out, mask: mask)
  }

  package func pool(
    top: Row<Activation8>, bottom: Row<Activation8>, into out: MutableRow<Activation8>
  ) {
    kernels.pool(pooling, top: top, bottom: bottom, into: out)
  }

  // MARK: Layers in single precision

  package func narrow(
    _ row: Row<Real>, layer: Int, panel: Int, into out: MutableRow<Activation8>,
    mask: MutableRow<MaskWord>
  ) {
    let multiplier = 1 / layers[layer].outputScale
    for x in 0..<row.width {
      let first = x * row.channels + panel * Panel.width
      var word: UInt32 = 0
      for n in 0..<Panel.width {
        let value = row[first + n]
        out[first + n] = FixedPoint.activation(value * multiplier)
        if value > 0 { word |= 1 << UInt32(n) }
      }
      mask[x * mask.channels + panel] = word
    }
  }

  package func widen(
    _ row: Row<Activation8>, layer: Int, panel: Int, into out: MutableRow<Real>
  ) {
    let scale = layers[layer].outputScale
    for x in 0..<row.width {
      let first = x * row.channels + panel * Panel.width
      for n in 0..<Panel.width { out[first + n] = Float(row[first + n]) * scale }
    }
  }

  // MARK: Backward

  package var transposed:
    Transposed<Int8TransposedTiles, NoTransposedRow<Gradient8, MemorySlice<Int8>>>
  { .inTiles(transposedTiles) }

  package func backwardPanel(
    layer: Int, panel: Int, scratch: MemorySlice<UInt8>
  ) -> MemorySlice<Int8> {
    layers[layer].backwardPanel(panel, scratch: scratch)
  }

  package func imageGradient(
    _ gradients: RowWindow<Gradient8>, scales: RowWindow<Real>, into out: MutableRow<Real>
  ) {
    kernels.imageGradient(
      gradients, scales: scales, layers[NetworkTable.imageLayer], into: out)
  }

  package func unpool(
    _ gradient: Row<Real>, top: Row<Activation8>, bottom: Row<Activation8>, isBottom: Bool,
    into out: MutableRow<Real>
  ) {
    switch pooling {
    case .average: kernels.unpoolAverage(gradient, into: out)
    case .maximum:
      kernels.unpoolMaximum(gradient, top: top, bottom: bottom, isBottom: isBottom, into: out)
    }
  }

  package func storeGradient(
    _ gradient: Row<Real>, activations: Row<Activation8>, mask: Row<MaskWord>, layer: Int,
    into out: MutableRow<Gradient8>, scales: MutableRow<Real>
  ) {
    kernels.quantizeGradient(gradient, mask: mask, layers[layer], into: out, scales: scales)
  }
}
