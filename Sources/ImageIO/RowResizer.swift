/// Resizes an RGB image whose rows arrive one by one, top to bottom.
///
/// A row is resized horizontally when it arrives and added, weighted, to the output rows that it
/// belongs to. Only those are kept: about four for a reduction, so memory grows with the result's
/// width and not with the image. Each output value is a sum in ascending order of rows of sums in
/// ascending order of columns, each product and each sum rounded to Float32 (no fused operations),
/// and is clamped to 0...255 at the end.
struct RowResizer {
  private let columns: ResampleWeights
  private let rows: ResampleWeights
  private let width: Int
  /// Samples of an output row.
  private let rowLength: Int
  /// Output rows that can be open at the same time.
  private let slotCount: Int
  /// [slotCount][rowLength]: output row `r` is summed up in slot `r % slotCount`.
  private(set) var open: [Float]
  /// The place in `open` of the row that `next` gave last.
  private(set) var completed = 0..<0
  private var resized: [Float]
  private var nextInput = 0
  /// The output rows that have begun and are not complete.
  private var openRows = 0..<0

  /// Most bytes of a resizer: its open rows and its weights.
  static func bytes(from input: ImageSize, to output: ImageSize) -> Int {
    let reduction = input.width * 4 * 4 + output.width * 3 * 4 * 7 + input.height * 16
    guard output.height > input.height || output.width > input.width else { return reduction }
    // An input row belongs to four output rows for each that it becomes; an output sample has four weights.
    let more = 4 * ((output.height + input.height - 1) / input.height)
    return reduction + output.width * 3 * 4 * more
      + (output.width + output.height) * (MemoryLayout<ResampleWeights.Taps>.stride + 4 * 4)
  }

  /// A resizer from `input` to `output`.
  ///
  /// - Parameters:
  ///   - input: The size of the image whose rows will arrive.
  ///   - extent: The width and height, in pixels of `input`, that the image covers.
  ///   - output: The wanted size.
  init(input: ImageSize, extent: (width: Double, height: Double), output: ImageSize) {
    columns = ResampleWeights(
      inputCount: input.width, extent: extent.width, outputCount: output.width)
    rows = ResampleWeights(
      inputCount: input.height, extent: extent.height, outputCount: output.height)
    width = input.width
    rowLength = 3 * output.width
    var (slots, first) = (1, 0)
    for (index, taps) in rows.taps.enumerated() {
      while rows.taps[first].inputs.upperBound <= taps.inputs.lowerBound { first += 1 }
      slots = max(slots, index - first + 1)
    }
    slotCount = slots
    open = [Float](repeating: 0, count: slots * rowLength)
    resized = [Float](repeating: 0, count: rowLength)
  }

  /// Takes the next input row, [width][3]; `next` then gives the output rows that it completes.
  mutating func append(_ row: Span<Float>) {
    precondition(row.count == 3 * width, "a row has the width of the image")
    resizeColumns(row)
    let input = nextInput
    nextInput += 1
    while openRows.upperBound < rows.taps.count,
      rows.taps[openRows.upperBound].inputs.lowerBound <= input
    {
      let slot = openRows.upperBound % slotCount * rowLength
      for index in slot..<(slot + rowLength) { open[index] = 0 }
      openRows = openRows.lowerBound..<(openRows.upperBound + 1)
    }
    for output in openRows {
      let taps = rows.taps[output]
      accumulate(
        weight: rows.weights[taps.firstWeight + input - taps.inputs.lowerBound],
        into: output % slotCount * rowLength)
    }
  }

  /// The next output row that is complete, [output width][3] in `open[completed]` until another input
  /// row comes; nil where there is none.
  mutating func next() -> Int? {
    guard let output = openRows.first, rows.taps[output].inputs.upperBound == nextInput else {
      return nil
    }
    let slot = output % slotCount * rowLength
    completed = slot..<slot + rowLength
    for index in completed { open[index] = min(max(open[index], 0), 255) }
    openRows = (output + 1)..<openRows.upperBound
    return output
  }

  /// Sets `resized` to the row in the output's width.
  private mutating func resizeColumns(_ row: Span<Float>) {
    let columns = columns
    let taps = columns.taps
    let weights = columns.weights.span
    for output in taps.indices {
      var (red, green, blue): (Float, Float, Float) = (0, 0, 0)
      var weight = taps[output].firstWeight
      for input in taps[output].inputs {
        red += weights[weight] * row[3 * input]
        green += weights[weight] * row[3 * input + 1]
        blue += weights[weight] * row[3 * input + 2]
        weight += 1
      }
      resized[3 * output] = red
      resized[3 * output + 1] = green
      resized[3 * output + 2] = blue
    }
  }

  /// Adds the weighted `resized` to the sums that begin at `slot`.
  private mutating func accumulate(weight: Float, into slot: Int) {
    let resized = resized
    let added = resized.span
    var sums = open.mutableSpan
    for index in added.indices { sums[slot + index] += weight * added[index] }
  }
}

/// Resamples the rows of an image, top to bottom; antialiased cubic (Catmull-Rom), samples clamped to 0...255.
///
/// The result has the same bits on every machine. Rows of an image of that size already are only clamped.
///
/// - Parameters:
///   - input: The image's size.
///   - output: The wanted size, whatever the aspect ratio; both sides at least 1.
///   - read: Sets a row of the image, [width][3] samples, when it is come to.
///   - write: Takes a row of the result, [width][3].
public func resample(
  _ input: ImageSize, to output: ImageSize, read: (Int, inout MutableSpan<Float>) -> Void,
  write: (Int, Span<Float>) -> Void
) {
  precondition(output.width > 0 && output.height > 0, "an image has at least one pixel")
  var resizer = RowResizer(
    input: input, extent: (Double(input.width), Double(input.height)), output: output)
  var row = [Float](repeating: 0, count: 3 * input.width)
  for y in 0..<input.height {
    var samples = row.mutableSpan
    read(y, &samples)
    resizer.append(row.span)
    while let complete = resizer.next() {
      write(complete, resizer.open.span.extracting(resizer.completed))
    }
  }
}

/// Most bytes that `resample` has in use beside the image and its result: open rows and weights.
///
/// - Parameters:
///   - input: The image's size.
///   - output: The wanted size.
/// - Returns: Bytes.
public func resamplingBytes(_ input: ImageSize, to output: ImageSize) -> Int {
  RowResizer.bytes(from: input, to: output) + input.width * 3 * 4
}

/// The image in another size, by `resample`.
///
/// - Parameters:
///   - image: Samples in 0...255.
///   - size: The wanted size, whatever the aspect ratio; both sides at least 1.
/// - Returns: The image in that size.
public func resized(_ image: RGBImage, to size: ImageSize) -> RGBImage {
  var pixels: [Float] = []
  pixels.reserveCapacity(3 * size.pixelCount)
  let length = 3 * image.width
  resample(image.size, to: size) { y, row in
    for i in row.indices { row[i] = image.pixels[y * length + i] }
  } write: { _, row in
    for i in row.indices { pixels.append(row[i]) }
  }
  return RGBImage(size: size, pixels: pixels)
}
