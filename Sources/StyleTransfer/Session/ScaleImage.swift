internal import ImageIO
internal import QuantVGG
internal import Rows

/// What a scale has changed in the image, from which the next one starts.
///
/// The image itself lacks the details that its scale can not show; the next scale has them from the picture that
/// both start from.
final class ScaleImage {
  private let size: ImageSize
  /// The image less the content, or the picture that the transfer starts from, at the same size.
  private let change: Block<Float>

  /// The change that a session has made.
  ///
  /// - Parameters:
  ///   - session: at its end; nil where others have painted the scale, which give its image.
  ///   - scale: its transfer, of one scale.
  /// - Throws: `TransferError.memory`, and what reading the picture throws.
  init(_ session: Session?, of scale: Transfer) throws(TransferError) {
    let size = scale.engineSize(scale.resultSize)
    self.size = size
    change = try TransferError.from { () throws(MemoryError) in
      try Block(count: 3 * size.pixelCount)
    }
    var picture = scale.content
    if case .picture(let own) = scale.start { picture = own }
    try change.elements.withMutableSpan { (values) throws(TransferError) in
      try picture.read(into: &values, size: scale.resultSize, transposed: scale.isTransposed)
    }
    let length = 3 * size.width
    func subtract(_ rows: Range<Int>, _ pixels: MemorySlice<Float>) {
      let values = change.elements.from(rows.lowerBound * length)
      for i in 0..<pixels.count { values[i] = pixels[i] - values[i] }
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
    let length = 3 * self.size.width
    let size = ImageSize(width: image.rowLength / 3, height: image.rows)
    // -255...255 is resampled as 0...255.
    resample(self.size, to: size) { y, row in
      for i in row.indices { row[i] = (change.elements[y * length + i] + 255) / 2 }
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
