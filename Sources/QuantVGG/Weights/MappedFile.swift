internal import CSystem

/// A regular file mapped read-only: pages are shared between processes and can be dropped by the system.
final class MappedFile {
  /// The file's bytes.
  let bytes: UnsafeRawBufferPointer

  /// - Throws: `WeightError.unreadable`, `.notAFile` or `.empty`.
  init(path: String) throws(WeightError) {
    let descriptor = system_open(path, O_RDONLY, 0)
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

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }
}
