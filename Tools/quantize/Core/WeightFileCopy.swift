public import QuantVGG

extension WeightFile {
  /// The tensors of conv1_1 up to layer `deepest`, as they are in the file.
  ///
  /// - Throws: `WeightError.missingLayer` where the file ends before that layer.
  public func outputTensors(through deepest: Int) throws(WeightError) -> [OutputTensor] {
    guard deepest < layerCount else {
      throw .missingLayer(name: VGG19.convolutions[deepest].name)
    }
    var copies: [OutputTensor] = []
    for layer in VGG19.convolutions[...deepest] {
      for part in Self.parts(kind, layer, version: version) {
        let tensor = try tensors.tensor(part.name)
        copies.append(
          OutputTensor(
            part.name, type: part.type, shape: part.shape, bytes: Array(tensor.bytes)))
      }
    }
    return copies
  }
}
