/// Regions of the content, each painted with styles of its own.
public struct Regions {
  /// A region.
  public struct Region: Sendable, Equatable {
    /// Its label in the mask.
    public var label: UInt8
    /// Places of its styles in `Transfer.styles`, mixed by their weights; none keeps the content.
    public var styles: [Int]

    /// A region.
    ///
    /// - Parameters:
    ///   - label: its label in the mask.
    ///   - styles: places of its styles in `Transfer.styles`; none keeps the content.
    public init(label: UInt8, styles: [Int]) {
      self.label = label
      self.styles = styles
    }
  }

  /// The regions' shares in the style cost.
  public enum Weighting: String, CaseIterable, Sendable {
    /// The same for each that is painted.
    case equal
    /// By their pixels.
    case area
  }

  /// The labels, in the content's shape.
  public var mask: Mask
  /// A region for each label of the mask, in the order of labels.
  public var regions: [Region]
  /// The regions' shares in the style cost.
  public var weighting: Weighting

  /// Regions of which style i paints the one with the i-th label, unless another is named.
  ///
  /// - Parameters:
  ///   - mask: the labels, in the content's shape.
  ///   - named: regions whose styles are said.
  ///   - weighting: the regions' shares in the style cost.
  /// - Throws: `TransferError.mask` for a label that the mask lacks.
  public init(
    _ mask: Mask, named: [Region] = [], weighting: Weighting = .equal
  ) throws(TransferError) {
    self.mask = mask
    self.weighting = weighting
    for region in named where !mask.labels.contains(region.label) {
      throw .mask(name: mask.name, .noLabel(region.label, labels: mask.labels))
    }
    regions = mask.labels.enumerated().map { index, label in
      named.last { $0.label == label } ?? Region(label: label, styles: [index])
    }
  }

  /// The places in `regions` of those that are painted.
  var painted: [Int] { regions.indices.filter { !regions[$0].styles.isEmpty } }

  /// By label, the place of its region in `regions`.
  var table: [UInt8] {
    var table = [UInt8](repeating: 0, count: 256)
    for (index, region) in regions.enumerated() { table[Int(region.label)] = UInt8(index) }
    return table
  }
}

extension Transfer {
  /// Regions that are painted; 1 where the whole picture is.
  public var paintedRegions: Int { regions?.painted.count ?? 1 }

  /// By region that is painted, the styles' shares in its mix: their weights divided by the sum of
  /// those that paint it, 0 for others.
  var mixes: [[Double]] {
    guard let regions else { return [shares(of: Array(styles.indices))] }
    return regions.painted.map { shares(of: regions.regions[$0].styles) }
  }

  /// Whether a region is painted with more than one style.
  var mixesStyles: Bool { mixes.contains { shares in shares.count { $0 > 0 } > 1 } }

  private func shares(of members: [Int]) -> [Double] {
    var sum = 0.0
    for index in styles.indices where members.contains(index) { sum += styles[index].weight }
    return styles.indices.map { members.contains($0) ? styles[$0].weight / sum : 0 }
  }

  /// Refuses masks that do not fit pictures and styles.
  func checkMasks() throws(TransferError) {
    for style in styles {
      guard let mask = style.mask else { continue }
      precondition(regions != nil, "the mask of a style is for regions")
      guard mask.fits(style.size) else {
        throw .mask(name: mask.name, .otherShape(mask.size, picture: style.size))
      }
    }
    guard let regions else { return }
    let mask = regions.mask
    func refuse(_ error: MaskError) throws(TransferError) { throw .mask(name: mask.name, error) }
    guard mask.fits(resultSize) else {
      return try refuse(.otherShape(mask.size, picture: content.size))
    }
    guard !regions.painted.isEmpty else { return try refuse(.nothingPainted) }
    for (index, region) in regions.regions.enumerated() {
      for style in region.styles where !styles.indices.contains(style) {
        guard region.styles == [index] else {
          return try refuse(.noStyle(label: region.label, style: style, styles: styles.count))
        }
        return try refuse(.moreRegions(mask.labels, styles: styles.count))
      }
    }
    for style in styles.indices
    where !regions.regions.contains(where: { $0.styles.contains(style) }) {
      try refuse(.unusedStyle(style))
    }
    for style in styles.indices {
      guard let own = styles[style].mask else { continue }
      for region in regions.regions
      where region.styles.contains(style) && !own.labels.contains(region.label) {
        throw .mask(name: own.name, .noLabel(region.label, labels: own.labels))
      }
    }
  }

  /// Makes the regions of all layers once, without the run.
  ///
  /// - Returns: a sentence for each region of a style that is measured to its edges.
  /// - Throws: `TransferError.mask` for a region without a position at a layer, `.picture`.
  public func checkRegions() throws(TransferError) -> [String] {
    guard let regions else { return [] }
    _ = try ImageRegions(self, regions)
    var notes: [String] = []
    for style in styles.indices {
      if let own = try StyleRegions(self, style: style) { notes += own.notes }
    }
    return notes
  }
}
