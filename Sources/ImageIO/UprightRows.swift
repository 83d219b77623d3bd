/// The rows of an open file one after the other, upright and from top to bottom, in the wanted size.
///
/// They are decoded and resized as they are asked for, where a file stores them in this order; a file that is turned or
/// stands on its head is held whole.
public struct UprightRows {
  /// nil for a file that is held whole.
  private var stored: StoredRows?
  private var samples: [Float] = []
  private let size: ImageSize
  private let isMirrored: Bool
  private var next = 0

  /// Starts reading; nothing else may read from `reader`.
  ///
  /// - Parameters:
  ///   - reader: The file.
  ///   - size: The wanted size, after the EXIF orientation.
  /// - Throws: `ImageError`.
  public init(_ reader: ImageReader, size: ImageSize) throws(ImageError) {
    try ImageLimits.default.check(result: size)
    self.size = size
    isMirrored = reader.decoder.orientation == .topRight
    if Self.streams(reader) {
      stored = try StoredRows(reader, target: size)
    } else {
      samples = [Float](repeating: 0, count: 3 * size.pixelCount)
      var span = samples.mutableSpan
      try reader.read(into: &span, size: size)
    }
  }

  /// Whether a file stores its rows in the order in which they are shown.
  public static func streams(_ reader: ImageReader) -> Bool {
    reader.decoder.orientation == .topLeft || reader.decoder.orientation == .topRight
  }

  /// Copies the next row; there are as many as the size has.
  ///
  /// With the last one, the file is known to end as it should.
  ///
  /// - Parameter row: Receives [width][3] samples in 0...255.
  /// - Throws: `ImageError`, for a file that is cut off or damaged.
  public mutating func copyNext(into row: inout [Float]) throws(ImageError) {
    precondition(row.count == 3 * size.width && next < size.height, "there is a row to come")
    next += 1
    guard stored != nil else {
      for i in row.indices { row[i] = samples[(next - 1) * row.count + i] }
      return
    }
    while stored?.resizer.next() == nil {
      guard try stored?.advance() == true else {
        preconditionFailure("every row follows from stored ones")
      }
    }
    if let resizer = stored?.resizer {
      for x in 0..<size.width {
        let place = 3 * (isMirrored ? size.width - 1 - x : x)
        for c in 0..<3 { row[place + c] = resizer.open[resizer.completed.lowerBound + 3 * x + c] }
      }
    }
    if next == size.height { while try stored?.advance() == true {} }
  }
}
