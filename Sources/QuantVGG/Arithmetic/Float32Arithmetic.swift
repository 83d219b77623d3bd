package import Rows

/// Single precision, the reference that the fixed-point engine is compared with.
///
/// Sums run in one fixed order with fused multiply-adds, and vector lanes are channels, so this
/// arithmetic too gives the same bits on every machine.
package final class Float32Arithmetic: LossArithmetic {
  package typealias Pixel = Real
  package typealias Activation = Real
  package typealias Gradient = Real
  package typealias Tiles = NoTiles<Real>

  package let pooling: Pooling
  private let packed: Float32Layers

  /// A reference of packed layers.
  package init(_ layers: Float32Layers, pooling: Pooling) {
    packed = layers
    self.pooling = pooling
  }

  /// Packs convolutions, conv1_1 and on.
  ///
  /// - Throws: `MemoryError.refused`.
  package convenience init(
    _ convolutions: [Float32Convolution], of network: NetworkTable, pooling: Pooling,
    kernels: KernelTable = KernelTable()
  ) throws(MemoryError) {
    var layers = Float32Layers(network, kernels: kernels)
    for convolution in convolutions { try layers.append(convolution) }
    self.init(layers, pooling: pooling)
  }

  package var network: NetworkTable { packed.network }
  var kernels: KernelTable { packed.kernels }
  var layers: [PackedFloat32Convolution] { packed.layers }

  package var instructionSet: InstructionSet { kernels.instructionSet }

  /// Both copies of the weights, always.
  package var copies: WeightCopies { .both }

  package static func packedBytes(
    _ layers: [NetworkTable.Convolution], copies: WeightCopies
  ) -> Int {
    layers.reduce(0) { $0 + PackedFloat32Convolution.bytes($1) }
  }

  /// Nothing: the panels are kept.
  package static func panelScratchBytes(
    _ layers: [NetworkTable.Convolution], copies: WeightCopies
  ) -> Int { 0 }

  package var layerCount: Int { layers.count }

  /// Activations are real values.
  package func activationScale(layer: Int) -> Float { 1 }

  /// Activations are real values.
  package func channelScale(layer: Int) -> MemorySlice<Float>? { nil }

  package static func number(_ activation: Float) -> Float { activation }

  package static func maskWords(channels: Int) -> Int { 0 }

  /// Nothing: all layers are.
  package var inlay: Float32Inlay? { nil }

  package func narrow(
    _ row: Row<Real>, layer: Int, panel: Int, into out: MutableRow<Real>,
    mask: MutableRow<MaskWord>
  ) {
    widen(row, layer: layer, panel: panel, into: out)
  }

  package func widen(_ row: Row<Real>, layer: Int, panel: Int, into out: MutableRow<Real>) {
    let part = Panel.channels(panel)
    for x in 0..<row.width {
      for c in part { out[x * row.channels + c] = row[x * row.channels + c] }
    }
  }

  package var tiles: NoTiles<Real>? { nil }

  package static func mostTiles(_ set: InstructionSet) -> Int { 0 }

  // MARK: Forward

  package func quantizeImage(_ row: Row<Real>, into out: MutableRow<Real>) {
    out.copyImage(row)
  }

  package func convolveImage(
    _ rows: RowWindow<Real>, panel: Int, into out: MutableRow<Real>, mask: MutableRow<MaskWord>
  ) {
    convolve(rows, layer: NetworkTable.imageLayer, panel: panel, into: out, mask: mask)
  }

  package func convolve(
    _ rows: RowWindow<Real>, layer: Int, panel: Int, into out: MutableRow<Real>,
    mask: MutableRow<MaskWord>
  ) {
    kernels.convolve(rows, layers[layer], panel: panel, into: out)
  }

  package func pool(top: Row<Real>, bottom: Row<Real>, into out: MutableRow<Real>) {
    pooling.pool(top: top, bottom: bottom, into: out)
  }

  // MARK: Backward

  package var transposed:
    Transposed<NoTransposedTiles<Real, MemorySlice<Float>>, Float32TransposedRow>
  { .byRow(transposedRow) }

  /// What `transposed` is.
  package var transposedRow: Float32TransposedRow {
    Float32TransposedRow(kernels: kernels, layers: layers)
  }

  package func backwardPanel(
    layer: Int, panel: Int, scratch: MemorySlice<UInt8>
  ) -> MemorySlice<Float> {
    layers[layer].backwardPanel(panel)
  }

  package func imageGradient(
    _ gradients: RowWindow<Real>, scales: RowWindow<Real>, into out: MutableRow<Real>
  ) {
    kernels.imageGradient(gradients, layers[NetworkTable.imageLayer], into: out)
  }

  /// The first of several equal maxima takes all.
  package func unpool(
    _ gradient: Row<Real>, top: Row<Real>, bottom: Row<Real>, isBottom: Bool,
    into out: MutableRow<Real>
  ) {
    guard pooling == .maximum else {
      kernels.unpoolAverage(gradient, into: out)
      return
    }
    let (width, channels) = (out.width, out.channels)
    for x in 0..<width {
      for c in 0..<channels {
        guard x / 2 < width / 2 else {
          out[x * channels + c] = 0
          continue
        }
        let left = (x & ~1) * channels + c
        let right = left + channels
        let window: [4 of Float] = [top[left], top[right], bottom[left], bottom[right]]
        var winner = 0
        for i in 1..<4 where window[i] > window[winner] { winner = i }
        let mine = (isBottom ? 2 : 0) + (x & 1)
        out[x * channels + c] = winner == mine ? gradient[x / 2 * channels + c] : 0
      }
    }
  }

  package func storeGradient(
    _ gradient: Row<Real>, activations: Row<Real>, mask: Row<MaskWord>, layer: Int,
    into out: MutableRow<Real>, scales: MutableRow<Real>
  ) {
    for i in 0..<out.count { out[i] = activations[i] > 0 ? gradient[i] : 0 }
  }
}

/// The way back through the layers of the reference, but for conv1_1.
package struct Float32TransposedRow: TransposedRow {
  let kernels: KernelTable
  let layers: [PackedFloat32Convolution]

  package func convolve(
    _ gradients: RowWindow<Real>, layer: Int, panel: Int, weights: MemorySlice<Float>,
    into out: MutableRow<Real>
  ) {
    kernels.convolveBackward(gradients, layers[layer], panel: panel, weights: weights, into: out)
  }
}
