internal import CModelFiles
internal import CSystem

/// Floating-point arrays of a MATLAB or HDF5 file by name, as a child process reads them.
///
/// See CModelFiles.h: libmatio and libhdf5 crash or allocate without bound on damaged files, so they
/// run confined, and everything that comes out of the pipe is checked here.
struct LibraryArrays {
  /// An array; without values where it has more elements than a convolution of VGG-19.
  struct Array {
    let shape: [Int]
    let values: [Float]?
  }

  enum Format {
    case matlab
    case hdf5

    var library: String { self == .matlab ? "libmatio" : "libhdf5" }
  }

  private(set) var arrays: [String: Array] = [:]

  /// Elements that are kept; VGG-19's convolutions have 20 million.
  private static let mostElements = 32 << 20
  private static let mostArrays = 10_000
  /// What the library may allocate beyond what this process has.
  private static let mostMemory: UInt64 = 256 << 20

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the file, which has been recognised.
  ///   - format: which library reads it.
  ///   - bytes: the file's size, which the time limit follows: a minute for a full-size file.
  ///   - meanwhile: called once when the child has begun, for work of this process; a large MATLAB file
  ///     is unpacked for seconds before its first array comes.
  ///   - progress: called with the number of elements read.
  /// - Throws: `LibraryError`.
  init(
    path: String, format: Format, bytes: Int, meanwhile: () -> Void, progress: (Int) -> Void
  ) throws(LibraryError) {
    let seconds = 10 + bytes / 10_000_000
    var child = modelfile_child()
    guard
      modelfile_start(
        format == .matlab ? MODELFILE_MATLAB : MODELFILE_HDF5, path, Int32(seconds),
        Self.mostMemory, &child) == 0
    else { throw .noProcess(errno: system_errno()) }
    var isOpen = true
    defer { if isOpen { _ = modelfile_finish(child, 1) } }
    meanwhile()
    try read(child.descriptor, progress)
    isOpen = false
    switch modelfile_finish(child, 0) {
    case MODELFILE_DONE: return
    case MODELFILE_TOO_LONG: throw .tooLong(library: format.library)
    case MODELFILE_KILLED: throw .killed(library: format.library)
    default: throw .unreadable(library: format.library)
    }
  }

  private mutating func read(_ pipe: Int32, _ progress: (Int) -> Void) throws(LibraryError) {
    var elements = 0
    var header = modelfile_header()
    while withUnsafeMutableBytes(of: &header, { Self.fill($0, from: pipe) }) {
      guard header.magic == MODELFILE_MAGIC,
        header.name_length <= MODELFILE_LONGEST_NAME,
        header.rank <= MODELFILE_HIGHEST_RANK, arrays.count < Self.mostArrays
      else { throw .tooMuch }
      var shape: [Int] = []
      var count = 1
      withUnsafeBytes(of: header.dimensions) { dimensions in
        for i in 0..<Int(header.rank) {
          let size = dimensions.load(fromByteOffset: 8 * i, as: UInt64.self)
          shape.append(Int(clamping: size))
          count = count.multipliedReportingOverflow(by: Int(clamping: size)).partialValue
        }
      }
      var characters = [UInt8](repeating: 0, count: Int(header.name_length))
      Self.fill(&characters, from: pipe)
      let name = String(decoding: characters, as: UTF8.self)
      guard header.has_values != 0 else {
        arrays[name] = Array(shape: shape, values: nil)
        continue
      }
      guard (0...Int(MODELFILE_LARGEST_ARRAY)).contains(count),
        elements + count <= Self.mostElements
      else { throw .tooMuch }
      var values = [Float](repeating: 0, count: count)
      Self.fill(&values, from: pipe)
      elements += count
      arrays[name] = Array(shape: shape, values: values)
      progress(elements)
    }
  }

  private static func fill<Element: BitwiseCopyable>(
    _ values: inout [Element], from pipe: Int32
  ) {
    _ = values.withUnsafeMutableBytes { fill($0, from: pipe) }
  }

  /// Reads as many bytes as there is room for; false at the pipe's end, wherever that is.
  private static func fill(_ bytes: UnsafeMutableRawBufferPointer, from pipe: Int32) -> Bool {
    var filled = 0
    while filled < bytes.count {
      let count = CSystem.read(pipe, bytes.baseAddress.map { $0 + filled }, bytes.count - filled)
      if count < 0, system_errno() == EINTR { continue }
      // The child died; `modelfile_finish` tells how.
      guard count > 0 else { return false }
      filled += count
    }
    return true
  }
}

/// Why a MATLAB or HDF5 file is not read.
public enum LibraryError: Error, Equatable {
  /// No process could be started.
  case noProcess(errno: Int32)
  /// The library refuses the file.
  case unreadable(library: String)
  /// The library crashed, or asked for more memory than the limit.
  case killed(library: String)
  /// The library took more time than a whole file needs.
  case tooLong(library: String)
  /// The file has more arrays or numbers than any VGG-19.
  case tooMuch

  /// What is wrong and what to do about it, as the rest of a sentence that starts with the path.
  public var description: String {
    switch self {
    case .noProcess(let errno): "cannot be read: no process can be started (error \(errno))"
    case .unreadable(let library): "is damaged: \(library) cannot read it; download it again"
    case .killed(let library):
      "is damaged or hostile: \(library) crashed on it or asked for too much memory; "
        + "download it again"
    case .tooLong(let library):
      "is damaged or hostile: \(library) does not come to an end; download it again"
    case .tooMuch: "has more numbers than a VGG-19; it is another file, or damaged"
    }
  }
}
