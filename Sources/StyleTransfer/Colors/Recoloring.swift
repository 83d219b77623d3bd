public import FileNames
public import ImageIO

/// A finished picture that gets another one's colours: its own brightness, the other's colours (see
/// `Transfer.Colors.luma`), row by row.
///
/// ```
/// let recoloring = try Recoloring(result: "painted.png", content: "photo.jpg")
/// try recoloring.write(to: "recolored.png")
/// ```
public struct Recoloring {
  /// Upright width and height of the result, which the other picture is resized to.
  public let size: ImageSize
  /// Upright width and height of the picture whose colours are taken.
  public let contentSize: ImageSize
  private let result, content: File

  /// A file that is read once.
  private struct File {
    let name: String
    let reader: ImageReader

    init(_ path: FilePath) throws(TransferError) {
      name = path.description
      do throws(ImageError) {
        reader = try ImageReader(path: path)
      } catch {
        throw .picture(name: name, error)
      }
    }

    func from<Result>(_ body: () throws(ImageError) -> Result) throws(TransferError) -> Result {
      do throws(ImageError) { return try body() } catch { throw .picture(name: name, error) }
    }
  }

  /// Opens two pictures, PNG, JPEG or WebP, and reads their headers.
  ///
  /// - Parameters:
  ///   - result: gives the brightness, and the size.
  ///   - content: gives the colours.
  /// - Throws: `TransferError.picture`.
  public init(result: FilePath, content: FilePath) throws(TransferError) {
    self.result = try File(result)
    self.content = try File(content)
    size = self.result.reader.info.size
    contentSize = self.content.reader.info.size
  }

  /// Most bytes that `write` has in use.
  public var bytes: Int {
    var bytes = 12 * 3 * size.width
    for file in [result, content] {
      bytes += file.reader.readingBytes(size: size)
      if !UprightRows.streams(file.reader) { bytes += 12 * size.pixelCount }
    }
    return bytes
  }

  /// Sentences on what the files are read with: of their headers at once, of all of them after `write`.
  public var warnings: [String] {
    [result, content].flatMap { file in
      file.reader.warnings.map { "\(file.name) \($0.description)" }
    }
  }

  /// Writes the picture as 8-bit RGB; may be called once, and the file appears whole or not at all.
  ///
  /// - Parameters:
  ///   - path: the file to create or replace; .jpg or .jpeg at its end makes it a JPEG.
  ///   - goesOn: asked before each row.
  /// - Returns: whether it was written; false where `goesOn` has said no.
  /// - Throws: `TransferError.picture`.
  @discardableResult
  public func write(
    to path: FilePath, goesOn: () -> Bool = { true }
  ) throws(TransferError) -> Bool {
    var bright = try result.from { () throws(ImageError) in
      try UprightRows(result.reader, size: size)
    }
    var colors = try self.content.from { () throws(ImageError) in
      try UprightRows(self.content.reader, size: size)
    }
    var (row, content) = (
      [Float](repeating: 0, count: 3 * size.width), [Float](repeating: 0, count: 3 * size.width)
    )
    var output: ImageWriter
    do throws(ImageError) {
      output = try ImageWriter(
        path: path, size: size, encoding: ImageEncoding(ImageFormat(fileName: path) ?? .png))
    } catch {
      throw .picture(name: path.description, error)
    }
    for _ in 0..<size.height {
      guard goesOn() else { return false }
      do throws(ImageError) { try bright.copyNext(into: &row) } catch {
        throw .picture(name: result.name, error)
      }
      do throws(ImageError) { try colors.copyNext(into: &content) } catch {
        throw .picture(name: self.content.name, error)
      }
      for first in stride(from: 0, to: row.count, by: 3) {
        let moved = Brightness.moved(
          [content[first], content[first + 1], content[first + 2]],
          to: [row[first], row[first + 1], row[first + 2]])
        for c in 0..<3 { row[first + c] = moved[c] }
      }
      do throws(ImageError) { try output.write(row.span) } catch {
        throw .picture(name: path.description, error)
      }
    }
    do throws(ImageError) { try output.finish() } catch {
      throw .picture(name: path.description, error)
    }
    return true
  }
}
