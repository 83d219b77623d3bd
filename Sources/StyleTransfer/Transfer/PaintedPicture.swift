public import FileNames
public import ImageIO
internal import QuantVGG
internal import Rows

/// The image of a session as a picture: upright, to be written or looked at.
///
/// It shares the session's memory, and changes with the session's steps. With `Transfer.Colors.luma` it has the
/// content's colours, which the session's image has not.
public struct PaintedPicture {
  /// Upright width and height.
  public let size: ImageSize
  private let session: Session
  private let isTransposed: Bool

  init(_ session: Session, of transfer: Transfer) {
    self.session = session
    size = transfer.resultSize
    isTransposed = transfer.isTransposed
  }

  /// Writes the picture as 8-bit RGB; the file appears whole or not at all.
  ///
  /// - Parameters:
  ///   - path: the file to create or replace; .jpg or .jpeg at its end makes it a JPEG.
  ///   - encoding: format and compression; nil for what the path says, PNG where it says nothing.
  /// - Throws: `TransferError.picture`, `.spill`.
  public func write(to path: FilePath, encoding: ImageEncoding? = nil) throws(TransferError) {
    do throws(ImageError) {
      var writer = try ImageWriter(
        path: path, size: size,
        encoding: encoding ?? ImageEncoding(ImageFormat(fileName: path) ?? .png))
      var row = [Float](repeating: 0, count: 3 * size.width)
      for y in 0..<size.height {
        copyRow(y, into: &row)
        try writer.write(row.span, offset: NetworkTable.mean)
      }
      if let code = session.image.failure { throw .cannotRead(errno: code) }
      try writer.finish()
    } catch {
      try session.check()
      throw .picture(name: path.description, error)
    }
  }

  /// Copies a row, `[width][3]` RGB minus mean.
  ///
  /// - Parameters:
  ///   - y: the row, in 0..<`size.height`.
  ///   - row: receives the numbers; its count is 3 * `size.width`.
  public func copyRow(_ y: Int, into row: inout [Float]) {
    precondition((0..<size.height).contains(y) && row.count == 3 * size.width)
    let mean = NetworkTable.meanColor
    if let block = session.block {
      block.copyRow(y, into: &row)
    } else {
      let pixels = session.pixels
      for x in 0..<size.width {
        let first = 3 * (isTransposed ? x * size.height + y : y * size.width + x)
        for c in 0..<3 { row[3 * x + c] = pixels[first + c] }
      }
    }
    guard let colors = session.contentColors else { return }
    for x in 0..<size.width {
      let first = 3 * (isTransposed ? x * size.height + y : y * size.width + x)
      let level =
        session.block?.color(x, y) ?? [colors[first], colors[first + 1], colors[first + 2]]
      var (bright, color) = ([3 of Float](repeating: 0), [3 of Float](repeating: 0))
      for c in 0..<3 {
        bright[c] = row[3 * x + c] + mean[c]
        color[c] = Float(level[c])
      }
      let moved = Brightness.moved(color, to: bright)
      for c in 0..<3 { row[3 * x + c] = moved[c] - mean[c] }
    }
  }

  /// A copy of the image.
  public var tensor: ImageTensor {
    var values: [Float] = []
    values.reserveCapacity(3 * size.pixelCount)
    var row = [Float](repeating: 0, count: 3 * size.width)
    for y in 0..<size.height {
      copyRow(y, into: &row)
      values += row
    }
    return ImageTensor(width: size.width, height: size.height, values: values)
  }
}
