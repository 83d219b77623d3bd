internal import QuantVGG

/// Floating-point tensors by name, from any container.
enum FloatTensors {
  case safetensors([String: SafeTensors.Tensor])
  case torch(TorchFile)
  case protobuf([String: ProtobufTensor])
  case library([String: LibraryArrays.Array])

  /// A name for messages; any of them.
  var example: String { names.first ?? "none" }

  /// The names of all tensors, sorted.
  var names: [String] {
    switch self {
    case .safetensors(let tensors): tensors.keys.sorted()
    case .torch(let file): file.names
    case .protobuf(let tensors): tensors.keys.sorted()
    case .library(let arrays): arrays.keys.sorted()
    }
  }

  func contains(_ name: String) -> Bool { shape(name) != nil }

  /// A tensor's dimensions as the file states them, or nil when there is none of this name.
  func shape(_ name: String) -> [Int]? {
    switch self {
    case .safetensors(let tensors): tensors[name]?.shape
    case .torch(let file): file.shape(name)
    case .protobuf(let tensors): tensors[name]?.shape
    case .library(let arrays): arrays[name]?.shape
    }
  }

  /// Whether two names stand for one tensor, or for none.
  func isSame(_ name: String, _ other: String) -> Bool {
    if case .torch(let file) = self { return file.isSame(name, other) }
    return shape(name) == nil && shape(other) == nil
  }

  /// A convolution under `name.weight` and `name.bias`, with the shape of a network's layer and finite values.
  ///
  /// - Throws: `SourceError`, or the container's error.
  func convolution(
    _ name: String, as layer: NetworkTable.Convolution, of network: NetworkTable,
    layout: TensorLayout
  ) throws -> Float32Convolution {
    guard let found = shape(name + ".weight"), let biases = shape(name + ".bias") else {
      throw SourceError.missingLayer(layer.name, of: network)
    }
    // Shapes are compared before anything of their size is copied.
    let expected = layout.shape(layer)
    guard found == expected else {
      throw SourceError.wrongShape(
        layer.name, isBias: false, found: found, expected: expected, of: network)
    }
    // Caffe and MATLAB write a list as an array of more dimensions, all others of which are 1.
    guard biases.filter({ $0 != 1 }) == [layer.outputChannels] else {
      throw SourceError.wrongShape(
        layer.name, isBias: true, found: biases, expected: [layer.outputChannels], of: network)
    }
    guard let weights = try values(name + ".weight"), let bias = try values(name + ".bias"),
      weights.allSatisfy({ $0.isFinite }), bias.allSatisfy({ $0.isFinite })
    else { throw SourceError.badValue(layer.name) }
    return Float32Convolution(weights: layout.canonical(weights, of: layer), bias: bias)
  }

  /// A tensor's elements, in a type that Float32 holds or is nearest to; nil where they have not been read.
  private func values(_ name: String) throws -> [Float]? {
    switch self {
    case .safetensors(let tensors): return try tensors[name].map(Self.values)
    case .torch(let file): return try file.floats(name)
    case .protobuf(let tensors): return try tensors[name]?.values()
    case .library(let arrays): return try arrays[name]?.read()
    }
  }

  private static func values(of tensor: SafeTensors.Tensor) throws -> [Float] {
    guard let type = types[tensor.type] else {
      throw SourceError.notFloatingPoint(tensor.name, type: tensor.type)
    }
    return tensor.bytes.floats(type)
  }

  /// Types of the safetensors format; integers have no scale.
  private static let types: [String: NumberType] = [
    "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64,
    "F8_E4M3": .float8E4M3, "F8_E5M2": .float8E5M2,
  ]
}
