internal import CSystem
public import FileNames

/// Files that are read as a whole.
public enum SmallFile {
  /// The reason why a file can not be read.
  public enum Problem: Error, Equatable {
    /// A system call failed with this `errno`.
    case system(errno: Int32)
    /// The file has more bytes than are wanted.
    case tooLarge
  }

  /// The bytes of a file, or of standard input where its name is "-".
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - most: most bytes that it may have.
  /// - Returns: the bytes.
  /// - Throws: `Problem`.
  public static func read(_ path: FilePath, most: Int) throws(Problem) -> [UInt8] {
    let isInput = path == "-"
    let descriptor = isInput ? 0 : unsafe path.withCString { unsafe system_open($0, O_RDONLY, 0) }
    guard descriptor >= 0 else { throw .system(errno: system_errno()) }
    defer { if !isInput { close(descriptor) } }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = unsafe Int(system_read(descriptor, &buffer, buffer.count))
      if count < 0, system_errno() == EINTR { continue }
      guard count >= 0 else { throw .system(errno: system_errno()) }
      guard count > 0 else { return bytes }
      guard bytes.count + count <= most else { throw .tooLarge }
      bytes += buffer[..<count]
    }
  }
}
