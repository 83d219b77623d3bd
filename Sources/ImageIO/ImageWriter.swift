public import FileNames
import FileOutput

/// A picture that is written row by row, from top to bottom; the file appears whole or not at all
/// (`AtomicFile`).
public struct ImageWriter: ~Copyable {
  private let file: AtomicFile
  private let encoder: ImageEncoder
  private let width: Int
  private var bytes: [UInt8]

  /// Opens a file, which stays as it is until `finish`.
  ///
  /// - Parameters:
  ///   - path: The file to create or replace.
  ///   - size: Width and height; each side at most 65500.
  ///   - encoding: Format and compression.
  /// - Throws: `ImageError.cannotWrite` with the cause, `.sideTooLong`, `.outOfMemory` or
  ///   `.cannotEncode`.
  public init(path: FilePath, size: ImageSize, encoding: ImageEncoding) throws(ImageError) {
    let limit = ImageLimits.default.side
    if max(size.width, size.height) > limit { throw .sideTooLong(size, limit: limit) }
    let encoder = try ImageEncoder(size: size, encoding: encoding)
    let file = try Self.open(path)
    self.encoder = encoder
    self.file = file
    width = size.width
    bytes = [UInt8](repeating: 0, count: 3 * size.width)
  }

  private static func open(_ path: FilePath) throws(ImageError) -> AtomicFile {
    do { return try AtomicFile(path: path) } catch { throw .cannotWrite(error) }
  }

  /// Writes the next row.
  ///
  /// - Parameters:
  ///   - row: [width][3] samples; plus `offset` they are clamped to 0...255 and rounded to the nearest integer,
  ///     ties to even; NaN becomes 0.
  ///   - offset: What is added to red, green and blue.
  /// - Throws: `ImageError.cannotWrite` with the cause, or `.cannotEncode`.
  public mutating func write(
    _ row: Span<Float>, offset: (red: Float, green: Float, blue: Float) = (0, 0, 0)
  ) throws(ImageError) {
    roundRow(
      0, of: row, size: ImageSize(width: width, height: 1), offset: offset, transposed: false,
      into: &bytes)
    try write(bytes)
  }

  /// Writes the next row of [width][3] levels.
  func write(_ row: [UInt8]) throws(ImageError) {
    try encoder.writeRow(row)
    try encoder.drain(into: file)
  }

  /// Gives the file its name once all rows are written.
  ///
  /// - Throws: `ImageError.cannotWrite` with the cause, or `.cannotEncode`.
  public consuming func finish() throws(ImageError) {
    try encoder.finish()
    try encoder.drain(into: file)
    do { try file.commit() } catch { throw .cannotWrite(error) }
  }
}
