/// The rows of an open file in the order in which they are stored, decoded and resized one by one.
struct StoredRows {
  /// Gives the resized rows that are complete.
  var resizer: RowResizer
  private let decoder: ImageDecoder
  private let samples: SampleFormat
  private var bytes: [UInt8]
  private var row: [Float]
  /// Stored rows that are yet to come.
  private var left: Int

  /// Starts decoding; `target` is the wanted size as the file is stored.
  init(_ reader: ImageReader, target: ImageSize) throws(ImageError) {
    decoder = reader.decoder
    let stored = decoder.storedSize
    let denominator = reader.reduction(to: target)
    let input = ImageSize(
      width: (stored.width + denominator - 1) / denominator,
      height: (stored.height + denominator - 1) / denominator)
    try decoder.start(denominator: denominator)
    samples = SampleFormat(decoder.header)
    bytes = [UInt8](repeating: 0, count: input.width * samples.bytesPerPixel)
    row = [Float](repeating: 0, count: 3 * input.width)
    // libjpeg's last column and row may stand for less than a whole one; libwebp's all for the same.
    let isEven = decoder.format == .webp
    let divisor = Double(denominator)
    resizer = RowResizer(
      input: input,
      extent: isEven
        ? (Double(input.width), Double(input.height))
        : (Double(stored.width) / divisor, Double(stored.height) / divisor),
      output: target)
    left = input.height
  }

  /// Hands the next stored row to the resizer; false where there was none, and the file ends as it should.
  mutating func advance() throws(ImageError) -> Bool {
    guard left > 0 else {
      try decoder.finish()
      return false
    }
    left -= 1
    try decoder.readRow(&bytes)
    samples.convert(bytes, to: &row)
    let current = row
    resizer.append(current.span)
    return true
  }
}
