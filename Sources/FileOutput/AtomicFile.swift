internal import CSystem
public import FileNames

/// A file that appears under its name whole or not at all.
///
/// The bytes go to a temporary file beside the target, which `commit()` flushes to the disk and
/// renames to the target in one step. Before that, and if anything fails, an existing target keeps
/// its content; the temporary file is removed on failure and when the value is dropped without
/// `commit()`.
///
/// A new file gets the permissions 0666 less the umask, a replaced one keeps its own. A symbolic
/// link stays, and what it points to is replaced. Devices and pipes, which cannot be replaced, are
/// written to directly.
///
/// ```swift
/// let file = try AtomicFile(path: "checkpoint.safetensors")
/// try file.write(header)
/// try file.write(tensor.span.bytes)
/// try file.commit()
/// ```
public struct AtomicFile: ~Copyable {
  private var descriptor: Int32
  /// The path that the temporary file will be renamed to, every link resolved.
  private let target: FilePath
  /// Empty for a device or pipe, and once there is nothing left to remove.
  private var temporary: FilePath

  /// Creates the temporary file, so that most of what could go wrong with the target is found here.
  ///
  /// Dropping the value at once is a way to test whether `path` can be written.
  ///
  /// - Parameter path: The file to create or replace.
  /// - Throws: `FileOutputError` if `path` is a directory, its folder is missing, or permission is
  ///   denied.
  public init(path: FilePath) throws(FileOutputError) {
    (descriptor, target, temporary) = try Self.open(path)
  }

  deinit {
    if descriptor >= 0 { _ = close(descriptor) }
    if !temporary.isEmpty { _ = unsafe temporary.withCString { unsafe unlink($0) } }
  }

  /// Appends `bytes`.
  ///
  /// - Throws: `FileOutputError.system` with the cause; the target is then as it was before.
  public func write(_ bytes: RawSpan) throws(FileOutputError) {
    try writeAll(bytes, to: descriptor)
  }

  /// Appends `bytes`.
  ///
  /// - Throws: `FileOutputError.system` with the cause; the target is then as it was before.
  public func write(_ bytes: [UInt8]) throws(FileOutputError) { try unsafe write(bytes.span.bytes) }

  /// Flushes the file to the disk and gives it its name.
  ///
  /// - Throws: `FileOutputError.system` with the cause; the target is then as it was before.
  public consuming func commit() throws(FileOutputError) {
    if !temporary.isEmpty && fsync(descriptor) != 0 { throw .system(errno: system_errno()) }
    // Network file systems report failed writes as late as here.
    let closed = close(descriptor)
    descriptor = -1
    if closed != 0 { throw .system(errno: system_errno()) }
    if temporary.isEmpty { return }
    try temporary.rename(to: target)
    temporary = ""
  }
}

// MARK: - Paths

extension AtomicFile {
  /// The way to write to `path`: what is there, and what must be made.
  private static func open(
    _ path: FilePath
  ) throws(FileOutputError) -> (descriptor: Int32, target: FilePath, temporary: FilePath) {
    if path.isEmpty { throw .system(errno: ENOENT) }
    var status = stat()
    let exists = unsafe path.withCString { unsafe stat($0, &status) } == 0
    if exists && system_is_directory(status.st_mode) != 0 { throw .isDirectory }
    if exists && system_is_regular(status.st_mode) == 0 {
      let descriptor = unsafe path.withCString { unsafe system_open($0, O_WRONLY, 0) }
      if descriptor < 0 { throw .system(errno: system_errno()) }
      return (descriptor, path, "")
    }
    // The rename needs no permission on the file itself, but a read-only file is meant to stay.
    if unsafe exists && path.withCString({ unsafe access($0, W_OK) }) != 0 {
      throw .system(errno: system_errno())
    }
    let target = try resolvingLinks(path)
    let (descriptor, temporary) = try createTemporary(in: target.folder)
    // Some file systems know no permissions and refuse this.
    if exists { _ = fchmod(descriptor, status.st_mode & 0o777) }
    return (descriptor, target, temporary)
  }

  /// The file that `path` leads to through symbolic links; the last one may be missing.
  private static func resolvingLinks(_ path: FilePath) throws(FileOutputError) -> FilePath {
    var path = path
    // As many as Linux follows itself.
    for _ in 0..<40 {
      var link = [CChar](repeating: 0, count: Int(PATH_MAX))
      let length = unsafe path.withCString { unsafe readlink($0, &link, Int(PATH_MAX)) }
      if length < 0 { return path }
      let place = FilePath(bytes: link.prefix(length).map { UInt8(bitPattern: $0) })
      let isAbsolute = place.bytes.first == UInt8(ascii: "/")
      path = isAbsolute ? place : path.folder.appending(place)
    }
    throw .system(errno: ELOOP)
  }

  /// Creates a file that no other process and no other `AtomicFile` of this one has.
  private static func createTemporary(
    in folder: FilePath
  ) throws(FileOutputError) -> (descriptor: Int32, path: FilePath) {
    // A name that is taken belongs to another open file, or to a process of the same number that
    // was killed.
    for attempt in 0..<1000 {
      let path = folder.appending(FilePath(".qstyle-\(getpid())-\(attempt).tmp"))
      let descriptor = unsafe path.withCString {
        unsafe system_open($0, O_WRONLY | O_CREAT | O_EXCL, 0o666)
      }
      if descriptor >= 0 { return (descriptor, path) }
      switch system_errno() {
      case EEXIST: continue
      case ENOENT: throw .missingFolder
      case let errno: throw .system(errno: errno)
      }
    }
    throw .system(errno: EEXIST)
  }
}
