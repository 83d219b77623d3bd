internal import QuantVGG

/// The sixteen convolutions of a container in canonical form, found by their names.
struct SourceLayers {
  /// How a container's tensors are meant.
  struct Meaning {
    let layout: TensorLayout
    /// The input that the network reads.
    let convention: InputConvention
    /// Whether `convention` holds for every file of this kind; otherwise it is a guess, and the filters
    /// decide where they are the original's.
    let isCertain: Bool
  }

  /// The layers, whose network takes RGB minus mean in 0...255.
  private(set) var layers: [Float32Convolution] = []
  /// Whether the tensors have torchvision's names.
  let hasTorchvisionNames: Bool
  /// What the filters are compared with the original's, if they are its.
  let original: OriginalFilters?
  /// What looks odd about the filters.
  let warnings: [String]

  /// Places of the convolutions in torchvision's `features`; rectifiers and poolings count too.
  private static let places = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]

  /// - Throws: `SourceError` where a layer is missing, of a wrong shape, or not finite.
  init(
    _ tensors: FloatTensors, meaning: Meaning, progress: (Double) -> Void
  ) throws(SourceError) {
    hasTorchvisionNames = tensors.contains("features.0.weight")
    guard hasTorchvisionNames || tensors.contains("conv1_1.weight") else {
      throw .unknownNames(example: tensors.example)
    }
    if let other = Self.otherNetwork(tensors, hasTorchvisionNames) { throw .otherNetwork(other) }
    for layer in VGG19.convolutions {
      let name = hasTorchvisionNames ? "features.\(Self.places[layer.index])" : layer.name
      layers.append(try tensors.convolution(name, as: layer, layout: meaning.layout))
      progress(Double(layer.index + 1) / Double(VGG19.convolutions.count))
    }
    let original = OriginalFilters(layers[0].weights)
    var convention = hasTorchvisionNames ? .torchvision : meaning.convention
    if !meaning.isCertain { convention = original?.convention ?? convention }
    warnings = FilterCheck.warnings(layers, original: original, convention: convention)
    layers[0] = convention.fold(layers[0])
    self.original = original
  }

  /// The name of a relative of VGG-19's, or nil.
  private static func otherNetwork(_ tensors: FloatTensors, _ isTorchvision: Bool) -> String? {
    guard isTorchvision else {
      return tensors.contains("conv3_3.weight") && !tensors.contains("conv3_4.weight")
        ? "VGG-16" : nil
    }
    if tensors.contains("features.1.weight") { return "a VGG with batch normalisation" }
    // VGG-16's fifth block begins at 24, after three convolutions in each of two blocks.
    return tensors.contains("features.17.weight") && tensors.contains("features.24.weight")
      ? "VGG-16" : nil
  }
}
