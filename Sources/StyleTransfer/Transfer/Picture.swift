public import FileNames
public import ImageIO
internal import QuantVGG
internal import Rows

/// A picture of a transfer: a file, or samples in memory.
///
/// A file's header is read at once, its samples when the transfer comes to them. One thread at a time
/// uses a picture.
public struct Picture {
  /// The source of the samples.
  private enum Source {
    case file(PictureFile)
    case samples(RGBImage)
    case tensor(ImageTensor)
    case blank
  }

  /// The name in messages: a file's path, or "the picture in memory".
  public let name: String
  /// Upright width and height.
  public let size: ImageSize
  private let source: Source

  /// A PNG, JPEG or WebP file, which may be a pipe where it is read once.
  ///
  /// - Throws: `TransferError.picture`; damage after the header is seen when the samples are read.
  public init(path: FilePath) throws(TransferError) {
    name = path.description
    let file = try PictureFile(path)
    size = file.size
    source = .file(file)
  }

  /// Samples in memory, resized as a file's are.
  public init(_ image: RGBImage) {
    name = Self.memoryName
    size = image.size
    source = .samples(image)
  }

  /// Values minus mean in memory, of exactly the size at which the transfer wants them.
  public init(_ tensor: ImageTensor) {
    name = Self.memoryName
    size = ImageSize(width: tensor.width, height: tensor.height)
    source = .tensor(tensor)
  }

  /// A picture of mean colour, which stands for one whose size alone is known.
  public init(blank size: ImageSize) {
    name = Self.memoryName
    self.size = size
    source = .blank
  }

  private static let memoryName = "the picture in memory"

  /// What is to be said about the file: of its header at once, of all of it when its samples were read.
  public var warnings: [ImageWarning] {
    if case .file(let file) = source { return file.warnings }
    return []
  }

  /// Code that opening a file has brought into memory, by measurement, where the file is yet to come.
  var openingBytes: Int {
    if case .blank = source { return 640 << 10 }
    return 0
  }

  /// Most bytes that reading takes beside the result.
  func readingBytes(_ size: ImageSize) -> Int {
    switch source {
    case .file(let file): file.readingBytes(size)
    case .samples(let image): image.readingBytes(size: size)
    case .tensor, .blank: 0
    }
  }

  /// Reads the samples minus the network's mean.
  ///
  /// - Parameters:
  ///   - values: receives `[height][width][3]` numbers, `[width][height][3]` where `transposed`.
  ///   - size: the wanted upright size.
  ///   - transposed: whether the picture's columns come one after the other.
  /// - Throws: `TransferError.picture`, `.otherSize`.
  package func read(
    into values: inout MutableSpan<Float>, size: ImageSize, transposed: Bool
  ) throws(TransferError) {
    precondition(values.count == 3 * size.pixelCount, "there is room for the picture")
    switch source {
    case .file(let file): try file.read(into: &values, size, transposed: transposed)
    case .samples(let image):
      do throws(ImageError) {
        try image.read(
          into: &values, size: size, subtracting: NetworkTable.mean, transposed: transposed)
      } catch {
        throw .picture(name: name, error)
      }
    case .tensor(let tensor):
      guard self.size == size else { throw .otherSize(name: name, found: self.size, wanted: size) }
      tensor.copy(into: &values, transposed: transposed)
    case .blank:
      values.update(repeating: 0)
    }
  }

  /// The same into rows, `[width][3]`, that may be in a file.
  func read(
    into rows: StateRows<Float>, size: ImageSize, transposed: Bool
  ) throws(TransferError) {
    if let whole = rows.whole {
      return try whole.withMutableSpan { (values) throws(TransferError) in
        try read(into: &values, size: size, transposed: transposed)
      }
    }
    func set(_ y: Range<Int>, _ x: Range<Int>, _ samples: Span<Float>) {
      rows.set(columns: 3 * x.lowerBound..<3 * x.upperBound, of: y, to: samples)
    }
    switch source {
    case .file(let file): try file.readBlocks(size, transposed: transposed, write: set)
    case .samples(let image):
      do throws(ImageError) {
        try image.readBlocks(
          rowsAtOnce: Self.blockRows, size: size, subtracting: NetworkTable.mean,
          transposed: transposed, write: set)
      } catch {
        throw .picture(name: name, error)
      }
    case .tensor(let tensor):
      guard self.size == size else { throw .otherSize(name: name, found: self.size, wanted: size) }
      rows.update(setsAll: true) { range, part in
        for y in range {
          let row = part.from((y - range.lowerBound) * rows.rowLength)
          tensor.copy(row: y, transposed: transposed, into: row)
        }
      }
    case .blank: rows.update(setsAll: true) { $1.fill(0) }
    }
  }

  /// Rows of a picture that go to or come from a file together, where the engine's rows are its columns.
  static let blockRows = 64

  /// Adds what the picture's samples follow from.
  func add(to fingerprint: inout Fingerprint) throws(TransferError) {
    switch source {
    case .file(let file): try fingerprint.add(file: file.path)
    case .samples(let image): fingerprint.add("samples", self.size, image.pixels)
    case .tensor(let tensor): fingerprint.add("tensor", self.size, tensor.values)
    case .blank: fingerprint.add("blank", self.size, [])
    }
  }
}

/// A picture's file, opened for its header and read from there the first time.
private final class PictureFile {
  let path: FilePath
  let size: ImageSize
  /// Opened and not read yet; nil once it was read.
  private var reader: ImageReader?
  private(set) var warnings: [ImageWarning]

  init(_ path: FilePath) throws(TransferError) {
    self.path = path
    let reader = try Self.open(path)
    size = reader.info.size
    warnings = reader.warnings
    self.reader = reader
  }

  private static func open(_ path: FilePath) throws(TransferError) -> ImageReader {
    do throws(ImageError) {
      return try ImageReader(path: path)
    } catch {
      throw .picture(name: path.description, error)
    }
  }

  /// A file that can not be opened again says so when it is read.
  func readingBytes(_ size: ImageSize) -> Int {
    if reader == nil { reader = try? Self.open(path) }
    return reader?.readingBytes(size: size) ?? 0
  }

  func read(
    into values: inout MutableSpan<Float>, _ size: ImageSize, transposed: Bool
  ) throws(TransferError) {
    let opened = try takeReader()
    do throws(ImageError) {
      try opened.read(
        into: &values, size: size, subtracting: NetworkTable.mean, transposed: transposed)
    } catch {
      throw .picture(name: path.description, error)
    }
    warnings = opened.warnings
  }

  func readBlocks(
    _ size: ImageSize, transposed: Bool, write: (Range<Int>, Range<Int>, Span<Float>) -> Void
  ) throws(TransferError) {
    let opened = try takeReader()
    do throws(ImageError) {
      try opened.readBlocks(
        rowsAtOnce: Picture.blockRows, size: size, subtracting: NetworkTable.mean,
        transposed: transposed, write: write)
    } catch {
      throw .picture(name: path.description, error)
    }
    warnings = opened.warnings
  }

  /// The file as it was opened for its header, or opened again.
  private func takeReader() throws(TransferError) -> ImageReader {
    defer { reader = nil }
    if let reader { return reader }
    return try Self.open(path)
  }
}
