internal import CSystem
package import FileNames

/// A regular file mapped read-only: pages are shared between processes and can be dropped by the system.
@safe
package final class MappedFile: @unchecked Sendable {
  // SAFETY: the mapping is read-only, made in `init` and ended in `deinit`; `FileSlice` keeps the object.

  /// The file's bytes, valid for the life of the object.
  let bytes: UnsafeRawBufferPointer
  /// Whether the mapping ends with the object.
  private let isOwned: Bool

  /// Maps a file.
  ///
  /// - Throws: `WeightError.unreadable`, `.notAFile` or `.empty`.
  package init(path: FilePath) throws(WeightError) {
    // Without O_NONBLOCK a named pipe would wait for a writer.
    let descriptor = unsafe path.withCString {
      unsafe system_open($0, O_RDONLY | O_NONBLOCK, 0)
    }
    guard descriptor >= 0 else { throw .unreadable(errno: system_errno()) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(errno: system_errno()) }
    guard system_is_regular(status.st_mode) != 0 else { throw .notAFile }
    guard status.st_size > 0 else { throw .empty }
    let count = Int(status.st_size)
    guard let address = unsafe system_map_file(descriptor, count) else {
      throw .unreadable(errno: system_errno())
    }
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: address, count: count)
    isOwned = true
  }

  /// A file that is part of the running executable: read-only, and mapped as long as the process lives.
  package init(ofExecutable bytes: UnsafeRawBufferPointer) {
    unsafe self.bytes = unsafe bytes
    isOwned = false
  }

  /// Lets the system take the memory of the pages that are the file's alone back at once.
  package func dropPages() {
    guard let first = unsafe bytes.baseAddress else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = unsafe first.alignedUp(toMultipleOf: page)
    let count = unsafe ((first + bytes.count) - start) / page * page
    guard count > 0 else { return }
    _ = unsafe madvise(UnsafeMutableRawPointer(mutating: start), count, MADV_DONTNEED)
  }

  deinit {
    guard isOwned else { return }
    unsafe munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }
}
