/// The size of every layer's output for one image.
package struct NetworkShape: Sendable {
  /// One convolution's output.
  package struct Layer: Sendable {
    /// The entry of the layer table.
    package let convolution: NetworkTable.Convolution
    /// Columns of the output, which are those of the convolution's input.
    package let width: Int
    /// Rows of the output.
    package let height: Int

    /// Channels of the output.
    package var channels: Int { convolution.outputChannels }
    /// Spatial positions, the M of a Gram matrix.
    package var positions: Int { width * height }
    /// Values of the output: nH * nW * nC of the article's losses.
    package var values: Int { positions * channels }
  }

  /// Columns of the image.
  package let width: Int
  /// Rows of the image.
  package let height: Int
  /// conv1_1 and on.
  package let layers: [Layer]
  /// The last of the layers.
  package let deepest: LayerName

  /// The shape of the layers up to `deepest` for an image.
  ///
  /// Odd sizes are rounded down by pooling. Both sides must be at least `deepest.smallestSide`.
  package init(_ network: NetworkTable, width: Int, height: Int, deepest: LayerName) {
    precondition(min(width, height) >= deepest.smallestSide)
    self.deepest = deepest
    self.width = width
    self.height = height
    var layers: [Layer] = []
    var (w, h) = (width, height)
    for convolution in network.convolutions[...network.place(of: deepest)] {
      if convolution.followsPool { (w, h) = (w / 2, h / 2) }
      layers.append(Layer(convolution: convolution, width: w, height: h))
    }
    self.layers = layers
  }

  /// The place of a layer in `layers`, which has it.
  package func place(of layer: LayerName) -> Int {
    guard let place = layers.firstIndex(where: { $0.convolution.name == layer }) else {
      preconditionFailure("the shape ends before this layer")
    }
    return place
  }

  /// Whether a layer computes in single precision inside a fixed-point network.
  func isFloat32(_ layer: Int) -> Bool { layers[layer].convolution.isFloat32 }

  /// Whether such a layer reads a layer's output.
  func feedsFloat32(_ layer: Int) -> Bool { layer + 1 < layers.count && isFloat32(layer + 1) }

  /// Whether a layer's output is pooled before the next convolution of this network reads it.
  package func isPooled(_ layer: Int) -> Bool {
    layer + 1 < layers.count && layers[layer + 1].convolution.followsPool
  }
}
