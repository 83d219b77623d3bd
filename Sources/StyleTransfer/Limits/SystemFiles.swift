internal import CSystem

/// The files in which the system tells about itself, below a folder that stands for `/`.
package struct SystemFiles {
  private let root: String

  /// The files below `root`; the system's own where it is empty.
  package init(root: String = "") {
    self.root = root
  }

  /// Most bytes of a file that are read.
  private static let most = 1 << 20

  /// A file's text; nil where it can not be read.
  func text(_ path: String) -> String? {
    let descriptor = unsafe system_open(root + path, O_RDONLY, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.count < Self.most {
      let count = unsafe Int(system_read(descriptor, &buffer, buffer.count))
      guard count >= 0 else { return nil }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The lines of a file; none where it can not be read.
  func lines(_ path: String) -> [Substring] {
    (text(path) ?? "").split(separator: "\n")
  }

  /// The number that a file holds; nil where it holds none, as "max".
  func number(_ path: String) -> Int? {
    text(path)?.split { $0 == "\n" || $0 == " " }.first.flatMap { Int($0) }
  }

  /// The number after a word at the beginning of a line, as in "MemAvailable:  1024 kB".
  func number(_ path: String, after word: String) -> Int? {
    for line in lines(path) {
      let parts = line.split(separator: " ")
      if parts.count >= 2, parts[0] == word { return Int(parts[1]) }
    }
    return nil
  }
}
