internal import CSystem

/// The reason why a safetensors file, or the network in it, can not be used.
public enum WeightError: Error, Equatable, CustomStringConvertible {
  /// The system call failed.
  case unreadable(errno: Int32)
  /// The path leads to a directory or a device.
  case notAFile
  /// The file has no bytes.
  case empty
  /// The first 8 bytes are no possible header length.
  case notSafetensors
  /// The header promises more bytes than there are.
  case truncated(expected: Int, found: Int)
  /// The JSON header is wrong at this byte of the header.
  case badHeader(offset: Int)
  /// A tensor's entry contradicts itself.
  case badTensor(name: String)
  /// A tensor is not there.
  case missingTensor(name: String)
  /// A tensor has another shape.
  case wrongShape(name: String, found: [Int], expected: [Int])
  /// A tensor has another element type.
  case wrongType(name: String, found: String, expected: String)
  /// A tensor holds a value outside its range (infinite, not a number, a negative scale ...).
  case badValue(name: String)
  /// The numbers are not those that were written.
  case damaged
  /// The metadata names no format of this project.
  case unknownFormat(String)
  /// The metadata says that the weights expect other images.
  case wrongMetadata(key: String, found: String, expected: String)
  /// The file's format version is newer than this program.
  case newerVersion(String)
  /// The weights end before a layer that is needed.
  case missingLayer(name: String)
  /// The weights are of a network that has no layer of this name.
  case otherNetwork(NetworkTable, lacks: LayerName)
  /// The weights are not of the kind that the arithmetic needs.
  case wrongKind(found: String, expected: String)

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .unreadable(ENOMEM):
      return "cannot be mapped: this process may have no more memory; raise its limit (ulimit -v)"
    case .unreadable(let code):
      let cause = unsafe String(cString: strerror(code))
      return "cannot be read: \(cause); check its path and permissions"
    case .notAFile: return "is not a regular file; name a safetensors file"
    case .empty: return "is empty; copy or convert the weights again"
    case .notSafetensors:
      return "is not a safetensors file; convert the weights with quantize"
    case .truncated(let expected, let found):
      return "is cut off: \(expected) bytes are promised, \(found) are there; copy it again"
    case .badHeader(let offset):
      return "has a damaged header (at byte \(offset)); copy or convert it again"
    case .badTensor(let name):
      return "describes the tensor \(name) wrongly; copy or convert it again"
    case .missingTensor(let name):
      return "has no tensor \(name); copy or convert it again"
    case .wrongShape(let name, let found, let expected):
      return "has \(name) of shape \(Self.list(found)) where \(Self.list(expected)) is needed; "
        + "convert it again"
    case .wrongType(let name, let found, let expected):
      return "has \(name) as \(found) where \(expected) is needed; convert it again"
    case .badValue(let name):
      return "has an impossible value in \(name); convert it again"
    case .damaged:
      return "is damaged: its numbers are not those that were written; download or convert it again"
    case .unknownFormat(let format):
      return "has the unknown format \"\(format)\"; convert the weights with quantize"
    case .wrongMetadata(let key, let found, let expected):
      return "has the \(key) \(found) where \(expected) is needed; convert it again"
    case .newerVersion(let version):
      return "has format version \(version), newer than this program; update qstyle"
    case .missingLayer(let name):
      return "has no layer \(name), which the losses need; name weights that have it"
    case .otherNetwork(let network, let layer):
      return "is of \(network.title), which has no \(layer); its layers are \(network.range)"
    case .wrongKind(let found, let expected):
      return "holds \(found) weights where \(expected) weights are needed; name another file"
    }
  }

  private static func list(_ shape: [Int]) -> String {
    var text = "["
    for (i, dimension) in shape.enumerated() { text += (i > 0 ? ", " : "") + "\(dimension)" }
    return text + "]"
  }
}
