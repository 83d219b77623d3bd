/// A stage's rows as items for the workers.
///
/// Items are groups of rows, each of which may be shared by several groups of panels or of columns; or blocks of tiles, each of
/// which may be shared by several groups of panels.
struct StageWork {
  let stage: Stage
  let layer: Int
  private let rows: Range<Int>
  private let rowsPerItem: Int
  /// Items that share a range of rows or a block.
  private let groups: Int
  private let panels: Int
  private let width: Int
  private let tilesPerBlock: Int
  /// Of a way back in tiles: all of them, and those that are worked on at once.
  private let tiles: (count: Int, block: GradientBlock)?
  /// Items.
  let items: Int

  /// No work.
  init() {
    (stage, layer, rows, rowsPerItem, groups) = (
      .quantizeImage, NetworkTable.imageLayer, 0..<0, 1, 1
    )
    (panels, width, tilesPerBlock, items) = (0, 0, 0, 0)
    tiles = nil
  }

  /// A stage over some rows of a layer; `tilesPerBlock` is 0 where rows of a convolution are made one by one.
  init(
    _ stage: Stage, layer: Int, rows: Range<Int>, shape: NetworkShape, threads: Int,
    tilesPerBlock: Int
  ) {
    self.stage = stage
    self.layer = layer
    self.rows = rows
    self.tilesPerBlock = tilesPerBlock
    tiles = nil
    let own = shape.layers[layer]
    panels = own.channels / Panel.width
    width = own.width
    switch stage {
    case .convolve where tilesPerBlock > 0:
      rowsPerItem = NetworkTiling.rowsPerTileItem(width: own.width, tilesPerBlock: tilesPerBlock)
    default:
      rowsPerItem = NetworkTiling.rowsPerItem(rows: rows.count, threads: threads)
    }
    let rowItems = (rows.count + rowsPerItem - 1) / rowsPerItem
    switch stage {
    case .convolve, .convolveAgain, .sendBack:
      groups = NetworkTiling.panelGroups(
        rowItems: rowItems, panels: panels, threads: threads, inTiles: tilesPerBlock > 0)
    case .gradient:
      groups = NetworkTiling.columnGroups(rowItems: rowItems, width: own.width, threads: threads)
    default: groups = 1
    }
    items = rowItems * groups
  }

  /// The way back from the layer behind `layer` to some rows of that layer's input, in tiles.
  init(
    sendBackTo layer: Int, rows: Range<Int>, tiles: Int, by block: GradientBlock,
    shape: NetworkShape, threads: Int
  ) {
    stage = .sendBack
    self.layer = layer
    self.rows = rows
    self.tiles = (tiles, block)
    panels = shape.layers[layer].channels / Panel.width
    (width, rowsPerItem, tilesPerBlock) = (0, rows.count, 0)
    let blocks = (tiles + block.tiles - 1) / block.tiles
    groups = NetworkTiling.panelGroups(
      rowItems: blocks, panels: panels, threads: threads, inTiles: true)
    items = blocks * groups
  }

  /// An item by its number.
  func item(_ index: Int) -> StageItem {
    let group = index % groups
    let panels = share(group, of: panels, unit: 1)
    if let (count, block) = tiles {
      let (part, blocks) = (index / groups, items / groups)
      return StageItem(
        stage: stage, layer: layer, rows: rows, panels: panels, columns: 0..<0, tilesPerBlock: 0,
        tiles: count * part / blocks..<count * (part + 1) / blocks, block: block)
    }
    let start = rows.lowerBound + index / groups * rowsPerItem
    return StageItem(
      stage: stage, layer: layer, rows: start..<min(start + rowsPerItem, rows.upperBound),
      panels: panels, columns: share(group, of: width, unit: 2), tilesPerBlock: tilesPerBlock,
      tiles: 0..<0, block: nil)
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
  /// Of a way back in tiles: those of the item among all tiles of `rows`.
  let tiles: Range<Int>
  /// Of a way back in tiles: the form of the item's block, and how many tiles it has at most.
  let block: GradientBlock?
}
