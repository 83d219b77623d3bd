public import FileOutput

/// A tensor to be written.
public struct OutputTensor {
  /// Name in the file.
  public let name: String
  /// Element type as safetensors writes it.
  public let type: String
  /// Dimensions, outermost first.
  public let shape: [Int]
  /// Row-major, little endian.
  public let bytes: [UInt8]

  /// A tensor of any trivial element type, for example Float as "F32".
  public init<Element: BitwiseCopyable>(
    _ name: String, type: String, shape: [Int], values: [Element]
  ) {
    precondition(values.count == shape.reduce(1, *))
    self.name = name
    self.type = type
    self.shape = shape
    bytes = values.withUnsafeBytes { Array($0) }
  }

  /// A tensor whose bytes are at hand.
  init(_ name: String, type: String, shape: [Int], bytes: [UInt8]) {
    self.name = name
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }
}

/// Writes safetensors files whose bytes are a function of their content alone.
///
/// Tensors whose size is a multiple of 64 bytes come first, larger before smaller, and the header
/// is padded with spaces, so that these and the first of the others start at a multiple of 64.
public enum SafeTensorsWriter {
  /// Writes a file under its name when it is complete.
  ///
  /// - Throws: `FileOutputError`.
  public static func write(
    _ tensors: [OutputTensor], metadata: [(key: String, value: String)], to path: String
  ) throws(FileOutputError) {
    precondition(Set(tensors.map { $0.name }).count == tensors.count, "a tensor's name is taken")
    // The order given decides between equals: `sorted` does not promise to be stable.
    let sorted = tensors.enumerated().sorted { a, b in
      let (first, second) = (a.element.bytes.count, b.element.bytes.count)
      return (first % 64 == 0 ? 0 : 1, -first, a.offset)
        < (second % 64 == 0 ? 0 : 1, -second, b.offset)
    }.map { $0.element }
    let file = try AtomicFile(path: path)
    let header = Self.header(sorted, metadata: metadata)
    let length: [UInt64] = [UInt64(header.count).littleEndian]
    try file.write(length.span.bytes)
    try file.write(header.span.bytes)
    for tensor in sorted { try file.write(tensor.bytes.span.bytes) }
    try file.commit()
  }

  private static func header(
    _ tensors: [OutputTensor], metadata: [(key: String, value: String)]
  ) -> [UInt8] {
    var text = "{\"__metadata__\":{"
    text += metadata.map { quote($0.key) + ":" + quote($0.value) }.joined(separator: ",")
    text += "}"
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.bytes.count
      let shape = tensor.shape.map { "\($0)" }.joined(separator: ",")
      text += ",\(quote(tensor.name)):{\"dtype\":\"\(tensor.type)\",\"shape\":[\(shape)],"
      text += "\"data_offsets\":[\(offset),\(end)]}"
      offset = end
    }
    text += "}"
    var bytes = Array(text.utf8)
    while (bytes.count + 8) % 64 != 0 { bytes.append(UInt8(ascii: " ")) }
    return bytes
  }

  private static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
