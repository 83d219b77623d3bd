internal import CSystem
internal import CommandOptions
internal import FileNames
internal import QuantVGG

/// SHA-256 of a file, computed once.
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
    guard let hash = SHA256.digest(file: path) else {
      throw WeightError.unreadable(errno: system_errno())
    }
    return hash
  }
}
