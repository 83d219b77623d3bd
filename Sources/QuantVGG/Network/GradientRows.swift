/// The rows in which the way back makes dJ/d(input) of a convolution: rows of tiles of 4 x 4 pixels.
///
/// The pixels that a tile's result follows from, its window, are brought to one scale, so a row of tiles is made at
/// once, and needs the gradient that the layer has stored for a row more at either end. Tiles begin at rows that are the
/// layer's `tilePhase` modulo 4; of the first and the last row of tiles a part may lie outside of the picture.
struct GradientRows {
  /// Rows of a tile.
  static let tile = 4

  /// Rows of the layer's input and output.
  private let height: Int
  private let phase: Int

  init(_ layer: NetworkShape.Layer) {
    height = layer.height
    phase = layer.convolution.tilePhase
  }

  /// The first row of the tiles of a row; 3 rows above the picture at most.
  func tileStart(of row: Int) -> Int {
    row - (row - phase + Self.tile) % Self.tile
  }

  /// Where the tiles that begin with a row's end, as many rows of tiles as these numbers of rows have, but one
  /// at least.
  func end(from row: Int, rows: Int) -> Int {
    min(tileStart(of: row) + max(Self.tile, rows / Self.tile * Self.tile), height)
  }

  /// The rows of the tiles that some rows lie in, as far as they are in the picture.
  func whole(_ rows: Range<Int>) -> Range<Int> {
    guard !rows.isEmpty else { return rows }
    return max(tileStart(of: rows.lowerBound), 0)..<end(from: rows.upperBound - 1, rows: 0)
  }

  /// Rows of the stored gradient, from the first on, from which those of the input follow up to `row`, where tiles end.
  func needed(to row: Int) -> Int { min(row + 1, height) }

  /// The rows of each row of tiles.
  func tiles(_ rows: Range<Int>) -> TileRows { TileRows(grid: self, rest: rows) }

  /// Ranges of rows, each of one row of tiles.
  struct TileRows: Sequence, IteratorProtocol {
    fileprivate let grid: GradientRows
    fileprivate var rest: Range<Int>

    mutating func next() -> Range<Int>? {
      guard !rest.isEmpty else { return nil }
      let end = Swift.min(grid.end(from: rest.lowerBound, rows: 0), rest.upperBound)
      defer { rest = end..<rest.upperBound }
      return rest.lowerBound..<end
    }
  }
}
