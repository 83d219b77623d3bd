/// The cutting of a stage's rows into items for the workers.
enum NetworkTiling {

  /// Items per thread that even out different speeds.
  private static let itemsPerThread = 4
  /// Rows of an item for which a panel's weights are worth keeping in the cache.
  private static let largestRows = 8
  /// Bytes of Float32 gradient rows that stay in the second-level cache.
  private static let gradientBytes = 256 << 10

  /// Rows per item of a stage over `rows` rows; `isCoarse` makes one item per thread.
  static func rowsPerItem(
    rows: Int, threads: Int, largest: Int = largestRows, isCoarse: Bool = false
  ) -> Int {
    max(1, min(largest, rows / (threads * (isCoarse ? 1 : itemsPerThread))))
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

  /// Columns of a gradient item where rows are few: enough that a panel's weights are used often.
  private static let leastColumns = 14

  /// Groups of columns per row item of a gradient stage; `width` is that of the convolution.
  static func columnGroups(rowItems: Int, width: Int, threads: Int, isCoarse: Bool) -> Int {
    let items = threads * (isCoarse ? 1 : itemsPerThread)
    let wanted = (items + rowItems - 1) / rowItems
    return threads == 1 ? 1 : max(1, min(width / leastColumns, wanted))
  }

  /// Most rows of a gradient item; even, for the row pairs of a pooling.
  static func largestGradientRows(_ layer: NetworkShape.Layer) -> Int {
    let rowBytes = layer.width * layer.channels * MemoryLayout<Float>.stride
    return max(2, min(largestRows, gradientBytes / rowBytes) & ~1)
  }
}
