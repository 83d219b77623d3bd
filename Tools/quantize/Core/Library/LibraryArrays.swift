internal import CModelFiles
internal import CSystem
internal import FileNames

/// Floating-point arrays of a MATLAB or HDF5 file by name, as a child process reads them.
///
/// See CModelFiles.h: libmatio and libhdf5 crash or allocate without bound on damaged files, so they
/// run confined, and everything that comes out of the pipe is checked here.
struct LibraryArrays {
  /// An array and as much of it as has been read.
  struct Array {
    let shape: [Int]
    /// The values; none where there are more than any convolution of a VGG network has.
    let values: [Float]?
    /// Whether they are compressed in a way that the library lacks.
    var isPacked = false

    /// The values, which are needed.
    ///
    /// - Throws: `LibraryError.packed`.
    func read() throws -> [Float]? {
      guard !isPacked else { throw LibraryError.packed }
      return values
    }
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
  /// Bytes that the library may allocate beyond those of this process.
  private static let mostMemory: UInt64 = 256 << 20

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the file, which has been recognised.
  ///   - format: which library reads it.
  ///   - place: the part of it that is the file; all of it where it is none in another. The time limit
  ///     follows its size: a minute for a full-size file.
  ///   - meanwhile: called once when the child has begun, for work of this process; a large MATLAB file
  ///     is unpacked for seconds before its first array comes.
  ///   - progress: called with the number of elements read.
  /// - Throws: `LibraryError`.
  init(
    path: FilePath, format: Format, place: Range<Int>, meanwhile: () -> Void,
    progress: (Int) -> Void
  ) throws {
    let seconds = 10 + place.count / 10_000_000
    var child = modelfile_child()
    guard
      unsafe path.withCString({ path in
        unsafe modelfile_start(
          format == .matlab ? MODELFILE_MATLAB : MODELFILE_HDF5, path, UInt64(place.lowerBound),
          UInt64(place.count), Int32(seconds), Self.mostMemory, &child)
      }) == 0
    else { throw LibraryError.noProcess(errno: system_errno()) }
    var isOpen = true
    defer { if isOpen { _ = modelfile_finish(child, 1) } }
    meanwhile()
    try read(child.descriptor, progress)
    isOpen = false
    switch modelfile_finish(child, 0) {
    case MODELFILE_DONE: return
    case MODELFILE_TOO_LONG: throw LibraryError.tooLong(library: format.library)
    case MODELFILE_KILLED: throw LibraryError.killed(library: format.library)
    default: throw LibraryError.unreadable(library: format.library)
    }
  }

  private mutating func read(_ pipe: Int32, _ progress: (Int) -> Void) throws {
    var elements = 0
    var header = modelfile_header()
    while unsafe modelfile_read(pipe, &header, MemoryLayout.size(ofValue: header)) != 0 {
      guard header.magic == MODELFILE_MAGIC,
        header.name_length <= MODELFILE_LONGEST_NAME,
        header.rank <= MODELFILE_HIGHEST_RANK, arrays.count < Self.mostArrays
      else { throw LibraryError.tooMuch }
      let sizes = header.dimensions
      let shape = [sizes.0, sizes.1, sizes.2, sizes.3, sizes.4, sizes.5, sizes.6, sizes.7]
        .prefix(Int(header.rank)).map { Int(clamping: $0) }
      let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      var characters = [UInt8](repeating: 0, count: Int(header.name_length))
      _ = unsafe modelfile_read(pipe, &characters, characters.count)
      let name = String(decoding: characters, as: UTF8.self)
      guard header.content == MODELFILE_VALUES.rawValue else {
        arrays[name] = Array(
          shape: shape, values: nil, isPacked: header.content == MODELFILE_PACKED.rawValue)
        continue
      }
      guard (0...Int(MODELFILE_LARGEST_ARRAY)).contains(count),
        elements + count <= Self.mostElements
      else { throw LibraryError.tooMuch }
      var values = [Float](repeating: 0, count: count)
      // Where the child has died, `modelfile_finish` tells how.
      _ = unsafe modelfile_read(pipe, &values, count * MemoryLayout<Float>.size)
      elements += count
      arrays[name] = Array(shape: shape, values: values)
      progress(elements)
    }
  }
}

/// The reason why a MATLAB or HDF5 file is not read.
package enum LibraryError: Error, Equatable, CustomStringConvertible {
  /// No process could be started.
  case noProcess(errno: Int32)
  /// The library refuses the file.
  case unreadable(library: String)
  /// The library crashed, or asked for more memory than the limit.
  case killed(library: String)
  /// The library took more time than a whole file needs.
  case tooLong(library: String)
  /// The numbers that are needed are compressed in a way that the library lacks.
  case packed
  /// The file has more arrays or numbers than VGG-19.
  case tooMuch

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  package var description: String {
    switch self {
    case .noProcess(let errno): "cannot be read: no process can be started (error \(errno))"
    case .unreadable(let library): "is damaged: \(library) cannot read it; download it again"
    case .killed(let library):
      "is damaged or hostile: \(library) crashed on it or asked for too much memory; "
        + "download it again"
    case .tooLong(let library):
      "is damaged or hostile: \(library) does not come to an end; download it again"
    case .packed:
      "is compressed in a way that libhdf5 lacks, such as LZF; write it again with gzip or without"
    case .tooMuch: "has more numbers than a VGG-19; it is another file, or damaged"
    }
  }
}
