internal import CSystem

/// A file that appears under its name complete or not at all.
///
/// Bytes go to a temporary file beside the target; `commit` flushes it to the disk and renames it.
/// A file that is dropped without `commit` leaves nothing behind, and an existing target stays as it was.
public final class AtomicFile {
  private let target: String
  private let temporary: String
  /// The open temporary file, for encoders that write it themselves; not together with `write`.
  public private(set) var descriptor: Int32
  private var buffer: [UInt8] = []
  private var isCommitted = false

  /// Bytes that are collected before a write.
  private static let bufferSize = 64 << 10

  /// Creates the temporary file.
  ///
  /// - Parameter path: the target; a symbolic link is followed, so that the file behind it is replaced.
  /// - Throws: `FileOutputError` when the folder can not be written to or the target is a directory.
  public init(path: String) throws(FileOutputError) {
    target = Self.resolve(path)
    var status = stat()
    if stat(target, &status) == 0, system_is_regular(status.st_mode) == 0 {
      throw system_is_directory(status.st_mode) != 0 ? .isDirectory : .notAFile
    }
    temporary = "\(target).\(getpid()).part"
    descriptor = system_open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    if descriptor < 0, system_errno() == EEXIST {
      // Left behind by a process of the same number that was killed.
      unlink(temporary)
      descriptor = system_open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    }
    guard descriptor >= 0 else { throw .create(errno: system_errno()) }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit {
    guard !isCommitted else { return }
    if descriptor >= 0 { close(descriptor) }
    unlink(temporary)
  }

  private static func resolve(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Appends bytes.
  ///
  /// - Throws: `FileOutputError.write`, for example when the disk is full.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileOutputError) {
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize {
      try writeAll(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: `FileOutputError.write`, for example when the disk is full.
  public func write(_ bytes: [UInt8]) throws(FileOutputError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(FileOutputError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Flushes everything to the disk and gives the file its name.
  ///
  /// - Throws: `FileOutputError`; the temporary file is removed when the object goes.
  public func commit() throws(FileOutputError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw .write(errno: system_errno()) }
    let status = close(descriptor)
    descriptor = -1
    guard status == 0 else { throw .write(errno: system_errno()) }
    guard rename(temporary, target) == 0 else { throw .create(errno: system_errno()) }
    isCommitted = true
  }

  private func flush() throws(FileOutputError) {
    guard !buffer.isEmpty else { return }
    try buffer.withUnsafeBufferPointer { (bytes) throws(FileOutputError) in
      try writeAll(UnsafeRawBufferPointer(bytes))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileOutputError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = Int(system_write(descriptor, rest.baseAddress, rest.count))
      if written < 0 {
        if system_errno() == EINTR { continue }
        throw .write(errno: system_errno())
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }
}

/// Why a file can not be written.
public enum FileOutputError: Error, Equatable {
  /// The target is a directory.
  case isDirectory
  /// The target is a device or another special file.
  case notAFile
  /// The file can not be created or renamed.
  case create(errno: Int32)
  /// Bytes can not be written.
  case write(errno: Int32)

  /// What is wrong and what to do, as the rest of a sentence that starts with the path.
  public var description: String {
    switch self {
    case .isDirectory: return "is a directory; name a file"
    case .notAFile: return "is a device or another special file; name a regular file"
    case .create(let code): return "cannot be created: \(String(cString: strerror(code)))"
    case .write(let code):
      let reason = String(cString: strerror(code))
      return "cannot be written: \(reason)" + (code == ENOSPC ? "; free some space" : "")
    }
  }
}
