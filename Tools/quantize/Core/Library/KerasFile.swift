internal import QuantVGG

/// Keras' HDF5 files of VGG networks, with and without its top: weights alone or a whole model.
package enum KerasFile {
  /// Whether bytes begin like an HDF5 file.
  static func matches(_ bytes: FileSlice) -> Bool {
    bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])
  }

  /// The tensors, renamed to `conv1_1.weight` and on, and their order: TensorFlow's files have
  /// `[H][W][I][O]`, Theano's `[O][I][H][W]`.
  static func tensors(_ file: LibraryArrays) -> (tensors: FloatTensors, layout: TensorLayout) {
    var tensors: [String: LibraryArrays.Array] = [:]
    for path in file.arrays.keys.sorted() {
      guard let name = layerName(path), tensors[name] == nil else { continue }
      tensors[name] = file.arrays[path]
    }
    // The first layer is the same in all networks.
    let first = tensors["\(LayerName.conv1_1).weight"]?.shape
    let turned = NetworkTable.vgg19.convolutions.first.map(TensorLayout.turned.shape)
    return (
      .library(tensors.isEmpty ? file.arrays : tensors), first == turned ? .turned : .rows
    )
  }

  /// `conv1_2.weight` for `block1_conv2/block1_conv2_W_1:0` (Keras 1) and for
  /// `model_weights/block1_conv2/block1_conv2/kernel:0` (Keras 2), and so on; nil for other datasets.
  package static func layerName(_ path: String) -> String? {
    let parts = path.split(separator: "/")
    guard let leaf = parts.last, parts.first != "optimizer_weights" else { return nil }
    let isWeight = leaf.hasPrefix("kernel") || leaf.contains("_W")
    guard isWeight || leaf.hasPrefix("bias") || leaf.contains("_b") else { return nil }
    // VGG-19 has all names of the smaller networks.
    let layer = NetworkTable.vgg19.convolutions.map(\.name).first {
      parts.dropLast().contains("block\($0.block)_conv\($0.place)")
    }
    return layer.map { "\($0)" + (isWeight ? ".weight" : ".bias") }
  }
}
