internal import Rows

/// Rows of dJ/d(input) of a layer that are made in tiles: which they are, and what they follow from.
struct TransposedRows<Gradient: RowFormat> {
  /// The layer whose gradient goes back.
  let layer: Int
  /// Rows of its input: whole rows of tiles, as far as they are in the picture.
  let rows: Range<Int>
  /// Its stored gradient.
  let gradients: RowRing<Gradient>
  /// The scale of each pixel of it.
  let scales: RowRing<Real>
  let zeroGradients: ZeroRow<Gradient>
  let zeroScales: ZeroRow<Real>
  let size: NetworkShape.Layer

  private var start: Int { GradientRows(size).tileStart(of: rows.lowerBound) }

  /// All tiles.
  var tiles: TileRuns { TileRuns(rows: rows, from: start, width: size.width) }

  /// The first row, in the picture or not, of the row of tiles that makes some rows.
  private func row(of made: Range<Int>) -> Int {
    made.lowerBound > rows.lowerBound ? made.lowerBound : start
  }

  /// Makes some panels of some of the tiles, which are one block, in a worker's memory.
  ///
  /// - Parameters:
  ///   - part: the tiles' places among all.
  ///   - panels: of the result's channels.
  ///   - block: the memory's parts.
  ///   - tiles: makes them.
  ///   - memory: the worker's.
  ///   - weights: gives a panel's weights, valid until it is called again.
  ///   - out: gives a row of the result.
  func make<Tiles: TransposedTiles>(
    _ part: Range<Int>, panels: Range<Int>, _ block: GradientBlock, by tiles: Tiles,
    memory: MemorySlice<UInt8>, weights: (Int) -> Tiles.Panel, out: (Int) -> MutableRow<Real>
  ) where Tiles.Gradient == Gradient {
    let (block, runs) = (block.withTiles(part.count), self.tiles.part(part))
    for (made, run) in runs {
      let row = row(of: made)
      tiles.gather(
        RowBand(gradients, tilesAt: row, height: size.height, outside: zeroGradients),
        scales: RowBand(scales, tilesAt: row, height: size.height, outside: zeroScales), run, block,
        memory: memory)
    }
    for panel in panels {
      let weights = weights(panel)
      tiles.multiply(weights: weights, block, memory: memory)
      for (made, run) in runs {
        let row = row(of: made)
        // Rows outside are not written; others stand in their place.
        func target(_ i: Int) -> MutableRow<Real> {
          out(min(max(row + i, made.lowerBound), made.upperBound - 1))
        }
        tiles.write(
          layer: layer, panel: panel, weights: weights, run, block, memory: memory,
          written: made.lowerBound - row..<made.upperBound - row,
          into: [target(0), target(1), target(2), target(3)])
      }
    }
  }
}
