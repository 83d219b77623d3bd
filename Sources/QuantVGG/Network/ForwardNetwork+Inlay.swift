internal import Rows

/// The way forward through layers that compute in single precision inside a fixed-point network.
extension ForwardNetwork {
  /// The layers in single precision, where `layer` is one of them.
  func inlay(at layer: Int) -> Float32Inlay? { shape.isFloat32(layer) ? numbers.inlay : nil }

  /// Makes an item's rows in single precision, where the next layer reads them so in their ring, and
  /// rounds them.
  func convolve(
    _ item: StageItem, by inlay: Float32Inlay, into out: RowRing<Numbers.Activation>,
    mask: RowRing<MaskWord>, worker: Int
  ) {
    let ring = kept(item)
    let values = scratch[worker].real[0..<out.width * out.channels]
    for panel in item.panels {
      for y in item.rows {
        let row = ring?.writableRow(y) ?? MutableRow<Real>(values, channels: out.channels)
        inlay.convolve(
          layout.reals.input(of: item.layer, around: y), layer: item.layer, panel: panel, into: row)
        numbers.narrow(
          Row(row), layer: item.layer, panel: panel, into: out.writableRow(y),
          mask: mask.writableRow(y))
      }
    }
  }

  /// Converts an item's rows for a next layer that reads them in single precision.
  func widen(_ item: StageItem, _ out: RowRing<Numbers.Activation>) {
    guard let ring = kept(item) else { return }
    for panel in item.panels {
      for y in item.rows {
        numbers.widen(out.row(y), layer: item.layer, panel: panel, into: ring.writableRow(y))
      }
    }
  }

  /// The ring for an item's rows in single precision; nil where nothing reads them.
  private func kept(_ item: StageItem) -> RowRing<Real>? {
    guard item.stage == .convolve, shape.feedsFloat32(item.layer) else { return nil }
    return layout.reals.activations[item.layer]
  }
}
