public import FileNames
public import ImageIO
public import QuantVGG

/// A label for each pixel of a picture, which tells its regions apart.
public struct Mask {
  private enum Source {
    case file(FilePath, readingBytes: Int)
    case labels([UInt8])
  }

  /// Most labels of a mask; a smoothed edge has more.
  public static let most = 64

  /// The name in messages: a file's path, or "the mask in memory".
  public let name: String
  /// Upright width and height.
  public let size: ImageSize
  /// The labels that it has, in increasing order.
  public let labels: [UInt8]
  private let source: Source

  /// A PNG file of grey levels or palette indexes, whose stored numbers are the labels.
  ///
  /// - Throws: `TransferError.picture`, `.mask`.
  public init(path: FilePath) throws(TransferError) {
    name = path.description
    var found = [Bool](repeating: false, count: 256)
    do throws(ImageError) {
      let reader = try LabelReader(path: path)
      size = reader.size
      source = .file(path, readingBytes: reader.readingBytes)
      try reader.forEachRow { _, row in
        for label in row { found[Int(label)] = true }
      }
    } catch {
      throw .picture(name: path.description, error)
    }
    labels = try Self.labels(found, name: name)
  }

  /// Labels in memory.
  ///
  /// - Parameters:
  ///   - labels: `[height][width]`.
  ///   - size: upright width and height.
  /// - Throws: `TransferError.mask` for more than `most` different ones.
  public init(_ labels: [UInt8], size: ImageSize) throws(TransferError) {
    precondition(labels.count == size.pixelCount, "a label for each pixel")
    name = "the mask in memory"
    self.size = size
    var found = [Bool](repeating: false, count: 256)
    for label in labels { found[Int(label)] = true }
    self.labels = try Self.labels(found, name: name)
    source = .labels(labels)
  }

  private static func labels(_ found: [Bool], name: String) throws(TransferError) -> [UInt8] {
    let labels = found.indices.filter { found[$0] }.map { UInt8($0) }
    guard labels.count <= most else { throw .mask(name: name, .tooManyLabels(labels.count)) }
    return labels
  }

  /// Most bytes that `read` takes beside the result.
  var readingBytes: Int {
    if case .file(_, let bytes) = source { return bytes }
    return 0
  }

  /// Whether it fits a picture: scaled to its longer side, the other one is the picture's, give or
  /// take what rounding does.
  func fits(_ picture: ImageSize) -> Bool {
    let scaled = fittedSize(size, longerSide: max(picture.width, picture.height), upscale: true)
    return abs(scaled.width - picture.width) <= 1 && abs(scaled.height - picture.height) <= 1
  }

  /// Reads the labels in the middle of each pixel of a size.
  ///
  /// - Parameters:
  ///   - labels: receives `[height][width]`, or `[width][height]` where `transposed`.
  ///   - size: the wanted upright size.
  ///   - transposed: whether the picture's columns come one after the other.
  /// - Throws: `TransferError.picture`.
  func read(
    into labels: inout MutableSpan<UInt8>, size: ImageSize, transposed: Bool
  ) throws(TransferError) {
    switch source {
    case .labels(let own):
      resampleLabels(own, from: self.size, into: &labels, size: size, transposed: transposed)
    case .file(let path, _):
      do throws(ImageError) {
        try LabelReader(path: path).read(into: &labels, size: size, transposed: transposed)
      } catch {
        throw .picture(name: name, error)
      }
    }
  }

  /// Adds what the labels follow from.
  func add(to fingerprint: inout Fingerprint) throws(TransferError) {
    switch source {
    case .file(let path, _): try fingerprint.add(file: path)
    case .labels(let labels):
      fingerprint.add("labels")
      fingerprint.add(size)
      fingerprint.add(numbers: labels)
    }
  }
}

/// The reason why a mask can not be used.
public enum MaskError: Error, Equatable, CustomStringConvertible {
  /// It has so many labels.
  case tooManyLabels(Int)
  /// It is of another shape than its picture.
  case otherShape(ImageSize, picture: ImageSize)
  /// It has labels without a style, and is not to be kept there.
  case moreRegions([UInt8], styles: Int)
  /// A region is named that it lacks.
  case noLabel(UInt8, labels: [UInt8])
  /// A region is to be painted with a style that there is not.
  case noStyle(label: UInt8, style: Int, styles: Int)
  /// A style paints no region.
  case unusedStyle(Int)
  /// All regions are kept.
  case nothingPainted
  /// A region has no position at a layer.
  case empty(label: UInt8, layer: LayerName)

  /// The rest of a sentence that starts with the mask's name: what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .tooManyLabels(let count):
      "has \(count) different levels, one for each region, and at most \(Mask.most) are possible; save "
        + "it without smooth edges"
    case .otherShape(let found, let picture):
      "is \(found.width)x\(found.height), another shape than the picture's "
        + "\(picture.width)x\(picture.height); make one of the same proportions"
    case .moreRegions(let labels, let styles):
      "has \(labels.count) regions (\(Self.list(labels))) and there "
        + (styles == 1 ? "is 1 style" : "are \(styles) styles")
        + "; give a style for each, or say which regions share one or are kept"
    case .noLabel(let label, let labels):
      "has no label \(label); its labels are \(Self.list(labels))"
    case .noStyle(let label, let style, let styles):
      "has region \(label) painted with style \(style + 1), and there "
        + (styles == 1 ? "is 1 style" : "are \(styles) styles")
    case .unusedStyle(let style):
      "has no region that style \(style + 1) paints; name its region, or leave it out"
    case .nothingPainted: "has no region that is painted; keep fewer of them"
    case .empty(let label, let layer):
      "has region \(label) without a position at \(layer.description); make it larger, or leave that "
        + "layer out"
    }
  }

  private static func list(_ labels: [UInt8]) -> String {
    labels.map { "\($0)" }.joined(separator: ", ")
  }
}
