internal import CSystem
internal import CommandOptions
internal import FileNames
internal import QuantVGG

/// SHA-256 of a file, computed once.
///
/// The file is read, not mapped: mapped pages would count as memory of this process.
final class FileHash {
  private let path: FilePath
  private var result: Result<String, any Error>?

  init(path: FilePath) {
    self.path = path
  }

  /// Computes the hash, unless that has been done.
  func compute() {
    result = result ?? Result { try read() }
  }

  /// The hash in hexadecimal.
  ///
  /// - Throws: `WeightError.unreadable`.
  func value() throws -> String {
    try (result ?? Result { try read() }).get()
  }

  private func read() throws -> String {
    let descriptor = unsafe path.withCString { unsafe system_open($0, O_RDONLY, 0) }
    guard descriptor >= 0 else { throw WeightError.unreadable(errno: system_errno()) }
    defer { close(descriptor) }
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe CSystem.read(descriptor, &buffer, buffer.count)
      if count < 0, system_errno() == EINTR { continue }
      guard count >= 0 else { throw WeightError.unreadable(errno: system_errno()) }
      guard count > 0 else { return hash.digest() }
      unsafe hash.update(buffer.span.extracting(first: count).bytes)
    }
  }
}
