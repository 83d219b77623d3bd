internal import CSystem
internal import CommandOptions
internal import FileNames

/// A picture on its way in: its bytes go to a file as they come.
final class IncomingUpload {
  let path: FilePath
  let name: String
  let use: Upload.Use
  private(set) var count = 0
  private var hash = SHA256()
  private var descriptor: Int32
  /// The answer where it could not be written.
  private(set) var problem: Response?

  /// Opens a file; nil where it can not be made.
  init?(_ path: FilePath, name: String, use: Upload.Use) {
    self.path = path
    self.name = name
    self.use = use
    descriptor = unsafe path.withCString {
      unsafe system_open($0, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600)
    }
    guard descriptor >= 0 else { return nil }
  }

  deinit { if descriptor >= 0 { closeFile(descriptor) } }

  func append(_ bytes: [UInt8]) {
    guard problem == nil else { return }
    var written = 0
    while written < bytes.count {
      let next = unsafe bytes.withUnsafeBytes {
        unsafe Int(
          system_write(
            descriptor, $0.baseAddress.map { unsafe $0 + written }, bytes.count - written))
      }
      if next < 0 {
        if system_errno() == EINTR { continue }
        let isFull = system_errno() == ENOSPC || system_errno() == EDQUOT
        problem = Response(
          isFull ? 507 : 500,
          error: isFull
            ? "no space is left on the disk; free some" : "the picture can not be written")
        return
      }
      written += next
    }
    count += bytes.count
    unsafe hash.update(bytes.span.bytes)
  }

  /// The number of all bytes, once they are there.
  func digest() -> String {
    closeFile(descriptor)
    descriptor = -1
    return hash.digest()
  }

  func discard() { path.remove() }
}
