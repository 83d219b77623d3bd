internal import CQuantKernels
internal import Rows

/// Calls of the forward kernels: rows and weights that fit each other, as CQuantKernels.h has them.
extension KernelTable {
  /// Converts a row of the image, `[width][3]` RGB minus mean, to `[width][4]` in fixed point.
  func quantizeImage(_ row: Row<Real>, into out: MutableRow<FixedPixel>) {
    assert(row.channels == 3 && out.channels == 4 && row.width == out.width)
    var call = unsafe qv_f32_quantize_image(
      row: row.base, out: out.base, width: Int32(row.width))
    unsafe entries.f32_quantize_image(&call)
  }

  /// Computes one panel of a row of the convolution that reads the image.
  func convolveImage(
    _ rows: RowWindow<FixedPixel>, _ layer: PackedInt8Convolution, panel: Int,
    into out: MutableRow<Activation8>, mask: MutableRow<MaskWord>
  ) {
    let part = layer.panel(panel)
    assert(rows.channels == 4 && out.channels == layer.outputChannels)
    assert(out.width == rows.width && mask.width == rows.width)
    var call = unsafe qv_s16_conv_forward(
      rows: (rows.above, rows.middle, rows.below), weights: layer.imagePanel(panel).base,
      bias: layer.bias[part].base, multiplier: layer.multiplier[part].base,
      out: out.base + part.lowerBound, mask: mask.base + panel, width: Int32(rows.width),
      out_stride: Int32(out.channels), mask_stride: Int32(mask.channels))
    unsafe entries.s16_conv_forward(&call)
  }

  /// Computes one panel of a row of any other convolution.
  func convolve(
    _ rows: RowWindow<Activation8>, _ layer: PackedInt8Convolution, panel: Int,
    into out: MutableRow<Activation8>, mask: MutableRow<MaskWord>
  ) {
    let part = layer.panel(panel)
    assert(rows.channels == layer.inputChannels && out.channels == layer.outputChannels)
    assert(out.width == rows.width && mask.width == rows.width)
    var call = unsafe qv_u8_conv_forward(
      rows: (rows.above, rows.middle, rows.below), weights: layer.forwardPanel(panel).base,
      weight_sums: layer.forwardSums[part].base, bias: layer.bias[part].base,
      multiplier: layer.multiplier[part].base, out: out.base + part.lowerBound,
      mask: mask.base + panel, width: Int32(rows.width), channels: Int32(rows.channels),
      out_stride: Int32(out.channels), mask_stride: Int32(mask.channels))
    unsafe entries.u8_conv_forward(&call)
  }

  /// Pools two rows of at least `2 * out.width` pixels into one.
  func pool(
    _ pooling: Pooling, top: Row<Activation8>, bottom: Row<Activation8>,
    into out: MutableRow<Activation8>
  ) {
    assert(top.width >= 2 * out.width && bottom.width >= 2 * out.width)
    assert(top.channels == out.channels && bottom.channels == out.channels)
    var call = unsafe qv_u8_pool(
      top: top.base, bottom: bottom.base, out: out.base, width: Int32(out.width),
      channels: Int32(out.channels))
    switch pooling {
    case .average: unsafe entries.u8_pool_average(&call)
    case .maximum: unsafe entries.u8_pool_max(&call)
    }
  }
}
