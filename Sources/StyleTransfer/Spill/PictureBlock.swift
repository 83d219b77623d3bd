internal import ImageIO
internal import Rows

/// Some rows of the upright picture, read at once from an image in a file, whose rows may be the picture's columns.
final class PictureBlock {
  private let image: StateRows<Float>
  private let isTransposed: Bool
  /// Upright width.
  private let width: Int
  /// `[rows][width][3]`, or `[width][rows][3]` where the image's rows are the picture's columns.
  private let samples: MemorySlice<Float>
  /// The rows that are there.
  private var rows = 0..<0

  /// No rows yet of an image of this upright size.
  init(
    _ image: StateRows<Float>, size: ImageSize, isTransposed: Bool, memory: MemorySlice<Float>
  ) {
    self.image = image
    self.isTransposed = isTransposed
    width = size.width
    samples = memory
  }

  /// Forgets the rows, which have changed.
  func forget() { rows = 0..<0 }

  /// Copies a row, `[width][3]` RGB minus mean, which is read where it is not there.
  func copyRow(_ y: Int, into row: inout [Float]) {
    if !rows.contains(y) { read(from: y) }
    let place = y - rows.lowerBound
    for x in 0..<width {
      let first = 3 * (isTransposed ? x * rows.count + place : place * width + x)
      for c in 0..<3 { row[3 * x + c] = samples[first + c] }
    }
  }

  private func read(from first: Int) {
    let height = isTransposed ? image.rowLength / 3 : image.rows
    rows = first..<min(first + samples.count / (3 * width), height)
    let part = samples[0..<3 * width * rows.count]
    if isTransposed {
      image.copy(columns: 3 * rows.lowerBound..<3 * rows.upperBound, of: 0..<width, into: part)
    } else {
      image.copy(columns: 0..<3 * width, of: rows, into: part)
    }
  }
}
