internal import CSystem
package import FileNames

/// The files in which the system tells about itself, below a folder that stands for `/`.
package struct SystemFiles {
  /// A line, or a word of it; names in it are bytes.
  typealias Text = ArraySlice<UInt8>

  private let root: FilePath

  /// The files below `root`; the system's own where it is empty.
  package init(root: FilePath = "") {
    self.root = root
  }

  /// Most bytes of a file that are read.
  private static let most = 1 << 20

  /// A file's bytes; none where it can not be read.
  private func bytes(_ path: FilePath) -> [UInt8] {
    let descriptor = unsafe root.appending(suffix: path).withCString {
      unsafe system_open($0, O_RDONLY, 0)
    }
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.count < Self.most {
      let count = unsafe Int(system_read(descriptor, &buffer, buffer.count))
      guard count >= 0 else { return [] }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// The lines of a file; none where it can not be read.
  func lines(_ path: FilePath) -> [Text] { bytes(path)[...].parts(at: "\n") }

  /// The number that a file holds; nil where it holds none, as "max".
  func number(_ path: FilePath) -> Int? {
    lines(path).first?.parts(at: " ").first?.number
  }

  /// The number after a word at the beginning of a line, as in "MemAvailable:  1024 kB".
  func number(_ path: FilePath, after word: String) -> Int? {
    for line in lines(path) {
      let parts = line.parts(at: " ")
      if parts.count >= 2, parts[0].reads(word) { return parts[1].number }
    }
    return nil
  }
}

extension SystemFiles.Text {
  /// What stands between bytes of this kind; parts without a byte are left out.
  func parts(at separator: Unicode.Scalar) -> [Self] {
    split(separator: UInt8(ascii: separator))
  }

  /// Whether the bytes are those of a text.
  func reads(_ text: String) -> Bool { elementsEqual(text.utf8) }

  /// The decimal number that the bytes are; nil where they are something else.
  var number: Int? {
    var number = 0
    for byte in self {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (shifted, isLarge) = number.multipliedReportingOverflow(by: 10)
      let (next, isLarger) = shifted.addingReportingOverflow(Int(byte & 15))
      guard !isLarge, !isLarger else { return nil }
      number = next
    }
    return isEmpty ? nil : number
  }
}
