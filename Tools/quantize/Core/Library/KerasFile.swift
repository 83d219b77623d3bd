internal import QuantVGG

/// Keras' HDF5 files of VGG networks, with and without its top: weights alone or a whole model, also in the zip
/// archive of Keras 3.
package enum KerasFile {
  /// The archive's member that has the weights (`x.keras`).
  static let member = "model.weights.h5"

  /// Whether bytes begin like an HDF5 file.
  static func matches(_ bytes: FileSlice) -> Bool {
    bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])
  }

  /// The tensors, renamed to `conv1_1.weight` and on, and their order: TensorFlow's files have
  /// `[H][W][I][O]`, Theano's `[O][I][H][W]`.
  ///
  /// - Throws: `SourceError`.
  static func tensors(
    _ file: LibraryArrays
  ) throws -> (tensors: FloatTensors, layout: TensorLayout) {
    var tensors: [String: LibraryArrays.Array] = [:]
    for path in file.arrays.keys.sorted() {
      guard let name = layerName(path), tensors[name] == nil else { continue }
      tensors[name] = file.arrays[path]
    }
    if tensors.isEmpty { tensors = try numbered(file.arrays) }
    // The first layer is the same in all networks.
    let first = tensors["\(LayerName.conv1_1).weight"]?.shape
    let turned = NetworkTable.vgg19.convolutions.first.map(TensorLayout.turned.shape)
    return (
      .library(tensors.isEmpty ? file.arrays : tensors), first == turned ? .turned : .rows
    )
  }

  /// `conv1_2.weight` for `block1_conv2/block1_conv2_W_1:0` (Keras 1), for
  /// `model_weights/block1_conv2/block1_conv2/kernel:0` (Keras 2) and for
  /// `_layer_checkpoint_dependencies/block1_conv2/vars/0` (Keras 2.13), and so on; nil for other datasets.
  package static func layerName(_ path: String) -> String? {
    let parts = path.split(separator: "/")
    guard let part = part(parts) else { return nil }
    // VGG-19 has all names of the smaller networks.
    let layer = NetworkTable.vgg19.convolutions.map(\.name).first {
      parts.dropLast().contains("block\($0.block)_conv\($0.place)")
    }
    return layer.map { "\($0).\(part)" }
  }

  /// `weight` or `bias`, as the last parts of a path tell; nil for other datasets and those of an optimizer.
  private static func part(_ parts: [Substring]) -> String? {
    guard let leaf = parts.last, parts.first != "optimizer_weights", parts.first != "optimizer"
    else { return nil }
    if parts.dropLast().last == "vars" {
      return leaf == "0" ? "weight" : leaf == "1" ? "bias" : nil
    }
    if leaf.hasPrefix("kernel") || leaf.contains("_W") { return "weight" }
    return leaf.hasPrefix("bias") || leaf.contains("_b") ? "bias" : nil
  }

  /// The layers of a file that numbers them: `layers/conv2d/vars/0`, `layers/conv2d_1/vars/0` and on (Keras 3), or
  /// `conv2d_1/conv2d_1/kernel:0` and on.
  private static func numbered(
    _ arrays: [String: LibraryArrays.Array]
  ) throws -> [String: LibraryArrays.Array] {
    var networks: [String: [Int: [String: LibraryArrays.Array]]] = [:]
    for (path, array) in arrays.sorted(by: { $0.key < $1.key }) {
      let parts = path.split(separator: "/")
      guard let part = part(parts),
        let (place, number) = parts.enumerated().lazy.compactMap({ place, name in
          Self.number(name).map { (place, $0) }
        }).first
      else { continue }
      networks[parts[..<place].joined(separator: "/"), default: [:]][number, default: [:]][part] =
        array
    }
    let long = networks.filter { $0.value.count >= SourceLayers.least(.vgg16) }
    guard long.count < 2 else { throw SourceError.severalNetworks(long.keys.sorted()) }
    guard let layers = (long.first ?? networks.min { $0.key < $1.key })?.value else { return [:] }
    let sorted = layers.sorted { $0.key < $1.key }.map(\.value)
    let shapes = sorted.map { $0["weight"]?.shape ?? [] }
    let isTurned = shapes.first?.last == 3
    let network = try ConvolutionOrder.network(
      shapes.map { shape in
        shape.count == 4 ? isTurned ? (shape[1], shape[0]) : (shape[2], shape[3]) : nil
      })
    var tensors: [String: LibraryArrays.Array] = [:]
    for (layer, parts) in zip(network.convolutions, sorted) {
      for (part, array) in parts { tensors["\(layer.name).\(part)"] = array }
    }
    return tensors
  }

  /// 0 for `conv2d`, 7 for `conv2d_7`; nil for another name.
  private static func number(_ name: Substring) -> Int? {
    if name == "conv2d" { return 0 }
    guard name.hasPrefix("conv2d_") else { return nil }
    return UInt32(name.dropFirst("conv2d_".count)).map(Int.init)
  }
}
