import QuantVGG
import QuantizeCore

/// Pickles of tensors, written instruction by instruction.
enum TorchBytes {
  /// Calls `body` with the file that the bytes make.
  static func open<Result>(
    _ bytes: [UInt8], _ body: (TorchFile) throws -> Result
  ) throws -> Result {
    try bytes.withUnsafeBytes {
      try body(try TorchFile(FileSlice(MappedFile(ofExecutable: $0))))
    }
  }

  /// A legacy file whose dictionary comes from these instructions; `keys` are the storages' names and what
  /// follows them.
  static func legacy(_ root: [UInt8], keys: [UInt8]) -> [UInt8] {
    [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
      + [0x80, 2, 0x4d, 0xe9, 3, 0x2e, 0x80, 2, 0x7d, 0x2e] + root + keys
  }

  /// Pushes a text.
  static func text(_ value: String) -> [UInt8] { [0x8c, UInt8(value.utf8.count)] + value.utf8 }

  /// Pushes a tensor over `count` elements of a storage of Float32.
  static func tensor(
    key: String, of count: Int, offset: Int, size: [Int], stride: [Int]
  ) -> [UInt8] {
    let storage =
      [0x28] + text("storage") + Array("ctorch\nFloatStorage\n".utf8) + text(key) + text("cpu")
      + integer(count) + [0x74, 0x51]
    return Array("ctorch._utils\n_rebuild_tensor_v2\n(".utf8) + storage + integer(offset)
      + tuple(size) + tuple(stride) + [0x89] + Array("ccollections\nOrderedDict\n)RtR".utf8)
  }

  /// A legacy file of tensors, each with a storage of its own, and under a second name where `alias` begins it.
  static func file(
    _ tensors: [(name: String, shape: [Int], values: [Float])], alias: String? = nil
  ) -> [UInt8] {
    var (root, keys, data): ([UInt8], [UInt8], [UInt8]) = ([0x7d, 0x28], [0x5d, 0x28], [])
    for (name, shape, values) in tensors {
      let stride = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
      let tensor = tensor(key: name, of: values.count, offset: 0, size: shape, stride: stride)
      root += text(name) + tensor
      if let alias { root += text(alias + name) + tensor }
      keys += text(name)
      data += withUnsafeBytes(of: Int64(values.count)) { Array($0) }
      data += values.withUnsafeBytes { Array($0) }
    }
    return legacy(root + [0x75, 0x2e], keys: keys + [0x65, 0x2e] + data)
  }

  private static func integer(_ value: Int) -> [UInt8] {
    [0x4a] + withUnsafeBytes(of: Int32(value).littleEndian) { Array($0) }
  }

  private static func tuple(_ values: [Int]) -> [UInt8] {
    [0x28] + values.flatMap(integer) + [0x74]
  }
}
