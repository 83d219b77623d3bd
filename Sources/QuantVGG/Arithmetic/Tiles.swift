package import Rows

/// A convolution that makes rows in tiles of 4 x 4 pixels, with the result that `Arithmetic.convolve` has for each.
///
/// A block of tiles is worked on at once: its pixels are transformed, and then each panel's products with
/// them are summed and become rows.
package protocol TileConvolution: Sendable {
  /// The rows' format.
  associatedtype Activation: RowFormat

  /// The rows of a row of tiles from which on tiles are faster.
  var leastRows: Int { get }
  /// The tiles of a block from which on they are.
  var leastTiles: Int { get }
  /// Most tiles of a block.
  var mostTiles: Int { get }
  /// Whether the tiles of a layer have the result of its rows.
  func holds(layer: Int) -> Bool
  /// Transforms the pixels of a run of tiles, which `memory` holds for all panels.
  func transform(
    _ band: RowBand<Activation>, _ run: TileRun, _ block: TileBlock, memory: MemorySlice<UInt8>)
  /// Sums a panel's products with the pixels of a block.
  func multiply(layer: Int, panel: Int, _ block: TileBlock, memory: MemorySlice<UInt8>)
  /// Makes one panel of the first `rows` of `out` and `masks` from the sums of a run of tiles.
  func requantize(
    layer: Int, panel: Int, _ run: TileRun, _ block: TileBlock, memory: MemorySlice<UInt8>,
    rows: Int, into out: [4 of MutableRow<Activation>], masks: [4 of MutableRow<MaskWord>])
}

/// Of an arithmetic that makes one row at a time: there is no value of it.
package enum NoTiles<Activation: RowFormat>: TileConvolution {
  package var leastRows: Int { switch self {} }
  package var leastTiles: Int { switch self {} }
  package var mostTiles: Int { switch self {} }
  package func holds(layer: Int) -> Bool { switch self {} }
  package func transform(
    _ band: RowBand<Activation>, _ run: TileRun, _ block: TileBlock, memory: MemorySlice<UInt8>
  ) { switch self {} }
  package func multiply(
    layer: Int, panel: Int, _ block: TileBlock, memory: MemorySlice<UInt8>
  ) { switch self {} }
  package func requantize(
    layer: Int, panel: Int, _ run: TileRun, _ block: TileBlock, memory: MemorySlice<UInt8>,
    rows: Int, into out: [4 of MutableRow<Activation>], masks: [4 of MutableRow<MaskWord>]
  ) { switch self {} }
}

/// Winograd's minimal filtering F(4x4, 3x3) on the layers of the fixed-point engine.
package struct Int8Tiles: TileConvolution {
  let kernels: TileKernels
  let layers: [PackedInt8Convolution]

  package var leastRows: Int { kernels.leastRows }

  package var leastTiles: Int { kernels.leastTiles }

  package var mostTiles: Int { kernels.mostTiles }

  package func holds(layer: Int) -> Bool { layers[layer].holdsTiles }

  package func transform(
    _ band: RowBand<Activation8>, _ run: TileRun, _ block: TileBlock, memory: MemorySlice<UInt8>
  ) {
    kernels.transform(band, run, block, into: memory)
  }

  package func multiply(
    layer: Int, panel: Int, _ block: TileBlock, memory: MemorySlice<UInt8>
  ) {
    kernels.multiply(panel: layers[layer].forwardPanel(panel), block, in: memory)
  }

  package func requantize(
    layer: Int, panel: Int, _ run: TileRun, _ block: TileBlock, memory: MemorySlice<UInt8>,
    rows: Int, into out: [4 of MutableRow<Activation8>], masks: [4 of MutableRow<MaskWord>]
  ) {
    kernels.requantize(
      layers[layer], panel: panel, run, block, from: memory, rows: rows, into: out, masks: masks)
  }
}

/// How an arithmetic makes transposed convolutions.
package enum Transposed<Tiles, Row> {
  /// In tiles, a block of them at once.
  case inTiles(Tiles)
  /// One row at a time.
  case byRow(Row)
}

/// A transposed convolution that makes one row at a time.
package protocol TransposedRow: Sendable {
  /// The stored gradient's format.
  associatedtype Gradient: RowFormat
  /// The weights of a panel.
  associatedtype Panel

  /// Computes one panel of a row of dJ/d(input) from the rows of the stored gradient around it; `out` has the input's channels.
  func convolve(
    _ gradients: RowWindow<Gradient>, layer: Int, panel: Int, weights: Panel,
    into out: MutableRow<Real>)
}

/// Of an arithmetic whose way back is made in tiles: there is no value of it.
package enum NoTransposedRow<Gradient: RowFormat, Panel>: TransposedRow {
  package func convolve(
    _ gradients: RowWindow<Gradient>, layer: Int, panel: Int, weights: Panel,
    into out: MutableRow<Real>
  ) { switch self {} }
}

/// A transposed convolution that is made in tiles of 4 x 4 pixels, a block of them at once.
package protocol TransposedTiles: Sendable {
  /// The stored gradient's format.
  associatedtype Gradient: RowFormat
  /// The weights of a panel.
  associatedtype Panel

  /// Bytes of a worker for blocks that are worth their while, where blocks of transformed tiles have `mostTiles` at most.
  static func wantedBytes(mostTiles: Int) -> Int
  /// A block of some of `tiles` tiles of a layer in a worker's memory of `bytes`; `share` is how many of them a
  /// worker should have at most.
  func block(layer: Int, tiles: Int, share: Int, bytes: Int) -> GradientBlock
  /// Brings the windows of a run of tiles to one scale each, for all panels.
  func gather(
    _ band: RowBand<Gradient>, scales: RowBand<Real>, _ run: TileRun, _ block: GradientBlock,
    memory: MemorySlice<UInt8>)
  /// Sums a panel's products with a block, where `write` does not.
  func multiply(weights: Panel, _ block: GradientBlock, memory: MemorySlice<UInt8>)
  /// Makes one panel of the rows `written` of a row of tiles, 0..<4, for a run of tiles.
  func write(
    layer: Int, panel: Int, weights: Panel, _ run: TileRun, _ block: GradientBlock,
    memory: MemorySlice<UInt8>, written: Range<Int>, into out: [4 of MutableRow<Real>])
}

/// Of an arithmetic whose way back makes one row at a time: there is no value of it.
package enum NoTransposedTiles<Gradient: RowFormat, Panel>: TransposedTiles {
  package static func wantedBytes(mostTiles: Int) -> Int { 0 }
  package func block(layer: Int, tiles: Int, share: Int, bytes: Int) -> GradientBlock {
    switch self {}
  }
  package func gather(
    _ band: RowBand<Gradient>, scales: RowBand<Real>, _ run: TileRun, _ block: GradientBlock,
    memory: MemorySlice<UInt8>
  ) { switch self {} }
  package func multiply(weights: Panel, _ block: GradientBlock, memory: MemorySlice<UInt8>) {
    switch self {}
  }
  package func write(
    layer: Int, panel: Int, weights: Panel, _ run: TileRun, _ block: GradientBlock,
    memory: MemorySlice<UInt8>, written: Range<Int>, into out: [4 of MutableRow<Real>]
  ) { switch self {} }
}

/// The way back through the layers of the fixed-point engine, but for conv1_1.
package struct Int8TransposedTiles: TransposedTiles {
  package typealias Gradient = Gradient8

  /// Tiles that are worth the transform of a panel's weights.
  private static let fair = 24

  let kernels: GradientKernels
  /// Nil where dot products of bytes are always faster.
  let products: TileKernels?
  let layers: [PackedInt8Convolution]

  init(_ table: KernelTable, _ layers: [PackedInt8Convolution]) {
    kernels = GradientKernels(table)
    products = TileKernels(gradientsOf: table)
    self.layers = layers
  }

  package static func wantedBytes(mostTiles: Int) -> Int {
    GradientBlock.wantedBytes(mostTiles: mostTiles)
  }

  package func block(layer: Int, tiles: Int, share: Int, bytes: Int) -> GradientBlock {
    let channels = layers[layer].outputChannels
    let room = GradientBlock.capacity(isTransformed: true, channels: channels, bytes: bytes)
    if let least = kernels.leastTransformed, let products, layers[layer].holdsGradientTiles,
      min(room, tiles) >= least
    {
      let count = min(room, products.mostTiles, tiles, max(share, Self.fair))
      return GradientBlock(isTransformed: true, tiles: count, channels: channels)
    }
    let windows = GradientBlock.capacity(isTransformed: false, channels: channels, bytes: bytes)
    precondition(windows > 0, "the worker has no memory for a tile")
    return GradientBlock(
      isTransformed: false, tiles: min(windows, tiles, max(share, 1)), channels: channels)
  }

  package func gather(
    _ band: RowBand<Gradient8>, scales: RowBand<Real>, _ run: TileRun, _ block: GradientBlock,
    memory: MemorySlice<UInt8>
  ) {
    kernels.gather(band, scales, run, block, into: memory)
  }

  package func multiply(
    weights: MemorySlice<Int8>, _ block: GradientBlock, memory: MemorySlice<UInt8>
  ) {
    guard block.isTransformed, let products else { return }
    products.multiply(panel: weights, block.transformed, in: memory)
  }

  package func write(
    layer: Int, panel: Int, weights: MemorySlice<Int8>, _ run: TileRun, _ block: GradientBlock,
    memory: MemorySlice<UInt8>, written: Range<Int>, into out: [4 of MutableRow<Real>]
  ) {
    kernels.write(
      layers[layer], panel: panel, weights: weights, run, block, from: memory, written: written,
      into: out)
  }
}
