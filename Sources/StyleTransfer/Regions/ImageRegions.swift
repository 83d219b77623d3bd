internal import ImageIO
internal import QuantVGG
internal import Rows

/// The regions of the image at the layers of the style, by what most pixels of a position's cell are.
final class ImageRegions {
  /// The place of the labels in memory of their own.
  struct Layout {
    /// By poolings, from the pixels on.
    let maps: [Reservation<UInt8>]
    /// By poolings, for each painted region a number for each row.
    let counts: [Reservation<Int32>]
    let memory: ArenaPlan

    init(_ size: ImageSize, painted: Int, settings: TransferSettings) {
      let poolings = settings.styleLayers.map { $0.layer.poolings }.max() ?? 0
      var memory = ArenaPlan()
      var (maps, counts): ([Reservation<UInt8>], [Reservation<Int32>]) = ([], [])
      for level in 0...poolings {
        let (width, height) = (size.width >> level, size.height >> level)
        maps.append(memory.reserve(width * height, of: UInt8.self))
        counts.append(memory.reserve(painted * height, of: Int32.self))
      }
      (self.maps, self.counts, self.memory) = (maps, counts, memory)
    }
  }

  /// A region that is painted.
  struct Painted {
    let label: UInt8
    /// In the style cost.
    let share: Double
    /// By poolings.
    let positions: [RegionPositions]
  }

  /// In the order of labels.
  let painted: [Painted]
  private let pixels: LabelMap
  /// By region, whether it is kept.
  private let isKept: [Bool]
  private let hasKept: Bool
  private let memory: Arena

  /// Reads the mask.
  ///
  /// - Throws: `TransferError.mask` for a region without a position at a layer, `.picture`, `.memory`.
  init(_ transfer: Transfer, _ regions: Regions) throws(TransferError) {
    let size = transfer.engineSize(transfer.resultSize)
    let places = regions.painted
    let layout = Layout(size, painted: places.count, settings: transfer.settings)
    let memory = try TransferError.from { () throws(MemoryError) in try Arena(layout.memory) }
    let maps = layout.maps.indices.map { level in
      LabelMap(
        memory.slice(layout.maps[level]), width: size.width >> level, height: size.height >> level)
    }
    try maps[0].labels.withMutableSpan { (labels) throws(TransferError) in
      try regions.mask.read(
        into: &labels, size: transfer.resultSize, transposed: transfer.isTransposed)
    }
    maps[0].replace(regions.table)
    for level in 1..<max(maps.count, 1) { maps[level].setMajority(of: maps[0], poolings: level) }
    let positions = places.enumerated().map { index, place in
      maps.indices.map { level in
        let height = maps[level].height
        return RegionPositions(
          maps[level], label: UInt8(place),
          rowCounts: memory.slice(layout.counts[level])[index * height..<(index + 1) * height])
      }
    }
    for (place, positions) in zip(places, positions) {
      for layer in transfer.settings.styleLayers where positions[layer.layer.poolings].count == 0 {
        throw .mask(
          name: regions.mask.name,
          .empty(label: regions.regions[place].label, layer: layer.layer))
      }
    }
    let area = positions.reduce(0) { $0 + $1[0].count }
    painted = zip(places, positions).map { place, positions in
      let share =
        switch regions.weighting {
        case .equal: 1 / Double(places.count)
        case .area: Double(positions[0].count) / Double(area)
        }
      return Painted(label: regions.regions[place].label, share: share, positions: positions)
    }
    pixels = maps[0]
    isKept = regions.regions.map { $0.styles.isEmpty }
    hasKept = places.count < regions.regions.count
    self.memory = memory
  }

  /// Whether a pixel is kept as it is in the first image.
  func isKept(pixel: Int) -> Bool { hasKept && isKept[Int(pixels.labels[pixel])] }

  /// Makes the gradient of the pixels that are kept 0.
  func clearKept(_ gradient: MutableRow<Real>, row: Int) {
    guard hasKept else { return }
    for x in 0..<pixels.width where isKept[Int(pixels[x, row])] {
      for c in 0..<3 { gradient[3 * x + c] = 0 }
    }
  }
}
