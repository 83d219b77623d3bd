public import QuantVGG

extension SourceWeights {
  /// The tensors of a file in the same kind: codebook, or float32.
  public var tensors: [OutputTensor] {
    switch self {
    case .float32(let layers): Self.tensors(layers)
    case .codebook(let layers):
      zip(VGG19.convolutions, layers).flatMap { layer, source in
        [
          OutputTensor(
            layer.name + ".weight_index", type: "U8",
            shape: [layer.outputChannels, layer.inputChannels, 3, 3], values: source.index),
          OutputTensor(
            layer.name + ".weight_table", type: "F32", shape: [256], values: source.table),
          OutputTensor(
            layer.name + ".bias", type: "F32", shape: [layer.outputChannels],
            values: source.bias),
        ]
      }
    }
  }

  /// The tensors of a float32 file.
  public static func tensors(_ layers: [Float32Convolution]) -> [OutputTensor] {
    zip(VGG19.convolutions, layers).flatMap { layer, source in
      [
        OutputTensor(
          layer.name + ".weight", type: "F32",
          shape: [layer.outputChannels, layer.inputChannels, 3, 3], values: source.weights),
        OutputTensor(
          layer.name + ".bias", type: "F32", shape: [layer.outputChannels], values: source.bias),
      ]
    }
  }
}
