internal import ImageIO
internal import Rows

/// Some rows of the upright picture, read at once from an image in a file or from several processes, whose rows may be the picture's
/// columns.
final class PictureBlock {
  private let image: StateRows<Float>
  /// The content's levels at the rows of this process.
  private let contentColors: MemorySlice<UInt8>?
  private let strip: Strip
  private let isTransposed: Bool
  /// Upright width.
  private let width: Int
  /// `[rows][width][3]`, or `[width][rows][3]` where the image's rows are the picture's columns.
  private let samples: MemorySlice<Float>
  /// The content's levels there; nil where `contentColors` has those of the whole picture.
  private let levels: MemorySlice<UInt8>?
  /// The rows that are there.
  private var rows = 0..<0

  /// No rows yet of an image of this upright size.
  init(
    _ image: StateRows<Float>, colors: MemorySlice<UInt8>?, strip: Strip, size: ImageSize,
    isTransposed: Bool, memory: MemorySlice<Float>, colorMemory: MemorySlice<UInt8>?
  ) {
    self.image = image
    contentColors = colors
    self.strip = strip
    self.isTransposed = isTransposed
    width = size.width
    samples = memory
    levels = colorMemory
  }

  /// Forgets the rows, which have changed.
  func forget() { rows = 0..<0 }

  /// Copies a row, `[width][3]` RGB minus mean, which is read where it is not there.
  func copyRow(_ y: Int, into row: inout [Float]) {
    if !rows.contains(y) { read(from: y) }
    let place = y - rows.lowerBound
    for x in 0..<width {
      let first = first(x, place)
      for c in 0..<3 { row[3 * x + c] = samples[first + c] }
    }
  }

  /// The content's levels at a pixel of a row that was copied; nil where they are not kept here.
  func color(_ x: Int, _ y: Int) -> [3 of UInt8]? {
    guard let levels else { return nil }
    let first = first(x, y - rows.lowerBound)
    return [levels[first], levels[first + 1], levels[first + 2]]
  }

  private func first(_ x: Int, _ place: Int) -> Int {
    3 * (isTransposed ? x * rows.count + place : place * width + x)
  }

  private func read(from first: Int) {
    let height = isTransposed ? image.rowLength / 3 : image.rows
    rows = first..<min(first + samples.count / (3 * width), height)
    strip.communicator?.tell(
      StripCommand(.givePicture, first: rows.lowerBound, end: rows.upperBound))
    copyOwn()
    guard let communicator = strip.communicator else { return }
    for other in strip.all.indices.dropFirst() {
      let part = part(strip.all[other])
      guard !part.isEmpty else { continue }
      communicator.receive(samples[part].bytes, from: other)
      if let levels { communicator.receive(levels[part], from: other) }
    }
  }

  /// Gives this process' part of some rows to the leading one.
  func give(_ rows: Range<Int>) {
    self.rows = rows
    copyOwn()
    let part = part(strip.own)
    guard !part.isEmpty else { return }
    strip.communicator?.send(samples[part].bytes, to: 0)
    if let levels { strip.communicator?.send(levels[part], to: 0) }
  }

  /// The place in the block of what it has of some rows of the image.
  private func part(_ image: Range<Int>) -> Range<Int> {
    if isTransposed {
      return 3 * rows.count * image.lowerBound..<3 * rows.count * image.upperBound
    }
    let own = image.clamped(to: rows)
    let first = 3 * width * (own.lowerBound - rows.lowerBound)
    return own.isEmpty ? 0..<0 : first..<first + 3 * width * own.count
  }

  /// Copies what is kept here.
  private func copyOwn() {
    let own = strip.own
    let part = part(own)
    guard !part.isEmpty else { return }
    let columns =
      isTransposed ? 3 * rows.lowerBound..<3 * rows.upperBound : 0..<3 * width
    let wanted = isTransposed ? own : own.clamped(to: rows)
    image.copy(columns: columns, of: wanted, into: samples[part])
    guard let levels, let contentColors else { return }
    for (index, y) in wanted.enumerated() {
      let row = contentColors.from((y - own.lowerBound) * image.rowLength)
      levels[part].from(index * columns.count)[0..<columns.count].copy(row[columns])
    }
  }
}
