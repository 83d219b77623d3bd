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
}

/// Writes safetensors files whose bytes are a function of their content alone.
///
/// Larger tensors come first and the header is padded with spaces to a multiple of 64 bytes, so that
/// every tensor whose size is a multiple of 64 starts at one.
public enum SafeTensorsWriter {
  /// Writes a file under its name when it is complete.
  ///
  /// - Throws: `FileOutputError`.
  public static func write(
    _ tensors: [OutputTensor], metadata: [(key: String, value: String)], to path: String
  ) throws(FileOutputError) {
    let sorted = tensors.enumerated().sorted {
      ($1.element.bytes.count, $0.offset) < ($0.element.bytes.count, $1.offset)
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
