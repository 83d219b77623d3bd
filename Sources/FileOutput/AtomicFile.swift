internal import CSystem
public import FileNames

/// A file that appears under its name whole or not at all.
///
/// The bytes go to a temporary file beside the target, `.NAME.qstyle-part`, which `commit()` flushes to the
/// disk and renames to the target in one step. Before that, and if anything fails, an existing target
/// keeps its content; the temporary file is removed on failure and when the value is dropped without
/// `commit()`. What a killed program leaves is used by the next one that writes the same target.
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
  /// - Parameter path: The file to create or replace.
  /// - Throws: `FileOutputError` if `path` is a directory, its folder is missing, permission is
  ///   denied, or another program is writing it.
  public init(path: FilePath) throws(FileOutputError) {
    (descriptor, target, temporary) = try Self.open(path)
  }

  /// Tries whether `path` can be written, and leaves everything as it was.
  ///
  /// - Throws: `FileOutputError`, as `init` does.
  public static func check(path: FilePath) throws(FileOutputError) {
    // Opening a pipe would wait for its reader, who would see it end.
    if FileIdentity(path)?.kind == .pipe {
      guard unsafe path.withCString({ unsafe access($0, W_OK) }) == 0 else {
        throw .system(errno: system_errno())
      }
    } else {
      _ = try AtomicFile(path: path)
    }
  }

  deinit {
    // Removed while it is locked: the next one that writes the target has a file of its own.
    if !temporary.isEmpty { temporary.remove() }
    _ = close(descriptor)
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
    // Network file systems report failed writes as late as at close; the lock stays until the file has its name.
    let second = system_duplicate(descriptor)
    guard second >= 0 else { throw .system(errno: system_errno()) }
    let closed = close(descriptor)
    descriptor = second
    if closed != 0 { throw .system(errno: system_errno()) }
    if temporary.isEmpty { return }
    try temporary.rename(to: target)
    temporary = ""
  }

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
    guard let target = path.resolvingLinks else { throw .system(errno: ELOOP) }
    let temporary = try target.hidden(".qstyle-part")
    let descriptor = try openLocked(temporary)
    guard ftruncate(descriptor, 0) == 0 else {
      let errno = system_errno()
      temporary.remove()
      _ = close(descriptor)
      throw .system(errno: errno)
    }
    // Some file systems know no permissions and refuse this.
    if exists { _ = fchmod(descriptor, status.st_mode & 0o777) }
    return (descriptor, target, temporary)
  }
}
