import FileNames
import FileOutput
import QuantVGG

/// A safetensors file of the tests.
struct StoredTensors {
  private(set) var entries: [SafeTensors.Entry] = []
  private var bytes: [UInt8] = []
  var metadata: [(key: String, value: String)] = []

  mutating func add<Number: BitwiseCopyable>(
    _ name: String, type: String, shape: [Int], _ numbers: [Number]
  ) {
    entries.append(SafeTensors.Entry(name, type: type, shape: shape))
    numbers.withUnsafeBytes { bytes += $0 }
  }

  func write(to path: FilePath) throws {
    let file = try AtomicFile(path: path)
    try file.write(SafeTensors.header(entries, metadata: metadata, alignment: 8) + bytes)
    try file.commit()
  }
}
