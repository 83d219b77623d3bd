package import Rows

/// A convolution that makes two neighbouring rows at once, with the result that `Arithmetic.convolve` has
/// for each.
package protocol RowPairConvolution: Sendable {
  /// The rows' format.
  associatedtype Activation: RowFormat
  /// A panel's weights in the form that pairs of rows need.
  associatedtype Weights

  /// Derives the weights of one panel, valid as long as `scratch` is not used again.
  ///
  /// That takes as long as some tens of pixels save.
  func weights(layer: Int, panel: Int, scratch: MemorySlice<UInt8>) -> Weights
  /// Computes one panel of two rows, `rows` around the first and `next` around the second.
  func convolve(
    _ rows: RowWindow<Activation>, next: RowWindow<Activation>, layer: Int, panel: Int,
    weights: Weights, into out: (MutableRow<Activation>, MutableRow<Activation>),
    masks: (MutableRow<MaskWord>, MutableRow<MaskWord>))
}

/// Of an arithmetic that makes one row at a time: there is no value of it.
package enum NoRowPairs<Activation: RowFormat>: RowPairConvolution {
  package func weights(layer: Int, panel: Int, scratch: MemorySlice<UInt8>) {
    switch self {}
  }

  package func convolve(
    _ rows: RowWindow<Activation>, next: RowWindow<Activation>, layer: Int, panel: Int,
    weights: Void, into out: (MutableRow<Activation>, MutableRow<Activation>),
    masks: (MutableRow<MaskWord>, MutableRow<MaskWord>)
  ) {
    switch self {}
  }
}

/// Winograd's minimal filtering on the layers of the fixed-point engine.
package struct Int8RowPairs: RowPairConvolution {
  let kernels: RowPairKernels
  let layers: [PackedInt8Convolution]

  package func weights(
    layer: Int, panel: Int, scratch: MemorySlice<UInt8>
  ) -> MemorySlice<Int16> {
    kernels.transform(layers[layer], panel: panel, into: scratch)
  }

  package func convolve(
    _ rows: RowWindow<Activation8>, next: RowWindow<Activation8>, layer: Int, panel: Int,
    weights: MemorySlice<Int16>, into out: (MutableRow<Activation8>, MutableRow<Activation8>),
    masks: (MutableRow<MaskWord>, MutableRow<MaskWord>)
  ) {
    kernels.convolve(
      rows, next: next, layers[layer], panel: panel, weights: weights, into: out, masks: masks)
  }
}
