internal import QuantVGG

/// The convolutions of an ONNX model (onnx.proto): ModelProto, GraphProto, NodeProto, TensorProto.
///
/// Exporters name tensors as they like, but the graph's nodes are in the order of the data flow (the
/// format's specification asks for it): the n-th Conv node is the n-th layer.
struct OnnxFile {
  /// `conv1_1.weight`, `conv1_1.bias` and on, of the network that has as many convolutions.
  private(set) var tensors: [String: ProtobufTensor] = [:]

  private static let graph = 7
  /// Convolutions of the deepest network.
  private static let most = NetworkTable.all.map(\.convolutions.count).max() ?? 0

  /// Whether the first fields of a message are those of a ModelProto: ir_version, then others up to the graph.
  static func matches(_ bytes: FileSlice) -> Bool {
    var fields = ProtobufFields(bytes)
    do {
      guard let (number, value) = try fields.next(), number == 1, case .varint(1...100) = value
      else { return false }
      while let (number, _) = try fields.next() {
        guard (2...30).contains(number) else { return false }
        if number == graph { return true }
      }
      return false
    } catch {
      return error as? ProtobufError == .truncated
    }
  }

  /// Finds the tensors that the convolutions read.
  ///
  /// - Throws: `ProtobufError`; `SourceError.otherNetwork` where no network has as many convolutions.
  init(_ bytes: FileSlice) throws {
    var fields = ProtobufFields(bytes)
    var graph: FileSlice?
    while let (number, value) = try fields.next() {
      if number == Self.graph { graph = try ProtobufFields.message(value) }
    }
    guard let graph else { throw Self.otherNetwork(0) }
    try read(graph: graph)
  }

  private static func otherNetwork(_ convolutions: Int) -> SourceError {
    .otherNetwork("a network of \(convolutions) convolutions")
  }

  /// GraphProto: node = 1, initializer = 5.
  private mutating func read(graph: FileSlice) throws {
    var fields = ProtobufFields(graph)
    var convolutions: [[String]] = []
    var count = 0
    while let (number, value) = try fields.next() {
      guard number == 1, let inputs = try Self.inputs(try ProtobufFields.message(value)) else {
        continue
      }
      count += 1
      if count <= Self.most { convolutions.append(inputs) }
    }
    guard let network = NetworkTable.all.first(where: { $0.convolutions.count == count }) else {
      throw Self.otherNetwork(count)
    }
    let wanted = Self.names(convolutions, in: network)
    fields = ProtobufFields(graph)
    while let (number, value) = try fields.next() {
      guard number == 5 else { continue }
      try readTensor(try ProtobufFields.message(value), wanted: wanted)
    }
  }

  /// The layers' names of the tensors that a network's convolutions read.
  private static func names(
    _ convolutions: [[String]], in network: NetworkTable
  ) -> [String: String] {
    var names: [String: String] = [:]
    for (layer, inputs) in zip(network.convolutions, convolutions) {
      if inputs.count > 1 { names[inputs[1]] = "\(layer.name).weight" }
      if inputs.count > 2 { names[inputs[2]] = "\(layer.name).bias" }
    }
    return names
  }

  /// The inputs of a Conv node, or nil for another; NodeProto: input = 1, op_type = 4.
  private static func inputs(_ node: FileSlice) throws -> [String]? {
    var fields = ProtobufFields(node)
    var inputs: [String] = []
    var isConvolution = false
    while let (number, value) = try fields.next() {
      switch number {
      case 1 where inputs.count < 3: inputs.append(try ProtobufFields.text(value))
      case 4: isConvolution = try ProtobufFields.text(value) == "Conv"
      default: break
      }
    }
    return isConvolution ? inputs : nil
  }

  /// TensorProto: dims = 1, data_type = 2, float_data = 4, name = 8, raw_data = 9, double_data = 10,
  /// data_location = 14; data types: FLOAT = 1, DOUBLE = 11.
  private mutating func readTensor(_ message: FileSlice, wanted: [String: String]) throws {
    var fields = ProtobufFields(message)
    var (shape, type, isExternal): ([Int], Int, Bool) = ([], 0, false)
    var (name, raw): (String, FileSlice?) = ("", nil)
    while let (number, value) = try fields.next() {
      switch (number, value) {
      case (1, _): try ProtobufFields.append(value, to: &shape)
      case (2, .varint(let code)): type = try ProtobufFields.integer(code)
      case (8, _): name = try ProtobufFields.text(value)
      case (9, .bytes(let bytes)): raw = bytes
      case (14, .varint(let location)): isExternal = location != 0
      default: break
      }
    }
    guard let layer = wanted[name] else { return }
    guard !isExternal else { throw ProtobufError.external(name) }
    guard type == 1 || type == 11 else { throw ProtobufError.wrongType(name) }
    let element = type == 1 ? PackedNumbers.Element.single : .double
    let numbers: ProtobufTensor.Numbers
    if let raw {
      numbers = .raw(raw, element)
    } else {
      numbers = .fields(
        try PackedNumbers(message, field: type == 1 ? 4 : 10, element: element))
    }
    tensors[layer] = try ProtobufTensor(name: name, shape: shape, numbers: numbers)
  }
}
