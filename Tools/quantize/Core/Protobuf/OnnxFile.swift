internal import FileNames
internal import QuantVGG

/// The weights of an ONNX model's convolutions (onnx.proto: ModelProto, GraphProto, TensorProto).
///
/// Exporters name tensors as they like, but the graph's nodes are in the order of the data flow (the
/// format's specification asks for it): the n-th Conv node is the n-th layer.
struct OnnxFile {
  /// `conv1_1.weight`, `conv1_1.bias` and on, of the network whose convolutions have these shapes.
  private(set) var tensors: [String: ProtobufTensor] = [:]

  private static let graph = 7
  private var files: ExternalData

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
  /// - Parameters:
  ///   - bytes: the model.
  ///   - path: its path, beside which tensors may be.
  /// - Throws: `ProtobufError`; `SourceError.otherNetwork` where no network has such convolutions.
  init(_ bytes: FileSlice, path: FilePath) throws {
    files = ExternalData(of: path)
    var fields = ProtobufFields(bytes)
    var message: FileSlice?
    while let (number, value) = try fields.next() {
      if number == Self.graph { message = try ProtobufFields.message(value) }
    }
    guard let message else { throw SourceError.otherNetwork("a network of 0 convolutions") }
    let graph = try OnnxGraph(message)
    guard !graph.hasNormalisation else {
      throw SourceError.otherNetwork("a VGG with batch normalisation")
    }
    try read(graph, initializers: message)
  }

  /// The files beside the model that tensors have been read from.
  var dataFiles: [FilePath] { files.paths }

  /// GraphProto: initializer = 5.
  private mutating func read(_ graph: OnnxGraph, initializers: FileSlice) throws {
    // One tensor may be read by several layers, as one without numbers of its own.
    var wanted: [String: [String]] = [:]
    var found: [String: ProtobufTensor] = [:]
    for (index, inputs) in graph.convolutions.enumerated() {
      for (input, part) in zip(inputs.dropFirst(), [".weight", ".bias"]) {
        let (name, constant) = try graph.origin(of: input)
        wanted[name, default: []].append("\(index)\(part)")
        if let constant, found[name] == nil { found[name] = try tensor(constant, name: name) }
      }
    }
    var fields = ProtobufFields(initializers)
    while let (number, value) = try fields.next() {
      guard number == 5 else { continue }
      let message = try ProtobufFields.message(value)
      let name = try Self.name(of: message)
      if wanted[name] != nil, found[name] == nil { found[name] = try tensor(message, name: name) }
    }
    var places: [String: ProtobufTensor] = [:]
    for (name, layers) in wanted {
      for layer in layers { places[layer] = found[name] }
    }
    let network = try ConvolutionOrder.network(
      graph.convolutions.indices.map { index in
        places["\(index).weight"].flatMap {
          $0.shape.count == 4 ? ($0.shape[1], $0.shape[0]) : nil
        }
      })
    for (layer, index) in zip(network.convolutions, graph.convolutions.indices) {
      for part in [".weight", ".bias"] {
        tensors["\(layer.name)\(part)"] = places["\(index)\(part)"]
      }
    }
  }

  private static func name(of tensor: FileSlice) throws -> String {
    var fields = ProtobufFields(tensor)
    while let (number, value) = try fields.next() {
      if number == 8 { return try ProtobufFields.text(value) }
    }
    return ""
  }

  /// TensorProto: dims = 1, data_type = 2, float_data = 4, int32_data = 5 with the bits of small types, raw_data = 9,
  /// double_data = 10, external_data = 13, data_location = 14.
  private mutating func tensor(_ message: FileSlice, name: String) throws -> ProtobufTensor {
    var fields = ProtobufFields(message)
    var (shape, code, isExternal): ([Int], Int, Bool) = ([], 0, false)
    var (raw, entries): (FileSlice?, [FileSlice]) = (nil, [])
    while let (number, value) = try fields.next() {
      switch (number, value) {
      case (1, _): try ProtobufFields.append(value, to: &shape)
      case (2, .varint(let number)): code = try ProtobufFields.integer(number)
      case (9, .bytes(let bytes)): raw = bytes
      case (13, .bytes(let entry)) where entries.count < 16: entries.append(entry)
      case (14, .varint(let location)): isExternal = location != 0
      default: break
      }
    }
    guard let type = OnnxGraph.types[code], type.isFloatingPoint else {
      throw SourceError.notFloatingPoint(
        name, type: OnnxGraph.types[code]?.rawValue ?? "type \(code)")
    }
    let numbers: ProtobufTensor.Numbers
    if isExternal {
      numbers = .raw(try files.bytes(entries), type)
    } else if let raw {
      numbers = .raw(raw, type)
    } else {
      let field = type == .float32 ? 4 : type == .float64 ? 10 : 5
      numbers = .fields(try PackedNumbers(message, field: field, type: type))
    }
    return try ProtobufTensor(name: name, shape: shape, numbers: numbers)
  }
}
