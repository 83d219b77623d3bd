package import QuantVGG

extension WeightFile {
  /// The tensors of conv1_1 up to layer `deepest`, as they are in the file.
  ///
  /// - Throws: `WeightError.otherNetwork` where the network lacks the layer, `.missingLayer` where the file ends
  ///   before it.
  package func outputTensors(through deepest: LayerName) throws -> [OutputTensor] {
    let last = try network.place(of: deepest, among: layerCount)
    return try network.convolutions[...last].flatMap { layer in
      try Self.parts(kind, layer, version: version).map { part in
        OutputTensor(part, bytes: try tensors.tensor(part.name).bytes.values(UInt8.self))
      }
    }
  }
}
