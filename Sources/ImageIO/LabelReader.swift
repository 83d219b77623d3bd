internal import CImageIO
public import FileNames

/// A PNG whose stored numbers are labels: grey levels or palette indexes of at most 8 bits, as they
/// stand in the file, whatever colours they mean.
public final class LabelReader {
  /// Upright width and height.
  public let size: ImageSize
  private let decoder: ImageDecoder

  /// Opens a file, which may be a pipe, and reads its header.
  ///
  /// - Parameters:
  ///   - path: The file; what it is called plays no part.
  ///   - limits: Sizes beyond them are refused before memory is asked for.
  /// - Throws: `ImageError`, `.noLabels` for what is no such PNG.
  public init(path: FilePath, limits: ImageLimits = .default) throws(ImageError) {
    decoder = try ImageDecoder(path: path, limits: limits, keepsLabels: true)
    let stored = decoder.storedSize
    size = decoder.orientation.isTransposed ? stored.transposed : stored
  }

  /// Most bytes that `read` has in use beside its result.
  public var readingBytes: Int {
    let stored = decoder.storedSize
    return 256 << 10 + 2 * stored.width
      + (decoder.header.needs_whole_image != 0 ? stored.pixelCount : 0)
  }

  /// Reads all labels; may be called once, and not together with `read`.
  ///
  /// - Parameter visit: gets each row as it is stored.
  /// - Throws: `ImageError`, also for a file that is cut off or damaged anywhere.
  public func forEachRow(_ visit: (Int, [UInt8]) -> Void) throws(ImageError) {
    let stored = decoder.storedSize
    try decoder.start(denominator: 1)
    var row = [UInt8](repeating: 0, count: stored.width)
    for y in 0..<stored.height {
      try decoder.readRow(&row)
      visit(y, row)
    }
    try decoder.finish()
  }

  /// Reads the label in the middle of each pixel of a size; may be called once.
  ///
  /// - Parameters:
  ///   - labels: Receives [height][width] labels.
  ///   - size: The wanted upright size.
  ///   - transposed: Makes it [width][height]: the columns one after the other.
  /// - Throws: `ImageError`, also for a file that is cut off or damaged anywhere.
  public func read(
    into labels: inout MutableSpan<UInt8>, size: ImageSize, transposed: Bool
  ) throws(ImageError) {
    precondition(labels.count >= size.pixelCount, "there is room for the labels")
    let stored = decoder.storedSize
    let target = decoder.orientation.isTransposed ? size.transposed : size
    let placement = Placement(
      orientation: decoder.orientation, size: target, transposed: transposed, channels: 1)
    try decoder.start(denominator: 1)
    var row = [UInt8](repeating: 0, count: stored.width)
    var next = 0
    for y in 0..<stored.height {
      try decoder.readRow(&row)
      while next < target.height, nearest(next, of: target.height, among: stored.height) == y {
        var place = placement.origin + next * placement.rowStride
        for x in 0..<target.width {
          labels[place] = row[nearest(x, of: target.width, among: stored.width)]
          place += placement.columnStride
        }
        next += 1
      }
    }
    try decoder.finish()
  }
}

/// Takes the label in the middle of each pixel of another size.
///
/// - Parameters:
///   - labels: [height][width].
///   - from: their upright size.
///   - result: Receives [height][width] labels, or [width][height] where `transposed`.
///   - size: The wanted upright size.
///   - transposed: Whether the result's columns come one after the other.
public func resampleLabels(
  _ labels: [UInt8], from: ImageSize, into result: inout MutableSpan<UInt8>, size: ImageSize,
  transposed: Bool
) {
  precondition(labels.count == from.pixelCount && result.count >= size.pixelCount)
  let placement = Placement(
    orientation: .topLeft, size: size, transposed: transposed, channels: 1)
  for y in 0..<size.height {
    let row = nearest(y, of: size.height, among: from.height) * from.width
    for x in 0..<size.width {
      result[placement.origin + y * placement.rowStride + x * placement.columnStride] =
        labels[row + nearest(x, of: size.width, among: from.width)]
    }
  }
}

/// The pixel of `count` in which the middle of pixel `index` of `wanted` lies.
private func nearest(_ index: Int, of wanted: Int, among count: Int) -> Int {
  (2 * index + 1) * count / (2 * wanted)
}
