/// A stage's rows as items for the workers.
///
/// Items are groups of rows, each of which may be shared by several groups of panels or of columns.
struct StageWork {
  private let stage: Stage
  private let layer: Int
  private let rows: Range<Int>
  private let rowsPerItem: Int
  /// Items that share a range of rows.
  private let groups: Int
  private let panels: Int
  private let width: Int
  private let tilesPerBlock: Int
  /// Items.
  let items: Int

  /// No work.
  init() {
    (stage, layer, rows, rowsPerItem, groups) = (
      .quantizeImage, NetworkTable.imageLayer, 0..<0, 1, 1
    )
    (panels, width, tilesPerBlock, items) = (0, 0, 0, 0)
  }

  /// A stage over some rows of a layer; `tilesPerBlock` is 0 where rows of a convolution are made one by
  /// one, `derivesPanels` says whether every item of the way back derives its weights.
  init(
    _ stage: Stage, layer: Int, rows: Range<Int>, shape: NetworkShape, threads: Int,
    tilesPerBlock: Int, derivesPanels: Bool
  ) {
    self.stage = stage
    self.layer = layer
    self.rows = rows
    self.tilesPerBlock = tilesPerBlock
    let own = shape.layers[layer]
    panels = own.channels / Panel.width
    width = own.width
    switch stage {
    case .gradient:
      let largest = NetworkTiling.largestGradientRows(own)
      let wanted = NetworkTiling.rowsPerItem(
        rows: rows.count, threads: threads, largest: largest, isCoarse: derivesPanels)
      rowsPerItem = shape.isPooled(layer) ? (wanted + 1) & ~1 : wanted
    case .convolve where tilesPerBlock > 0:
      rowsPerItem = NetworkTiling.rowsPerTileItem(width: own.width, tilesPerBlock: tilesPerBlock)
    default:
      rowsPerItem = NetworkTiling.rowsPerItem(rows: rows.count, threads: threads)
    }
    let rowItems = (rows.count + rowsPerItem - 1) / rowsPerItem
    switch stage {
    case .convolve, .convolveAgain:
      groups = NetworkTiling.panelGroups(
        rowItems: rowItems, panels: panels, threads: threads, inTiles: tilesPerBlock > 0)
    case .gradient:
      let above = shape.layers[min(layer + 1, shape.layers.count - 1)]
      groups = NetworkTiling.columnGroups(
        rowItems: rowItems, width: above.width, threads: threads, isCoarse: derivesPanels)
    default: groups = 1
    }
    items = rowItems * groups
  }

  /// An item by its number.
  func item(_ index: Int) -> StageItem {
    let start = rows.lowerBound + index / groups * rowsPerItem
    let group = index % groups
    return StageItem(
      stage: stage, layer: layer, rows: start..<min(start + rowsPerItem, rows.upperBound),
      panels: share(group, of: panels, unit: 1), columns: share(group, of: width, unit: 2),
      tilesPerBlock: tilesPerBlock)
  }

  /// The part of 0..<count that a group does; parts start at multiples of `unit`.
  private func share(_ group: Int, of count: Int, unit: Int) -> Range<Int> {
    let units = (count + unit - 1) / unit
    return unit * (group * units / groups)..<min(unit * ((group + 1) * units / groups), count)
  }
}

/// The part of a stage that a worker does at once.
struct StageItem {
  let stage: Stage
  let layer: Int
  let rows: Range<Int>
  /// Of a convolution.
  let panels: Range<Int>
  /// Of a gradient.
  let columns: Range<Int>
  /// Of a convolution: most tiles of a block; 0 where rows are made one by one.
  let tilesPerBlock: Int
}
