public import FileNames
public import FileOutput
public import ImageIO
public import QuantVGG
internal import Rows

/// What was measured of a style, in a file that stands for its picture.
///
/// A safetensors file. For each style layer: `conv1_1.gram` [C,C], sums of products over positions,
/// I64 of int8 activations as they are stored, F64 in float32; `conv1_1.sum` and `conv1_1.squares` [C],
/// sums of activations and of their squares; `conv1_1.histogram` U32 [C,256], in float32 [C,513];
/// `conv1_1.positions` I64 [1], of how many. Metadata: format and version, network, precision, pooling,
/// width and height at which it was measured, `weights`, a hash of these up to the deepest of the
/// layers, and `checksum`, one of all numbers. Further tensors are left alone. Version 1 has no squares
/// and no histograms.
public struct StyleStatistics {
  static let format = "qstyle-style"
  static let version = "2"

  /// What there is of each layer, by the end of the tensor's name.
  enum Part: String {
    case gram, sum, squares, histogram, positions
  }

  /// The file's path.
  public let name: String
  /// Upright size at which the style was measured.
  public let size: ImageSize
  private let file: SafeTensors

  /// Whether a file is one of tensors and no picture.
  public static func isOne(_ path: FilePath) -> Bool {
    guard let file = try? MappedFile(path: path) else { return false }
    return SafeTensors.matches(FileSlice(file))
  }

  /// Opens a file and checks its header and its checksum.
  ///
  /// - Throws: `TransferError.style`.
  public init(path: FilePath) throws(TransferError) {
    name = path.description
    do throws(StyleFileError) {
      file = try Self.open(path)
      size = try Self.size(file)
    } catch {
      throw .style(name: path.description, error)
    }
  }

  private static func open(_ path: FilePath) throws(StyleFileError) -> SafeTensors {
    let file: SafeTensors
    do throws(WeightError) {
      file = try SafeTensors(path: path)
    } catch {
      throw .file(error)
    }
    guard file.metadata("format") == format else { throw .notAStyle }
    guard ["1", version].contains(file.metadata("format_version")) else { throw .otherVersion }
    var sum = Fingerprint()
    for tensor in file.tensors {
      tensor.bytes.withBytes { sum.add(tensor.name, $0) { tensor.bytes.dropPages() } }
    }
    guard file.metadata("checksum") == sum.text else { throw .damaged }
    return file
  }

  private static func size(_ file: SafeTensors) throws(StyleFileError) -> ImageSize {
    let sides = ["width", "height"].map { Int(file.metadata($0) ?? "") ?? 0 }
    guard sides.allSatisfy({ (1...1 << 20).contains($0) }) else { throw .damaged }
    return ImageSize(width: sides[0], height: sides[1])
  }

  /// Refuses what was measured otherwise than a transfer measures.
  func check(_ transfer: Transfer) throws(TransferError) {
    func refuse(_ error: StyleFileError) -> TransferError { .style(name: name, error) }
    func check(_ key: String, _ wanted: String) throws(TransferError) {
      let found = file.metadata(key) ?? "none"
      guard found == wanted else { throw refuse(.other(key, found: found, wanted: wanted)) }
    }
    try check("network", transfer.network.name)
    try check("precision", transfer.precisionText)
    try check("pooling", transfer.pooling.rawValue)
    let loss = transfer.settings.styleLoss
    guard loss.isGramAlone || file.metadata("format_version") != "1" else {
      throw refuse(.hasGramAlone)
    }
    guard !transfer.colors.contains(.match) else { throw refuse(.hasNoColors) }
    for layer in transfer.settings.styleLayers {
      guard let place = transfer.network.index(of: layer.layer) else { continue }
      let channels = transfer.network.convolutions[place].outputChannels
      let name = "\(layer.layer)"
      let type = transfer.precision == .int8 ? "I64" : "F64"
      guard file.contains(name + ".gram") else { throw refuse(.noLayer(layer.layer)) }
      try checkTensor(name + ".gram", type, [channels, channels])
      try checkTensor(name + ".positions", "I64", [1])
      guard (1...1 << 40).contains(positions(layer.layer)) else { throw refuse(.damaged) }
      if loss.moments > 0 {
        try checkTensor(name + ".sum", type, [channels])
        try checkTensor(name + ".squares", type, [channels])
        guard hasMoments(layer.layer, transfer.precision) else { throw refuse(.damaged) }
      }
      if loss.histogram > 0 {
        let bins = transfer.precision == .int8 ? Int8Arithmetic.bins : Float32Arithmetic.bins
        try checkTensor(name + ".histogram", "U32", [channels, bins])
        guard hasHistograms(layer.layer, bins: bins) else { throw refuse(.damaged) }
      }
    }
    guard let weights = transfer.weights else { return }
    let deepest = file.tensors.compactMap { tensor in
      tensor.name.hasSuffix(".gram") ? LayerName(String(tensor.name.dropLast(5))) : nil
    }.max()
    var sum = Fingerprint()
    weights.add(to: &sum, layers: .conv1_1...(deepest ?? .conv1_1))
    guard file.metadata("weights") == sum.text else { throw refuse(.otherWeights(weights.name)) }
  }

  private func checkTensor(
    _ name: String, _ type: String, _ shape: [Int]
  ) throws(TransferError) {
    guard let tensor = try? file.tensor(name), tensor.type == type, tensor.shape == shape else {
      throw .style(name: self.name, .damaged)
    }
  }

  /// Whether a layer's sums are such as activations have: of int8 ones none is above 255.
  private func hasMoments(_ layer: LayerName, _ precision: Precision) -> Bool {
    if precision == .float32 {
      return (values(.sum, layer, of: Double.self) + values(.squares, layer, of: Double.self))
        .allSatisfy { $0 >= 0 && $0.isFinite }
    }
    let sums = values(.sum, layer, of: Int64.self)
    let most = 255 * Int64(positions(layer))
    return zip(sums, values(.squares, layer, of: Int64.self)).allSatisfy { sum, square in
      (0...most).contains(sum) && (sum...255 * sum).contains(square)
    }
  }

  /// Whether each channel of a layer has a bin for every position.
  private func hasHistograms(_ layer: LayerName, bins: Int) -> Bool {
    let counts = values(.histogram, layer, of: UInt32.self)
    let positions = positions(layer)
    return stride(from: 0, to: counts.count, by: bins).allSatisfy { first in
      counts[first..<first + bins].reduce(0) { $0 + Int($1) } == positions
    }
  }

  /// How many positions of a layer were counted.
  func positions(_ layer: LayerName) -> Int {
    values(.positions, layer, of: Int64.self).first.map { Int($0) } ?? 0
  }

  /// The numbers of a part of a layer; none where it lacks it.
  func values<Value: BitwiseCopyable>(
    _ part: Part, _ layer: LayerName, of type: Value.Type
  ) -> [Value] {
    (try? file.tensor("\(layer).\(part.rawValue)"))?.bytes.values(type) ?? []
  }

  /// Most bytes of the file that are in memory at once.
  var readingBytes: Int { file.tensors.reduce(0) { max($0, $1.bytes.count) } }

  /// Copies a part of a layer, in the units of the arithmetic that measured it.
  func read<Sum: BitwiseCopyable>(_ part: Part, _ layer: LayerName, into sums: MemorySlice<Sum>) {
    guard let tensor = try? file.tensor("\(layer).\(part.rawValue)") else { return }
    tensor.bytes.withBytes { sums.bytes.copy($0) }
    tensor.bytes.dropPages()
  }

  /// Adds the file's numbers.
  func add(to fingerprint: inout Fingerprint) {
    fingerprint.add("statistics")
    fingerprint.add(file.metadata("checksum") ?? "")
    fingerprint.add(file.metadata("weights") ?? "")
  }
}

extension Transfer {
  /// The arithmetic, with the layers of an int8 network that compute in float32: "int8+conv1_1".
  var precisionText: String {
    floatLayers.sorted().reduce(precision.rawValue) { "\($0)+\($1)" }
  }
}

/// The reason why a file can not stand for a style, or can not be written.
public enum StyleFileError: Error, Equatable, CustomStringConvertible {
  /// The file is no safetensors file, or damaged.
  case file(WeightError)
  /// A safetensors file of something else.
  case notAStyle
  /// The file has another format version.
  case otherVersion
  /// The numbers are not those that were written.
  case damaged
  /// It was measured with another network, arithmetic or pooling.
  case other(String, found: String, wanted: String)
  /// It was measured with other weights than these.
  case otherWeights(String)
  /// A layer of the style cost was not measured.
  case noLayer(LayerName)
  /// A mask is given for it, and only a picture has regions.
  case hasNoRegions
  /// Moments or histograms are to be compared, and it has Gram matrices alone.
  case hasGramAlone
  /// Its colours are to be matched, and only a picture has colours.
  case hasNoColors
  /// It is to be saved, and is saved.
  case savedBefore
  /// The file could not be written.
  case output(FileOutputError)

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .file(.truncated(let expected, let found)):
      "is cut off: \(expected) bytes are promised, \(found) are there; copy it again"
    case .file(.badHeader), .file(.badTensor), .damaged:
      "is a damaged style file; copy it again, or save the style again"
    case .file(let error): error.description
    case .notAStyle:
      "is a file of tensors, and none of a saved style; name a picture or a saved style"
    case .otherVersion:
      "is a style saved by another version of this program; save it again"
    case .other(let key, let found, let wanted):
      "is a style saved with the \(key) \(found), and \(wanted) is used; save it again with that"
    case .otherWeights(let name): "is a style saved with other weights than \(name); save it again"
    case .noLayer(let layer):
      "is a style saved without \(layer.description); save it again with that layer, or leave it out"
    case .hasNoRegions:
      "is a saved style, which has no regions; use its picture, or leave its mask out"
    case .hasGramAlone:
      "is a style saved by an earlier version, which has Gram matrices alone; save it again, or use --style-loss gram"
    case .hasNoColors:
      "is a saved style, whose colours can not be matched, as that changes pixels before they are measured; use "
        + "its picture, or leave out --colors match"
    case .savedBefore: "is a saved style already; copy it, or save that of a picture"
    case .output(let error): error.description
    }
  }
}
