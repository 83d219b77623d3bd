import FileNames
import Glibc
import TestSupport

/// A folder for one test's files, removed with all that is in it.
final class TestFolder {
  let path = makeTemporaryFolder()

  deinit {
    for name in names { remove(file(name)) }
    remove(path)
  }

  func file(_ name: String) -> FilePath { path.appending(FilePath(name)) }

  /// The names in the folder, sorted.
  var names: [String] {
    guard let directory = path.withCString({ opendir($0) }) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a file, or more of one, and returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String = "image", appending: Bool = false) -> FilePath {
    let path = file(name)
    let flags = O_WRONLY | O_CREAT | (appending ? O_APPEND : O_TRUNC)
    let descriptor = path.withCString { open($0, flags, 0o644) }
    precondition(descriptor >= 0, "open: errno \(errno)")
    precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count, "short write")
    close(descriptor)
    return path
  }
}

func readBytes(_ path: FilePath) -> [UInt8] {
  let descriptor = path.withCString { open($0, O_RDONLY) }
  precondition(descriptor >= 0, "\(path): errno \(errno)")
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = read(descriptor, &part, part.count)
    if count <= 0 { return bytes }
    bytes += part.prefix(count)
  }
}

func fixture(_ name: String) -> FilePath {
  let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
  return FilePath("/\(folder)/Fixtures/\(name)")
}

/// SplitMix64: the same numbers on every machine.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
