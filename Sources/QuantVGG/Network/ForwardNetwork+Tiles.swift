internal import Rows

/// The way forward through convolutions that are made in tiles of 4 x 4 pixels.
extension ForwardNetwork {
  /// Most tiles of a block of a layer, for a stage over some of its rows; 0 where rows are made one by one.
  ///
  /// Small blocks, in the memory of the way back, are slower than dot products of bytes.
  func tilesPerBlock(_ stage: Stage, layer: Int, rows: Int) -> Int {
    guard stage == .convolve, layer != NetworkTable.imageLayer, !shape.isFloat32(layer),
      let tiles = numbers.tiles, rows >= tiles.leastRows, tiles.holds(layer: layer),
      layout.scratch.hasTiles || !numbers.instructionSet.hasByteDots
    else { return 0 }
    let own = shape.layers[layer]
    let most = min(
      tiles.mostTiles,
      TileBlock.capacity(channels: own.convolution.inputChannels, bytes: layout.scratch.bytes),
      TileRuns(rows: 0..<rows, width: own.width, least: tiles.leastRows).count)
    return most < tiles.leastTiles ? 0 : most
  }

  /// Makes rows of an item in tiles.
  ///
  /// - Returns: the rows that are left.
  func convolveTiles(
    _ item: StageItem, into out: RowRing<Numbers.Activation>, mask: RowRing<MaskWord>, worker: Int
  ) -> Range<Int> {
    guard item.tilesPerBlock > 0, let tiles = numbers.tiles else { return item.rows }
    let all = TileRuns(rows: item.rows, width: out.width, least: tiles.leastRows)
    let memory = scratch[worker].bytes
    let blocks = (all.count + item.tilesPerBlock - 1) / item.tilesPerBlock
    for index in 0..<blocks {
      let part = all.count * index / blocks..<all.count * (index + 1) / blocks
      let block = TileBlock(
        tiles: part.count, channels: shape.layers[item.layer].convolution.inputChannels)
      for (rows, run) in all.part(part) {
        tiles.transform(band(item.layer, rows), run, block, memory: memory)
      }
      for panel in item.panels {
        tiles.multiply(layer: item.layer, panel: panel, block, memory: memory)
        for (rows, run) in all.part(part) {
          tiles.requantize(
            layer: item.layer, panel: panel, run, block, memory: memory, rows: rows.count,
            into: Self.four(rows, of: out), masks: Self.four(rows, of: mask))
        }
      }
    }
    return all.rows.upperBound..<item.rows.upperBound
  }

  /// Up to four rows of a ring; the last one in place of those that are missing.
  private static func four<Format>(
    _ rows: Range<Int>, of ring: RowRing<Format>
  ) -> [4 of MutableRow<Format>] {
    func row(_ i: Int) -> MutableRow<Format> {
      ring.writableRow(min(rows.lowerBound + i, rows.upperBound - 1))
    }
    return [row(0), row(1), row(2), row(3)]
  }

  /// The input of some rows of a layer.
  private func band(_ layer: Int, _ rows: Range<Int>) -> RowBand<Numbers.Activation> {
    RowBand(
      input(of: layer), for: rows, height: shape.layers[layer].height,
      outside: layout.zeroActivations)
  }
}

/// The tiles of some rows, row of tiles by row of tiles, as runs within one of these.
///
/// Rows at the end that are too few for tiles are left out.
struct TileRuns: Sequence, IteratorProtocol {
  /// The rows that the tiles make.
  let rows: Range<Int>
  private let origin: Int
  private let tilesPerRow: Int
  private var index: Int
  private var start = 0
  private var end: Int

  /// All tiles of `rows`, of which a row of tiles makes at least `least`.
  init(rows: Range<Int>, width: Int, least: Int) {
    let rest = rows.count % 4
    origin = rows.lowerBound
    self.rows = rows.lowerBound..<rows.upperBound - (rest < least ? rest : 0)
    tilesPerRow = (width + 3) / 4
    index = 0
    end = (self.rows.count + 3) / 4 * tilesPerRow
  }

  /// All tiles of `rows`; those of the first row of tiles begin at `origin`, up to three rows before.
  init(rows: Range<Int>, from origin: Int, width: Int) {
    self.rows = rows
    self.origin = origin
    tilesPerRow = (width + 3) / 4
    index = 0
    end = (rows.upperBound - origin + 3) / 4 * tilesPerRow
  }

  /// Tiles.
  var count: Int { end - start }

  /// Some of the tiles: those of a block.
  func part(_ range: Range<Int>) -> TileRuns {
    var part = self
    (part.start, part.index, part.end) = (range.lowerBound, range.lowerBound, range.upperBound)
    return part
  }

  /// The rows of the next run, and its tiles.
  mutating func next() -> (Range<Int>, TileRun)? {
    guard index < end else { return nil }
    let y = origin + index / tilesPerRow * 4
    let first = index % tilesPerRow
    let run = TileRun(
      first: first, count: Swift.min(tilesPerRow - first, end - index), place: index - start)
    index += run.count
    return (Swift.max(y, rows.lowerBound)..<Swift.min(y + 4, rows.upperBound), run)
  }
}
