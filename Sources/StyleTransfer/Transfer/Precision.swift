internal import QuantVGG
internal import Rows

/// The arithmetic of a network.
public enum Precision: String, CaseIterable, Sendable {
  /// Fixed point, `Int8Arithmetic`.
  case int8
  /// Single precision, `Float32Arithmetic`.
  case float32
}

/// A piece of work with an arithmetic, whichever it is.
protocol ArithmeticVisitor {
  associatedtype Result

  /// Does it.
  func visit<Numbers: WeightedArithmetic>(_ numbers: Numbers.Type) throws(TransferError) -> Result
}

extension Precision {
  /// Lets a visitor do its work with this arithmetic.
  func accept<Visitor: ArithmeticVisitor>(
    _ visitor: Visitor
  ) throws(TransferError) -> Visitor.Result {
    switch self {
    case .int8: try visitor.visit(Int8Arithmetic.self)
    case .float32: try visitor.visit(Float32Arithmetic.self)
    }
  }
}

/// The way in which weights are packed for a transfer.
struct PackingOptions {
  /// The network, in which the layers that compute in single precision are marked.
  let network: NetworkTable
  /// The float32 weights of these layers.
  let reference: Weights?
  /// The last layer that is packed.
  let deepest: LayerName
  let pooling: Pooling
  let instructionSet: InstructionSet
  /// The copies that are kept, where the arithmetic has a choice.
  let copies: WeightCopies
  /// Whether the engine's rows are the picture's columns.
  let isTransposed: Bool
}

/// An arithmetic that packs the weights of its own kind.
protocol WeightedArithmetic: LossArithmetic {
  /// Packs weights of this arithmetic.
  static func pack(_ weights: Weights, _ options: PackingOptions) throws(TransferError) -> Self
}

extension Int8Arithmetic: WeightedArithmetic {
  static func pack(
    _ weights: Weights, _ options: PackingOptions
  ) throws(TransferError) -> Int8Arithmetic {
    var layers = Int8Layers(
      options.network, kernels: KernelTable(options.instructionSet), copies: options.copies)
    for layer in 0...(try weights.place(of: options.deepest)) {
      var convolution = try weights.int8(layer: layer, pooling: options.pooling)
      if options.isTransposed { convolution.transpose() }
      var float32: Float32Convolution?
      if options.network.convolutions[layer].isFloat32 {
        guard let reference = options.reference else { throw .noWeights(.float32) }
        float32 = try reference.float32(layer: layer)
        if options.isTransposed { float32?.transpose() }
        reference.dropPages()
      }
      try TransferError.from { () throws(MemoryError) in
        try layers.append(convolution, float32: float32)
      }
      weights.dropPages()
    }
    return Int8Arithmetic(layers, pooling: options.pooling)
  }
}

extension Float32Arithmetic: WeightedArithmetic {
  static func pack(
    _ weights: Weights, _ options: PackingOptions
  ) throws(TransferError) -> Float32Arithmetic {
    var layers = Float32Layers(weights.network, kernels: KernelTable(options.instructionSet))
    for layer in 0...(try weights.place(of: options.deepest)) {
      var convolution = try weights.float32(layer: layer)
      if options.isTransposed { convolution.transpose() }
      try TransferError.from { () throws(MemoryError) in try layers.append(convolution) }
      weights.dropPages()
    }
    return Float32Arithmetic(layers, pooling: options.pooling)
  }
}
