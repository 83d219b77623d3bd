internal import CQuantKernels
internal import Rows

/// Calls of the kernels of the way back.
extension KernelTable {
  /// Derives a panel of a layer's backward weights from its forward weights.
  func mirrorPanel(
    _ forward: MemorySlice<Int8>, _ shape: NetworkTable.Convolution, panel: Int,
    into out: MemorySlice<Int8>
  ) {
    assert(forward.count == 9 * shape.inputChannels * shape.outputChannels)
    assert(out.count == PackedInt8Convolution.backwardPanelCount(shape))
    var call = unsafe qv_s8_mirror_panel(
      forward: forward.base, out: out.base, inputs: Int32(shape.inputChannels),
      outputs: Int32(shape.outputChannels), panel: Int32(panel))
    unsafe entries.s8_mirror_panel(&call)
  }

  /// Computes a row of dJ/d(image), `[width][3]`.
  func imageGradient(
    _ gradients: RowWindow<Gradient8>, scales: RowWindow<Real>, _ layer: PackedInt8Convolution,
    into out: MutableRow<Real>
  ) {
    let width = gradients.width
    assert(layer.shape.readsImage && gradients.channels == layer.outputChannels)
    assert(scales.channels == 1 && scales.width == width)
    assert(out.width == width && out.channels == 3)
    var call = unsafe qv_u8_image_gradient(
      rows: (gradients.above, gradients.middle, gradients.below),
      scales: (scales.above, scales.middle, scales.below), weights: layer.imageColumns.base,
      weight_sums: layer.imageColumnSums.base, out: out.base, width: Int32(width),
      channels: Int32(gradients.channels))
    unsafe entries.u8_image_gradient(&call)
  }

  /// Adjoint of average pooling: from `[width / 2][channels]`, rounded down, to `[width][channels]`.
  func unpoolAverage(_ gradient: Row<Real>, into out: MutableRow<Real>) {
    assert(gradient.width >= out.width / 2 && gradient.channels == out.channels)
    var call = unsafe qv_f32_unpool_average(
      gradient: gradient.base, out: out.base, width: Int32(out.width),
      channels: Int32(out.channels))
    unsafe entries.f32_unpool_average(&call)
  }

  /// Adjoint of maximum pooling for one of the two rows of a window.
  func unpoolMaximum(
    _ gradient: Row<Real>, top: Row<Activation8>, bottom: Row<Activation8>, isBottom: Bool,
    into out: MutableRow<Real>
  ) {
    assert(gradient.width >= out.width / 2 && gradient.channels == out.channels)
    assert(top.width == out.width && bottom.width == out.width && top.channels == out.channels)
    var call = unsafe qv_u8_unpool_max(
      top: top.base, bottom: bottom.base, gradient: gradient.base, out: out.base,
      width: Int32(out.width), channels: Int32(out.channels), is_bottom: isBottom ? 1 : 0)
    unsafe entries.u8_unpool_max(&call)
  }

  /// Masks a row of dJ/dA, folds the weights' scales in, and quantizes it pixel by pixel.
  func quantizeGradient(
    _ gradient: Row<Real>, mask: Row<MaskWord>, _ layer: PackedInt8Convolution,
    into out: MutableRow<Gradient8>, scales: MutableRow<Real>
  ) {
    assert(gradient.channels == layer.outputChannels && out.count == gradient.count)
    assert(mask.width == gradient.width && scales.count == gradient.width)
    var call = unsafe qv_u8_quantize_gradient(
      gradient: gradient.base, mask: mask.base, weight_scale: layer.weightScale.base,
      out: out.base, scales: scales.base, width: Int32(gradient.width),
      channels: Int32(gradient.channels))
    unsafe entries.u8_quantize_gradient(&call)
  }
}
