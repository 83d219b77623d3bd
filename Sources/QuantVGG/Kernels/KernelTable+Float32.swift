internal import CQuantKernels
internal import Rows

/// Calls of the kernels in single precision.
extension KernelTable {
  /// Computes one panel of a row of a convolution with bias and ReLU.
  func convolve(
    _ rows: RowWindow<Real>, _ layer: PackedFloat32Convolution, panel: Int,
    into out: MutableRow<Real>
  ) {
    let length = 3 * layer.pixelStride
    let part = Panel.channels(panel)
    assert(rows.channels == layer.pixelStride && out.channels == layer.outputChannels)
    assert(out.width == rows.width)
    var call = unsafe qv_f32_dot(
      rows: (rows.above, rows.middle, rows.below), weights: layer.forwardPanel(panel).base,
      start: layer.bias[part].base, out: out.base + part.lowerBound, row_count: 3,
      length: Int32(length), pixel_stride: Int32(layer.pixelStride), width: Int32(rows.width),
      out_stride: Int32(out.channels), relu: 1, accumulate: 0)
    unsafe entries.f32_dot(&call)
  }

  /// Computes one panel of dJ/d(input row) of a convolution.
  func convolveBackward(
    _ gradients: RowWindow<Real>, _ layer: PackedFloat32Convolution, panel: Int,
    weights: MemorySlice<Float>, into out: MutableRow<Real>
  ) {
    assert(weights.count == Panel.width * 9 * layer.outputChannels)
    assert(gradients.channels == layer.outputChannels && out.width == gradients.width)
    assert((panel + 1) * Panel.width <= out.channels)
    var call = unsafe qv_f32_dot(
      rows: (gradients.above, gradients.middle, gradients.below),
      weights: weights.base, start: layer.zeros.base,
      out: out.base + panel * Panel.width, row_count: 3,
      length: Int32(3 * layer.outputChannels), pixel_stride: Int32(layer.outputChannels),
      width: Int32(gradients.width), out_stride: Int32(out.channels), relu: 0, accumulate: 0)
    unsafe entries.f32_dot(&call)
  }

  /// Computes a row of dJ/d(image), `[width][3]`, some pixels of a whole panel after the other.
  func imageGradient(
    _ gradients: RowWindow<Real>, _ layer: PackedFloat32Convolution, into out: MutableRow<Real>
  ) {
    let (width, channels) = (gradients.width, layer.outputChannels)
    assert(gradients.channels == channels && out.width == width && out.channels == 3)
    let most = 56
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: most * Panel.width) { panel in
      guard let wide = panel.baseAddress else { return }
      for first in stride(from: 0, to: width, by: most) {
        let (count, skipped) = (min(most, width - first), first * channels)
        var call = unsafe qv_f32_dot(
          rows: (
            gradients.above + skipped, gradients.middle + skipped, gradients.below + skipped
          ),
          weights: layer.backwardPanel(0).base, start: layer.zeros.base, out: wide, row_count: 3,
          length: Int32(3 * channels), pixel_stride: Int32(channels), width: Int32(count),
          out_stride: Int32(Panel.width), relu: 0, accumulate: 0)
        unsafe entries.f32_dot(&call)
        for x in 0..<count {
          for c in 0..<3 { out[3 * (first + x) + c] = unsafe wide[Panel.width * x + c] }
        }
      }
    }
  }

  /// Adds one panel of a matrix's products with a row's pixels; `matrix` is
  /// `[channels / 32][channels][32]`.
  func addProduct(
    _ row: Row<Real>, matrix: MemorySlice<Float>, panel: Int, zeros: MemorySlice<Float>,
    into out: MutableRow<Real>
  ) {
    let channels = row.channels
    let part = Panel.channels(panel)
    assert(matrix.count == channels * channels && out.count == row.count)
    var call = unsafe qv_f32_dot(
      rows: (row.base, row.base, row.base),
      weights: matrix.from(part.lowerBound * channels).base, start: zeros.base,
      out: out.base + part.lowerBound, row_count: 1, length: Int32(channels),
      pixel_stride: Int32(channels), width: Int32(row.width), out_stride: Int32(channels),
      relu: 0, accumulate: 1)
    unsafe entries.f32_dot(&call)
  }

  /// Adds a row's share of 8 rows x 32 columns of a Gram matrix `[channels][channels]`.
  func addGram(_ row: Row<Real>, first: Int, column: Int, into sums: MemorySlice<Double>) {
    let channels = row.channels
    assert(sums.count == channels * channels)
    var call = unsafe qv_f32_gram(
      row: row.base, sums: sums.from(first * channels + column).base, width: Int32(row.width),
      channels: Int32(channels), first: Int32(first), panel: Int32(column))
    unsafe entries.f32_gram(&call)
  }
}
