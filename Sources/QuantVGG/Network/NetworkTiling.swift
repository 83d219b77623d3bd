/// The cutting of a stage's rows into items for the workers.
enum NetworkTiling {

  /// Items per thread that even out different speeds.
  private static let itemsPerThread = 4
  /// Rows of an item for which a panel's weights are worth keeping in the cache.
  private static let largestRows = 8
  /// Bytes of Float32 gradient rows that stay in the second-level cache.
  private static let gradientBytes = 1 << 20

  /// Rows per item of a stage over `rows` rows.
  static func rowsPerItem(rows: Int, threads: Int) -> Int {
    max(1, min(largestRows, rows / (threads * itemsPerThread)))
  }

  /// Rows per item where rows are made in tiles: of as many whole rows of tiles as a block has.
  static func rowsPerTileItem(width: Int, tilesPerBlock: Int) -> Int {
    4 * max(1, tilesPerBlock / ((width + 3) / 4))
  }

  /// Groups of panels per row item, so that deep layers of small images keep all threads busy.
  ///
  /// Each group of an item in tiles transforms the same pixels, so there are half as many of them.
  static func panelGroups(rowItems: Int, panels: Int, threads: Int, inTiles: Bool) -> Int {
    let items = threads * (inTiles ? itemsPerThread / 2 : itemsPerThread)
    let wanted = (items + rowItems - 1) / rowItems
    return threads == 1 ? 1 : max(1, min(panels, wanted))
  }

  /// Columns of a gradient item where rows are few.
  private static let leastColumns = 14

  /// Groups of columns per row item of a gradient stage.
  static func columnGroups(rowItems: Int, width: Int, threads: Int) -> Int {
    let wanted = (threads * itemsPerThread + rowItems - 1) / rowItems
    return threads == 1 ? 1 : max(1, min(width / leastColumns, wanted))
  }

  /// Tiles of the way back that a worker has at most, so that all are busy.
  static func tileShare(tiles: Int, threads: Int) -> Int {
    threads == 1 ? tiles : max(1, tiles / (threads * itemsPerThread / 2))
  }

  /// Most rows of a convolution's input whose gradient is made at once: rows of tiles, of small plans one.
  static func incomingRows(_ layer: NetworkShape.Layer, _ plan: NetworkPlan) -> Int {
    let rowBytes = layer.width * layer.convolution.inputChannels * MemoryLayout<Float>.stride
    let tiles = plan.hasTiles ? gradientBytes / rowBytes / GradientRows.tile : 1
    return max(1, tiles) * GradientRows.tile
  }
}
