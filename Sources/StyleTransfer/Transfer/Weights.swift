public import FileNames
public import QuantVGG

/// The weights of a network: opened once, never changed, and used by any number of transfers, one
/// after another or at the same time.
///
/// Every transfer packs the layers that it needs into memory of its own; the file behind the weights
/// stays on disk.
public final class Weights: Sendable {
  /// The source of the numbers.
  private enum Source {
    case file(WeightFile)
    case float32([Float32Convolution])
    case int8([Pooling: [Int8Convolution]])
  }

  /// The name in messages: a file's path, or where else they come from.
  public let name: String
  /// The network that they are of.
  public let network: NetworkTable
  /// The arithmetic that they are for.
  public let precision: Precision
  private let source: Source

  /// Opens a file, checks its header, every tensor's name, type and shape, and the checksum of all, if it has one.
  ///
  /// - Throws: `TransferError.weights`.
  public convenience init(path: FilePath) throws(TransferError) {
    let name = path.description
    let file = try TransferError.from(name) { () throws(WeightError) in
      try WeightFile(path: path)
    }
    self.init(file, name: name)
  }

  /// The weights of an open file; `name` is what messages call it.
  package init(_ file: WeightFile, name: String) {
    self.name = name
    network = file.network
    precision = file.kind == .int8 ? .int8 : .float32
    source = .file(file)
  }

  private static let memoryName = "the network in memory"

  /// Float32 weights in memory.
  ///
  /// - Parameters:
  ///   - convolutions: conv1_1 and on, at least up to the deepest layer that is used.
  ///   - network: the network that they are of.
  public init(_ convolutions: [Float32Convolution], of network: NetworkTable) {
    name = Self.memoryName
    self.network = network
    precision = .float32
    source = .float32(convolutions)
  }

  /// Int8 weights in memory.
  ///
  /// - Parameters:
  ///   - convolutions: by the pooling that biases and scales are for, conv1_1 and on, at least up to
  ///     the deepest layer that is used.
  ///   - network: the network that they are of.
  public init(_ convolutions: [Pooling: [Int8Convolution]], of network: NetworkTable) {
    name = Self.memoryName
    self.network = network
    precision = .int8
    source = .int8(convolutions)
  }

  /// The place of a layer that the weights have.
  func place(of layer: LayerName) throws(TransferError) -> Int {
    let count =
      switch source {
      case .file(let file): file.layerCount
      case .float32(let convolutions): convolutions.count
      case .int8(let convolutions): convolutions.values.map { $0.count }.min() ?? 0
      }
    return try TransferError.from(name) { () throws(WeightError) in
      try network.place(of: layer, among: count)
    }
  }

  func float32(layer: Int) throws(TransferError) -> Float32Convolution {
    try TransferError.from(name) { () throws(WeightError) in
      switch source {
      case .file(let file): return try file.float32(layer: layer)
      case .float32(let convolutions): return convolutions[layer]
      case .int8: throw .wrongKind(found: "int8", expected: "float32")
      }
    }
  }

  func int8(layer: Int, pooling: Pooling) throws(TransferError) -> Int8Convolution {
    try TransferError.from(name) { () throws(WeightError) in
      switch source {
      case .file(let file): return try file.int8(layer: layer, pooling: pooling)
      case .float32: throw .wrongKind(found: "float32", expected: "int8")
      case .int8(let convolutions):
        guard let layers = convolutions[pooling] else {
          throw .wrongKind(found: "other pooling's", expected: pooling.rawValue)
        }
        return layers[layer]
      }
    }
  }

  /// Gives the memory of a file's pages back; they are read again where they are needed.
  func dropPages() {
    if case .file(let file) = source { file.dropPages() }
  }

  /// Adds some layers.
  func add(to fingerprint: inout Fingerprint, layers: ClosedRange<LayerName>) {
    switch source {
    case .file(let file):
      // A file may have more layers than are in use, and in any order.
      for layer in network.convolutions where layers.contains(layer.name) {
        let prefix = layer.name.description + "."
        for tensor in file.tensors.tensors where tensor.name.hasPrefix(prefix) {
          tensor.bytes.withBytes { fingerprint.add(tensor.name, $0) { file.dropPages() } }
        }
      }
    case .float32(let convolutions):
      for (layer, convolution) in zip(network.convolutions, convolutions)
      where layers.contains(layer.name) {
        fingerprint.add(numbers: convolution.weights)
        fingerprint.add(numbers: convolution.bias)
      }
    case .int8(let convolutions):
      for pooling in Pooling.allCases {
        for (layer, convolution) in zip(network.convolutions, convolutions[pooling] ?? [])
        where layers.contains(layer.name) {
          fingerprint.add(numbers: convolution.weights)
          fingerprint.add(numbers: convolution.weightScale)
          fingerprint.add(numbers: convolution.bias)
          fingerprint.add(numbers: [convolution.outputScale])
          fingerprint.add(numbers: convolution.channelScale)
        }
      }
    }
  }
}
