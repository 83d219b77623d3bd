internal import Rows

/// The layers of a fixed-point network that compute in single precision, forward and back.
///
/// Their rows are in real units divided by the channels' scales. Neighbours among them pass rows and
/// gradients on as they are; the rest of the network, and every loss, reads activations that are
/// rounded to its 8 bits.
package struct Float32Inlay: Sendable {
  private let kernels: KernelTable
  private let pooling: Pooling
  /// By layer of the network; nil for those in fixed point.
  private let layers: [PackedFloat32Convolution?]

  /// The inlay of packed layers; nil where all are in fixed point.
  init?(_ packed: Int8Layers, pooling: Pooling) {
    layers = packed.layers.map { $0.float32 }
    guard layers.contains(where: { $0 != nil }) else { return nil }
    kernels = packed.kernels
    self.pooling = pooling
  }

  private func weights(_ layer: Int) -> PackedFloat32Convolution {
    guard let weights = layers[layer] else { preconditionFailure("a layer in fixed point") }
    return weights
  }

  /// Converts a row of the image, `[width][3]` RGB minus mean, to `[width][4]`.
  func readImage(_ row: Row<Real>, into out: MutableRow<Real>) { out.copyImage(row) }

  /// Computes one panel of a row of a convolution with bias and ReLU.
  func convolve(_ rows: RowWindow<Real>, layer: Int, panel: Int, into out: MutableRow<Real>) {
    kernels.convolve(rows, weights(layer), panel: panel, into: out)
  }

  /// Pools two rows of at least `2 * out.width` pixels into one.
  func pool(top: Row<Real>, bottom: Row<Real>, into out: MutableRow<Real>) {
    pooling.pool(top: top, bottom: bottom, into: out)
  }

  /// Computes a row of dJ/d(image), `[width][3]`.
  func imageGradient(_ gradients: RowWindow<Real>, into out: MutableRow<Real>) {
    kernels.imageGradient(gradients, weights(NetworkTable.imageLayer), into: out)
  }

  /// Computes one panel of dJ/d(input row) of any other convolution; `out` has the input's channels.
  func convolveBackward(
    _ gradients: RowWindow<Real>, layer: Int, panel: Int, into out: MutableRow<Real>
  ) {
    let layer = weights(layer)
    kernels.convolveBackward(
      gradients, layer, panel: panel, weights: layer.backwardPanel(panel), into: out)
  }

  /// Applies the ReLU's mask to dJ/dA.
  func storeGradient(_ gradient: Row<Real>, mask: Row<MaskWord>, into out: MutableRow<Real>) {
    for x in 0..<out.width {
      for panel in 0..<mask.channels {
        let word = mask[x * mask.channels + panel]
        let first = x * out.channels + panel * Panel.width
        for n in 0..<Panel.width {
          out[first + n] = word >> UInt32(n) & 1 == 1 ? gradient[first + n] : 0
        }
      }
    }
  }
}
