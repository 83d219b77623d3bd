/// The places in the result of rows in stored order, so that it is upright whatever the orientation.
struct Placement {
  /// The place of the stored image's first sample, and the distances between stored columns and
  /// rows.
  let origin, columnStride, rowStride: Int

  /// The places of an image's samples.
  ///
  /// - Parameters:
  ///   - orientation: what makes the stored image upright.
  ///   - size: of the result as it is stored.
  ///   - transposed: whether the result's columns come one after the other.
  ///   - channels: numbers of a pixel.
  init(orientation: Orientation, size: ImageSize, transposed: Bool, channels: Int) {
    // A stored row becomes a column when one of the two turns it, not both.
    let turnsRows = orientation.isTransposed != transposed
    let columnPitch = channels * (turnsRows ? size.height : 1)
    let rowPitch = channels * (turnsRows ? 1 : size.width)
    columnStride = orientation.reversesColumns ? -columnPitch : columnPitch
    rowStride = orientation.reversesRows ? -rowPitch : rowPitch
    origin =
      (orientation.reversesColumns ? (size.width - 1) * columnPitch : 0)
      + (orientation.reversesRows ? (size.height - 1) * rowPitch : 0)
  }

  /// Places the rows that are complete.
  func placeRows(
    of resizer: inout RowResizer, subtracting offset: (red: Float, green: Float, blue: Float),
    into pixels: inout MutableSpan<Float>
  ) {
    while let row = resizer.next() {
      place(
        row: row, resizer.open.span.extracting(resizer.completed), subtracting: offset,
        into: &pixels)
    }
  }

  /// Places a stored row.
  func place(
    row: Int, _ samples: Span<Float>, subtracting offset: (red: Float, green: Float, blue: Float),
    into pixels: inout MutableSpan<Float>
  ) {
    var destination = origin + row * rowStride
    for source in stride(from: 0, to: samples.count, by: 3) {
      pixels[destination] = samples[source] - offset.red
      pixels[destination + 1] = samples[source + 1] - offset.green
      pixels[destination + 2] = samples[source + 2] - offset.blue
      destination += columnStride
    }
  }
}
