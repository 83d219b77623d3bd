/// Rows of an image that arrive in stored order, as upright blocks of some of them.
struct ImageBlocks {
  private let orientation: Orientation
  /// Size as it is stored.
  private let size: ImageSize
  private let transposed: Bool
  private let offset: (red: Float, green: Float, blue: Float)
  private let rowsAtOnce: Int
  private var samples: [Float]
  /// The block's first row.
  private var first = 0

  /// Blocks of `rowsAtOnce` stored rows; the rest as in `Placement`.
  init(
    orientation: Orientation, size: ImageSize, transposed: Bool,
    subtracting offset: (red: Float, green: Float, blue: Float), rowsAtOnce: Int
  ) {
    self.orientation = orientation
    self.size = size
    self.transposed = transposed
    self.offset = offset
    self.rowsAtOnce = min(rowsAtOnce, size.height)
    samples = [Float](repeating: 0, count: 3 * size.width * self.rowsAtOnce)
  }

  /// Takes the rows that are complete, and gives the blocks that become so.
  mutating func take(
    _ resizer: inout RowResizer, write: (Range<Int>, Range<Int>, Span<Float>) -> Void
  ) {
    while let row = resizer.next() {
      let block = first..<min(first + rowsAtOnce, size.height)
      let placement = Placement(
        orientation: orientation, size: ImageSize(width: size.width, height: block.count),
        transposed: transposed, channels: 3)
      let (place, offset) = (row - first, offset)
      var span = samples.mutableSpan
      placement.place(
        row: place, resizer.open.span.extracting(resizer.completed), subtracting: offset,
        into: &span)
      guard row + 1 == block.upperBound else { continue }
      first = block.upperBound
      let along =
        orientation.reversesRows
        ? size.height - block.upperBound..<size.height - block.lowerBound : block
      let isTurned = orientation.isTransposed != transposed
      write(
        isTurned ? 0..<size.width : along, isTurned ? along : 0..<size.width,
        samples.span.extracting(first: 3 * size.width * block.count))
    }
  }
}

/// Most bytes of a block of `readBlocks`, whatever the image's orientation.
///
/// - Parameters:
///   - size: The wanted size.
///   - rowsAtOnce: Stored rows that make a block.
/// - Returns: Bytes.
public func blockBytes(_ size: ImageSize, rowsAtOnce: Int) -> Int {
  3 * max(size.width, size.height) * rowsAtOnce * MemoryLayout<Float>.stride
}

extension ImageReader {
  /// Decodes the samples a block at a time; may be called once, in place of `read`.
  ///
  /// - Parameters:
  ///   - rowsAtOnce: Stored rows of the wanted size that make a block.
  ///   - size: The wanted size, after the EXIF orientation.
  ///   - offset: What is taken from red, green and blue, such as a mean.
  ///   - transposed: Makes the picture's columns the result's rows.
  ///   - write: Takes rows and columns of the result, and their samples, [rows][columns][3].
  /// - Throws: `ImageError`, also for a file that is cut off or damaged anywhere.
  public func readBlocks(
    rowsAtOnce: Int, size: ImageSize,
    subtracting offset: (red: Float, green: Float, blue: Float) = (0, 0, 0),
    transposed: Bool = false, write: (Range<Int>, Range<Int>, Span<Float>) -> Void
  ) throws(ImageError) {
    try limits.check(result: size)
    let orientation = decoder.orientation
    let target = orientation.isTransposed ? size.transposed : size
    var blocks = ImageBlocks(
      orientation: orientation, size: target, transposed: transposed, subtracting: offset,
      rowsAtOnce: rowsAtOnce)
    var rows = try StoredRows(self, target: target)
    while try rows.advance() { blocks.take(&rows.resizer, write: write) }
  }
}

extension RGBImage {
  /// Resizes the samples a block at a time, as `ImageReader.readBlocks` does a file's.
  ///
  /// - Parameters:
  ///   - rowsAtOnce: Rows of the wanted size that make a block.
  ///   - size: The wanted size.
  ///   - offset: What is taken from red, green and blue, such as a mean.
  ///   - transposed: Makes the picture's columns the result's rows.
  ///   - write: Takes rows and columns of the result, and their samples, [rows][columns][3].
  /// - Throws: `ImageError.resultTooLarge`.
  public func readBlocks(
    rowsAtOnce: Int, size: ImageSize,
    subtracting offset: (red: Float, green: Float, blue: Float) = (0, 0, 0),
    transposed: Bool = false, write: (Range<Int>, Range<Int>, Span<Float>) -> Void
  ) throws(ImageError) {
    try ImageLimits.default.check(result: size)
    var blocks = ImageBlocks(
      orientation: .topLeft, size: size, transposed: transposed, subtracting: offset,
      rowsAtOnce: rowsAtOnce)
    var resizer = RowResizer(
      input: self.size, extent: (Double(width), Double(height)), output: size)
    for row in 0..<height {
      resizer.append(self.pixels.span.extracting(3 * width * row..<3 * width * (row + 1)))
      blocks.take(&resizer, write: write)
    }
  }
}
