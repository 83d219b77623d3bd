internal import ImageIO
internal import QuantVGG
internal import Rows

/// The regions of a style picture with a mask at the layers of the style.
///
/// A region is measured where all that a position sees belongs to it (Gatys et al., arXiv 1611.07865),
/// or, where these are too few for a Gram matrix, by what most pixels of a position's cell are.
final class StyleRegions {
  /// By style layer, for each painted region; nil where the style does not paint it.
  private let positions: [(layer: LayerName, regions: [RegionPositions?])]
  /// A sentence for each region that is measured to its edges.
  private(set) var notes: [String] = []
  private let memory: Arena

  /// The places of all that is needed while a style is measured.
  private struct Layout {
    /// By poolings.
    var simple: [Reservation<UInt8>] = []
    /// By style layer.
    var inside: [Reservation<UInt8>] = []
    var work: [Reservation<UInt8>] = []
    /// By style layer and painted region.
    var counts: [[Reservation<Int32>]] = []
    var memory = ArenaPlan()

    init(_ shape: NetworkShape, _ layers: [NetworkShape.Layer], painted: Int) {
      let poolings = layers.map { $0.convolution.name.poolings }.max() ?? 0
      for level in 0...poolings {
        simple.append(
          memory.reserve((shape.width >> level) * (shape.height >> level), of: UInt8.self))
      }
      for _ in 0..<2 { work.append(memory.reserve(shape.width * shape.height, of: UInt8.self)) }
      for layer in layers {
        inside.append(memory.reserve(layer.positions, of: UInt8.self))
        var rows: [Reservation<Int32>] = []
        for _ in 0..<painted { rows.append(memory.reserve(layer.height, of: Int32.self)) }
        counts.append(rows)
      }
    }
  }

  /// Bytes of a style's regions.
  static func bytes(_ transfer: Transfer, style: Int) -> Int {
    guard let regions = transfer.regions, transfer.styles[style].mask != nil else { return 0 }
    let shape = transfer.shape(style: style)
    return Layout(shape, transfer.styleLayers(of: shape), painted: regions.painted.count)
      .memory.bytes
  }

  /// Reads the mask of a style; nil where it has none.
  ///
  /// - Throws: `TransferError.mask` for a region without a position at a layer, `.picture`, `.memory`.
  init?(_ transfer: Transfer, style: Int) throws(TransferError) {
    guard let regions = transfer.regions, let mask = transfer.styles[style].mask else { return nil }
    let shape = transfer.shape(style: style)
    let layers = transfer.styleLayers(of: shape)
    let painted = regions.painted
    let layout = Layout(shape, layers, painted: painted.count)
    let memory = try TransferError.from { () throws(MemoryError) in try Arena(layout.memory) }
    self.memory = memory

    let simple = layout.simple.indices.map { level in
      LabelMap(
        memory.slice(layout.simple[level]), width: shape.width >> level,
        height: shape.height >> level)
    }
    try simple[0].labels.withMutableSpan { (labels) throws(TransferError) in
      try mask.read(
        into: &labels, size: transfer.size(transfer.styles[style]),
        transposed: transfer.isTransposed)
    }
    var table = [UInt8](repeating: LabelMap.none, count: 256)
    for place in painted where regions.regions[place].styles.contains(style) {
      table[Int(regions.regions[place].label)] = UInt8(place)
    }
    simple[0].replace(table)
    for level in 1..<max(simple.count, 1) {
      simple[level].setMajority(of: simple[0], poolings: level)
    }
    let inside = zip(layout.inside, layers).map { reservation, layer in
      LabelMap(memory.slice(reservation), width: layer.width, height: layer.height)
    }
    let work = layout.work.map { memory.slice($0) }
    Self.erode(simple[0], shape, layers, work: work, into: inside)

    var positions: [(layer: LayerName, regions: [RegionPositions?])] = []
    var edges: [[LayerName]] = painted.map { _ in [] }
    for (index, layer) in layers.enumerated() {
      var row: [RegionPositions?] = []
      for (order, place) in painted.enumerated() {
        guard regions.regions[place].styles.contains(style) else {
          row.append(nil)
          continue
        }
        let counts = memory.slice(layout.counts[index][order])
        var found = RegionPositions(inside[index], label: UInt8(place), rowCounts: counts)
        if found.count < max(layer.channels, Self.least) {
          let name = layer.convolution.name
          found = RegionPositions(
            simple[name.poolings], label: UInt8(place), rowCounts: counts)
          edges[order].append(name)
          guard found.count > 0 else {
            throw .mask(
              name: mask.name, .empty(label: regions.regions[place].label, layer: name))
          }
        }
        row.append(found)
      }
      positions.append((layer.convolution.name, row))
    }
    self.positions = positions
    for (order, layers) in edges.enumerated() where !layers.isEmpty {
      let label = regions.regions[painted[order]].label
      notes.append(
        "\(mask.name) has region \(label) measured to its edges at "
          + layers.map { $0.description }.joined(separator: ", ")
          + ", where too little of it lies inside: a larger style helps")
    }
  }

  /// The positions of a layer that a painted region counts; nil where the style does not paint it.
  func positions(_ layer: LayerName, region: Int) -> RegionPositions? {
    positions.first { $0.layer == layer }?.regions[region]
  }

  /// Fewest positions of a Gram matrix, beside its channels.
  private static let least = 64

  /// Follows the network's layers, each of which keeps what it makes of one region alone.
  private static func erode(
    _ pixels: LabelMap, _ shape: NetworkShape, _ layers: [NetworkShape.Layer],
    work: [MemorySlice<UInt8>], into inside: [LabelMap]
  ) {
    var current = pixels
    var next = 0
    func map(_ layer: NetworkShape.Layer) -> LabelMap {
      // The one of the two that `current` is not in.
      let map = LabelMap(work[next], width: layer.width, height: layer.height)
      next = 1 - next
      return map
    }
    for layer in shape.layers {
      if layer.convolution.followsPool {
        let pooled = map(layer)
        pooled.setPooled(current)
        current = pooled
      }
      let eroded = map(layer)
      eroded.setEroded(current)
      current = eroded
      for (index, wanted) in layers.enumerated()
      where wanted.convolution.index == layer.convolution.index {
        inside[index].labels.copy(current.labels)
      }
    }
  }
}

extension Transfer {
  /// Layer sizes of a style as it is measured.
  func shape(style: Int) -> NetworkShape {
    let size = engineSize(size(styles[style]))
    return NetworkShape(
      network, width: size.width, height: size.height, deepest: settings.deepest)
  }

  /// The layers of the style cost, in the order of the settings.
  func styleLayers(of shape: NetworkShape) -> [NetworkShape.Layer] {
    settings.styleLayers.map { shape.layers[shape.place(of: $0.layer)] }
  }
}
