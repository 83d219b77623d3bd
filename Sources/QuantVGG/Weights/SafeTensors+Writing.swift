internal import JSONText

extension SafeTensors {
  /// A tensor's entry in a header: its name, type and shape.
  package struct Entry: Sendable, Equatable {
    /// Name in the file.
    package let name: String
    /// Element type as the format writes it: U8, I8, I32, F32 ...
    package let type: String
    /// Dimensions, outermost first.
    package let shape: [Int]
    /// Bytes of the tensor.
    package let byteCount: Int

    /// An entry of one of the format's types, whose tensor is smaller than 2^63 bytes.
    package init(_ name: String, type: String, shape: [Int]) {
      guard let byteCount = SafeTensors.byteCount(type: type, shape: shape) else {
        preconditionFailure("no tensor of the format")
      }
      (self.name, self.type, self.shape, self.byteCount) = (name, type, shape, byteCount)
    }
  }

  /// The beginning of a file, which the tensors' bytes follow in the order of `entries`.
  ///
  /// - Parameters:
  ///   - entries: the tensors; no two of one name.
  ///   - metadata: what `__metadata__` says, in this order; no two of one key.
  ///   - alignment: the header ends with as many spaces as make the tensors begin at a multiple of it.
  /// - Returns: the header's length in 8 bytes, and the header.
  package static func header(
    _ entries: [Entry], metadata: [(key: String, value: String)], alignment: Int
  ) -> [UInt8] {
    var text = "{\"__metadata__\":{"
    text += metadata.map { "\(JSONText.quote($0.key)):\(JSONText.quote($0.value))" }
      .joined(separator: ",")
    text += "}"
    var offset = 0
    for entry in entries {
      let end = offset + entry.byteCount
      let shape = entry.shape.map { "\($0)" }.joined(separator: ",")
      text += ",\(JSONText.quote(entry.name)):{\"dtype\":\"\(entry.type)\",\"shape\":[\(shape)],"
      text += "\"data_offsets\":[\(offset),\(end)]}"
      offset = end
    }
    var bytes = Array((text + "}").utf8)
    while (bytes.count + 8) % alignment != 0 { bytes.append(UInt8(ascii: " ")) }
    return (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
  }
}
