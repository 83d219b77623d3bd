internal import CSystem

/// A regular file mapped read-only: pages are shared between processes and can be dropped by the system.
public final class MappedFile {
  /// The file's bytes, valid for the life of the object.
  let bytes: UnsafeRawBufferPointer
  /// Whether the mapping ends with the object.
  private let isOwned: Bool

  /// Maps a file.
  ///
  /// - Throws: `WeightError.unreadable`, `.notAFile` or `.empty`.
  public init(path: String) throws(WeightError) {
    // Without O_NONBLOCK a named pipe would wait for a writer.
    let descriptor = system_open(path, O_RDONLY | O_NONBLOCK, 0)
    guard descriptor >= 0 else { throw .unreadable(errno: system_errno()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno: system_errno()) }
    guard system_is_regular(status.st_mode) != 0 else { throw .notAFile }
    guard status.st_size > 0 else { throw .empty }
    let count = Int(status.st_size)
    guard let address = system_map_file(descriptor, count) else {
      throw .unreadable(errno: system_errno())
    }
    bytes = UnsafeRawBufferPointer(start: address, count: count)
    isOwned = true
  }

  /// A file that is part of the running executable: read-only, and mapped as long as the process lives.
  public init(ofExecutable bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    isOwned = false
  }

  /// Calls `body` with the file's bytes, which are valid until it returns.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// Lets the system take the memory of the pages that are the file's alone back at once.
  public func dropPages() {
    guard let first = bytes.baseAddress else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = first.alignedUp(toMultipleOf: page)
    let count = ((first + bytes.count) - start) / page * page
    guard count > 0 else { return }
    _ = madvise(UnsafeMutableRawPointer(mutating: start), count, MADV_DONTNEED)
  }

  deinit {
    guard isOwned else { return }
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }
}
