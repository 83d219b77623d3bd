internal import CommandOptions
internal import CSystem
internal import QuantVGG

/// SHA-256 of a file, computed once.
///
/// The file is read, not mapped: mapped pages would count as memory of this process.
final class FileHash {
  private let path: String
  private var result: Result<String, SourceError>?

  init(path: String) {
    self.path = path
  }

  /// Computes the hash, unless that has been done.
  func compute() {
    guard result == nil else { return }
    do throws(SourceError) {
      result = .success(try read())
    } catch {
      result = .failure(error)
    }
  }

  /// The hash in hexadecimal.
  func value() throws(SourceError) -> String {
    compute()
    switch result {
    case .success(let hash): return hash
    case .failure(let error): throw error
    case nil: preconditionFailure("computed above")
    }
  }

  private func read() throws(SourceError) -> String {
    let descriptor = system_open(path, O_RDONLY, 0)
    guard descriptor >= 0 else { throw .safetensors(.unreadable(errno: system_errno())) }
    defer { close(descriptor) }
    var hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = CSystem.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, system_errno() == EINTR { continue }
      guard count >= 0 else { throw .safetensors(.unreadable(errno: system_errno())) }
      guard count > 0 else { return hash.digest() }
      hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
