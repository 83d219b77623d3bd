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

  package func holds(layer: Int) -> Bool { layers[layer].holdsTiles }

  package func transform(
    _ band: RowBand<Activation8>, _ run: TileRun, _ block: TileBlock, memory: MemorySlice<UInt8>
  ) {
    kernels.transform(band, run, block, into: memory)
  }

  package func multiply(
    layer: Int, panel: Int, _ block: TileBlock, memory: MemorySlice<UInt8>
  ) {
    kernels.multiply(layers[layer], panel: panel, block, in: memory)
  }

  package func requantize(
    layer: Int, panel: Int, _ run: TileRun, _ block: TileBlock, memory: MemorySlice<UInt8>,
    rows: Int, into out: [4 of MutableRow<Activation8>], masks: [4 of MutableRow<MaskWord>]
  ) {
    kernels.requantize(
      layers[layer], panel: panel, run, block, from: memory, rows: rows, into: out, masks: masks)
  }
}
