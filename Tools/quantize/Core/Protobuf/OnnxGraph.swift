internal import QuantVGG

/// The convolutions of an ONNX graph and where their inputs come from (onnx.proto: GraphProto, NodeProto).
///
/// A weight is an initializer or a constant node, or either behind nodes that change no number.
struct OnnxGraph {
  /// The inputs of the convolutions in the order of the data flow: the image, weights, bias.
  private(set) var convolutions: [[String]] = []
  /// Whether activations are normalised between them.
  private(set) var hasNormalisation = false
  /// What nodes make of what: by the name of their result.
  private var results: [String: Result] = [:]

  private enum Result {
    /// The same numbers.
    case same(as: String)
    /// Those of a message: TensorProto.
    case constant(FileSlice)
    /// Others.
    case computed(by: String)
  }

  /// Most convolutions, and most nodes, that are looked at; a VGG-19 has about fifty.
  private static let mostConvolutions = 64
  private static let mostNodes = 10_000
  /// Types of numbers by their code (TensorProto.DataType).
  static let types: [Int: NumberType] = [
    1: .float32, 2: .uint8, 3: .int8, 4: .uint16, 5: .int16, 6: .int32, 7: .int64, 9: .bool,
    10: .float16, 11: .float64, 12: .uint32, 13: .uint64, 14: .complex64, 15: .complex128,
    16: .bfloat16, 17: .float8E4M3, 19: .float8E5M2,
  ]

  /// GraphProto: node = 1.
  ///
  /// - Throws: `ProtobufError`.
  init(_ graph: FileSlice) throws {
    var fields = ProtobufFields(graph)
    var nodes = 0
    while let (number, value) = try fields.next() {
      guard number == 1 else { continue }
      nodes += 1
      guard nodes <= Self.mostNodes else { throw ProtobufError.malformed }
      try read(node: try ProtobufFields.message(value))
    }
  }

  /// The initializer that a name stands for, or the constant's message.
  ///
  /// - Throws: `ProtobufError.computed`.
  func origin(of name: String) throws -> (initializer: String, constant: FileSlice?) {
    var found = name
    for _ in 0..<64 {
      switch results[found] {
      case .same(let other): found = other
      case .constant(let message): return (found, message)
      case .computed(let node): throw ProtobufError.computed(name, by: node)
      case nil: return (found, nil)
      }
    }
    throw ProtobufError.malformed
  }

  /// NodeProto: input = 1, output = 2, op_type = 4, attribute = 5.
  private mutating func read(node: FileSlice) throws {
    var fields = ProtobufFields(node)
    var (inputs, output, type): ([String], String?, String) = ([], nil, "")
    var attributes: [FileSlice] = []
    while let (number, value) = try fields.next() {
      switch number {
      case 1 where inputs.count < 3: inputs.append(try ProtobufFields.text(value))
      case 2 where output == nil: output = try ProtobufFields.text(value)
      case 4: type = try ProtobufFields.text(value)
      case 5 where attributes.count < 16: attributes.append(try ProtobufFields.message(value))
      default: break
      }
    }
    switch type {
    case "Conv":
      if convolutions.count < Self.mostConvolutions { convolutions.append(inputs) }
    case "BatchNormalization": hasNormalisation = true
    case "Identity", "Dropout":
      if let output, let input = inputs.first { results[output] = .same(as: input) }
    case "Cast":
      // Of fewer bits other numbers would come.
      let to = try attributes.compactMap { try Self.attribute($0, "to") }.first?.integer
      let keeps = to.flatMap { Self.types[$0] }.map { $0 == .float32 || $0 == .float64 } ?? false
      if let output, let input = inputs.first {
        results[output] = keeps ? .same(as: input) : .computed(by: "a Cast to fewer bits")
      }
    case "Constant":
      let tensor = try attributes.compactMap { try Self.attribute($0, "value") }.first?.tensor
      if let output {
        results[output] = tensor.map { .constant($0) } ?? .computed(by: "another Constant")
      }
    default: if let output { results[output] = .computed(by: "the node \(type)") }
    }
  }

  /// AttributeProto: name = 1, i = 3, t = 5; nil for another name.
  private static func attribute(
    _ message: FileSlice, _ wanted: String
  ) throws -> (integer: Int?, tensor: FileSlice?)? {
    var fields = ProtobufFields(message)
    var (name, integer, tensor): (String, Int?, FileSlice?) = ("", nil, nil)
    while let (number, value) = try fields.next() {
      switch (number, value) {
      case (1, _): name = try ProtobufFields.text(value)
      case (3, .varint(let number)): integer = Int(truncatingIfNeeded: number)
      case (5, .bytes(let bytes)): tensor = bytes
      default: break
      }
    }
    return name == wanted ? (integer, tensor) : nil
  }
}
