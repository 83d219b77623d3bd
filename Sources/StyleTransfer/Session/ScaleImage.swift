internal import ImageIO
internal import QuantVGG
internal import Rows

/// The image that a scale has ended with, from which the next one starts.
final class ScaleImage {
  private let size: ImageSize
  private let values: Block<Float>

  /// A copy of a session's image.
  ///
  /// - Throws: `TransferError.memory`.
  init(_ session: Session) throws(TransferError) {
    size = ImageSize(width: session.shape.width, height: session.shape.height)
    let pixels = session.pixels
    values = try TransferError.from { () throws(MemoryError) in try Block(count: pixels.count) }
    values.elements.copy(pixels)
  }

  /// Resamples the image, row by row, its colours clipped to 0...255.
  ///
  /// - Parameters:
  ///   - pixels: receives `[height][width][3]` RGB minus mean, in the engine's rows.
  ///   - size: the wanted size, in the engine's rows.
  ///   - isKept: whether a pixel stays as it is.
  func resample(
    into pixels: inout MutableSpan<Float>, _ size: ImageSize, isKept: (Int) -> Bool
  ) {
    let mean = NetworkTable.meanColor
    let length = 3 * self.size.width
    ImageIO.resample(self.size, to: size) { y, row in
      for i in row.indices { row[i] = values.elements[y * length + i] + mean[i % 3] }
    } write: { y, row in
      for x in 0..<size.width where !isKept(y * size.width + x) {
        for c in 0..<3 { pixels[3 * (y * size.width + x) + c] = row[3 * x + c] - mean[c] }
      }
    }
  }
}
