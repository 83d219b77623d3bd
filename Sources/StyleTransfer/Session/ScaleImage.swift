internal import ImageIO
internal import QuantVGG
internal import Rows

/// What a scale has changed in the image, from which the next one starts.
///
/// The image itself lacks the details that its scale can not show; the next scale has them from the picture that
/// both start from.
final class ScaleImage {
  /// The image less the content, or the picture that the transfer starts from, at the same size, as the engine has it.
  private let change: StateRows<Float>

  /// The change that a session has made.
  ///
  /// - Parameters:
  ///   - session: at its end; nil where others have painted the scale, which give its image.
  ///   - scale: its transfer, of one scale.
  ///   - spill: the file's plan where the session has one.
  /// - Throws: `TransferError.memory`, and what reading the picture throws.
  init(_ session: Session?, of scale: Transfer, spill: PlannedSpill?) throws(TransferError) {
    let size = scale.engineSize(scale.resultSize)
    let length = 3 * size.width
    var plan = ArenaPlan()
    var place = spill.map { RowFilePlan(after: $0.stateBytes) }
    let layout = StateRows<Float>.Layout(
      rows: size.height, rowLength: length, window: session?.image.capacity ?? size.height,
      memory: &plan, file: &place)
    let memory = try TransferError.from { () throws(MemoryError) in try Arena(plan) }
    let change = StateRows(layout, memory: memory, file: session?.file?.rows)
    self.change = change
    var picture = scale.content
    if case .picture(let own) = scale.start { picture = own }
    try picture.read(into: change, size: scale.resultSize, transposed: scale.isTransposed)
    func subtract(_ rows: Range<Int>, _ pixels: MemorySlice<Float>) {
      change.read(rows)
      let values = change[rows]
      for i in 0..<pixels.count { values[i] = pixels[i] - values[i] }
      change.write(rows)
    }
    if let communicator = scale.communicator {
      let rows = try TransferError.from { () throws(MemoryError) in
        try Block<Float>(count: StripRows.most * length)
      }
      communicator.visit(
        session?.image, strips: scale.strips, rowLength: length, memory: rows.elements, subtract)
      withExtendedLifetime(rows) {}
    } else {
      session?.image.visit(subtract)
    }
  }

  /// Adds the change, resampled row by row, to a larger picture, whose colours stay within 0...255.
  ///
  /// - Parameters:
  ///   - image: rows of `[width][3]` RGB minus mean, as the engine has them.
  ///   - isKept: whether a pixel stays as it is.
  func add(to image: StateRows<Float>, isKept: (Int) -> Bool) {
    let colours = Transfer.colours
    let size = ImageSize(width: image.rowLength / 3, height: image.rows)
    // -255...255 is resampled as 0...255.
    resample(ImageSize(width: change.rowLength / 3, height: change.rows), to: size) { y, row in
      change.read(y..<y + 1)
      let values = change.row(y)
      for i in row.indices { row[i] = (values[i] + 255) / 2 }
    } write: { y, row in
      guard image.kept.contains(y) else { return }
      image.read(y..<y + 1)
      let pixels = image.row(y)
      for x in 0..<size.width where !isKept(y * size.width + x) {
        for c in 0..<3 {
          let value = pixels[3 * x + c] + (2 * row[3 * x + c] - 255)
          pixels[3 * x + c] = min(max(value, colours[c].lowerBound), colours[c].upperBound)
        }
      }
      image.write(y..<y + 1)
    }
  }
}
