internal import QuantVGG

/// A layer of the style, or a region of it, where terms compare the image with the styles.
struct StylePlace {
  /// The layer's output for the image.
  let shape: NetworkShape.Layer
  /// nil for all positions.
  let region: ImageRegions.Painted?
  /// Of the layer in Js.
  let weight: Double
  /// beta.
  let styleWeight: Double
  /// Whether gradients are divided by their size (`TransferSettings.normalizesGradients`).
  let normalizes: Bool

  /// The same place for a term that counts by a factor.
  func weighted(_ factor: Double) -> StylePlace {
    StylePlace(
      shape: shape, region: region, weight: factor * weight, styleWeight: styleWeight,
      normalizes: normalizes)
  }

  /// The label of a term; its share is the place's weight times the region's share.
  func label(_ name: String) -> TermLabel {
    TermLabel(
      kind: .style, name: name, layer: shape.convolution.name, region: region?.label,
      share: weight * (region?.share ?? 1), factor: styleWeight)
  }

  /// The positions of the image that count; nil for all.
  var positions: RegionPositions? { region?.positions[shape.convolution.name.poolings] }

  /// How many they are.
  var positionCount: Int { positions?.count ?? shape.positions }
}

extension Optional where Wrapped == RegionPositions {
  /// Calls `body` with each run of neighbouring positions in some columns of a row, from the left; with all of them
  /// where there is no region.
  @inline(__always)
  func forEachRun(row: Int, columns: Range<Int>, _ body: (Range<Int>) -> Void) {
    guard let self else { return body(columns) }
    self.forEachRun(row: row, columns: columns, body)
  }
}
