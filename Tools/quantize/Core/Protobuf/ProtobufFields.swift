package import QuantVGG

/// The fields of one protocol buffer message, read in place (protobuf.dev, "Encoding").
///
/// Caffe and ONNX files keep 575 MB of weights, most of them in fully connected layers that nobody
/// asks for. Messages made by a protobuf library would all be in memory at once; here a field is a
/// slice of the mapped file, and what is not looked at is never loaded.
struct ProtobufFields {
  /// A field's value as the wire has it.
  enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(FileSlice)
  }

  private let bytes: FileSlice
  private(set) var position = 0

  init(_ bytes: FileSlice) {
    self.bytes = bytes
  }

  /// The next field, or nil at the end of the message.
  mutating func next() throws -> (number: Int, value: Value)? {
    guard position < bytes.count else { return nil }
    let key = try varint()
    guard key >> 3 > 0, key >> 3 <= 0x1fff_ffff else { throw ProtobufError.malformed }
    let number = Int(key >> 3)
    switch key & 7 {
    case 0: return (number, .varint(try varint()))
    case 1: return (number, .fixed64(try take(8).load(UInt64.self, at: 0)))
    case 2:
      let count = try varint()
      guard count <= UInt64(bytes.count - position) else { throw ProtobufError.truncated }
      return (number, .bytes(try take(Int(count))))
    case 5: return (number, .fixed32(try take(4).load(UInt32.self, at: 0)))
    default: throw ProtobufError.malformed
    }
  }

  /// The numbers of a field that holds integers, packed or one by one.
  static func append(_ value: Value, to list: inout [Int]) throws {
    switch value {
    case .varint(let number): list.append(try integer(number))
    case .bytes(let packed):
      var fields = ProtobufFields(packed)
      while fields.position < packed.count { list.append(try integer(try fields.varint())) }
    default: throw ProtobufError.malformed
    }
    // No tensor has as many dimensions; a hostile list ends here.
    guard list.count <= 16 else { throw ProtobufError.malformed }
  }

  static func text(_ value: Value) throws -> String {
    guard case .bytes(let bytes) = value, bytes.count <= 4096,
      let text = String(validating: bytes, as: UTF8.self)
    else { throw ProtobufError.malformed }
    return text
  }

  static func message(_ value: Value) throws -> FileSlice {
    guard case .bytes(let bytes) = value else { throw ProtobufError.malformed }
    return bytes
  }

  /// A non-negative integer of at most 2^48, so that sums and small products do not overflow.
  static func integer(_ number: UInt64) throws -> Int {
    guard number <= 1 << 48 else { throw ProtobufError.malformed }
    return Int(number)
  }

  /// An integer of up to 64 bits.
  mutating func varint() throws -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < bytes.count else { throw ProtobufError.truncated }
      let byte = bytes[position]
      position += 1
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
    }
    throw ProtobufError.malformed
  }

  private mutating func take(_ count: Int) throws -> FileSlice {
    guard count <= bytes.count - position else { throw ProtobufError.truncated }
    defer { position += count }
    return bytes.part(position..<position + count)
  }
}

/// The reason why a Caffe or ONNX file is not read.
package enum ProtobufError: Error, Equatable, CustomStringConvertible {
  /// A length in the file is larger than what follows.
  case truncated
  /// The bytes are no messages.
  case malformed
  /// A tensor's shape and its data contradict each other.
  case badTensor(String)
  /// The numbers are in another file, which is not in the model's folder.
  case outside(String)
  /// The numbers are in another file, which cannot be read or is too short.
  case external(String, WeightError)
  /// A tensor is the result of another kind of node than is followed.
  case computed(String, by: String)

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  package var description: String {
    switch self {
    case .truncated: "is cut off; download it again"
    case .malformed: "is no Caffe or ONNX model, or damaged; download it again"
    case .badTensor(let name): "describes the tensor \(name) wrongly; download it again"
    case .outside(let location):
      "keeps its numbers in \(location), which is not in its own folder; "
        + "save the model with all data in one file"
    case .external(let location, let error):
      "keeps its numbers in \(location) beside it, which \(error)"
    case .computed(let name, let node):
      "has \(name) as the result of \(node); export the model with constants folded"
    }
  }
}
