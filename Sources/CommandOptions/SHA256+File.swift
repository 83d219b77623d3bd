internal import CSystem
public import FileNames

extension SHA256 {
  /// The hash of a file's bytes, in hexadecimal.
  ///
  /// The file is read, not mapped: mapped pages would count as memory of this process.
  ///
  /// - Parameter path: the file.
  /// - Returns: the hash; nil where the file can not be read, for which `errno` has the reason.
  public static func digest(file path: FilePath) -> String? {
    let descriptor = unsafe path.withCString { unsafe system_open($0, O_RDONLY, 0) }
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = unsafe Int(system_read(descriptor, &buffer, buffer.count))
      if count < 0, system_errno() == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { return hash.digest() }
      unsafe hash.update(buffer.span.extracting(first: count).bytes)
    }
  }
}
