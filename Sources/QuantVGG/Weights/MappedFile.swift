internal import CSystem

/// A regular file mapped read-only: pages are shared between processes and can be dropped by the system.
public final class MappedFile {
  /// The file's bytes, valid for the life of the object.
  let bytes: UnsafeRawBufferPointer

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
  }

  /// Calls `body` with the file's bytes, which are valid until it returns.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// Lets the system take the pages' memory back at once.
  func dropPages() {
    _ = madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }
}
