internal import CQuantKernels
internal import Rows

/// Calls of the loss kernels of the fixed-point engine.
extension KernelTable {
  /// Bytes of an interleaved row.
  static func interleavedBytes(width: Int, channels: Int) -> Int { (width + 3) / 4 * 4 * channels }

  /// Interleaves groups of four pixels for `addGram`.
  func interleave(_ row: Row<Activation8>, into out: MemorySlice<UInt8>) {
    assert(out.count == Self.interleavedBytes(width: row.width, channels: row.channels))
    var call = unsafe qv_u8_interleave(
      row: row.base, out: out.base, width: Int32(row.width), channels: Int32(row.channels))
    unsafe entries.u8_interleave(&call)
  }

  /// Adds an interleaved row's share of 8 rows x 32 columns of a Gram matrix `[channels][channels]`.
  func addGram(
    _ positions: MemorySlice<UInt8>, channels: Int, first: Int, column: Int,
    into sums: MemorySlice<Int64>
  ) {
    assert(sums.count == channels * channels && positions.count % (4 * channels) == 0)
    var call = unsafe qv_u8_gram(
      positions: positions.base, sums: sums.from(first * channels + column).base,
      groups: Int32(positions.count / (4 * channels)), channels: Int32(channels),
      first: Int32(first), panel: Int32(column))
    unsafe entries.u8_gram(&call)
  }

  /// Adds one panel of the style gradient of a row.
  func addStyleGradient(
    _ row: Row<Activation8>, _ matrix: PackedStyleMatrix, panel: Int,
    into gradient: MutableRow<Real>
  ) {
    let channels = row.channels
    assert(matrix.channels == channels && gradient.count == row.count)
    let part = Panel.channels(panel)
    let weights = part.lowerBound * channels..<part.upperBound * channels
    var call = unsafe qv_u8_style_gradient(
      row: row.base, high: matrix.high[weights].base, low: matrix.low[weights].base,
      high_sums: matrix.highSums[part].base, low_sums: matrix.lowSums[part].base,
      scale: matrix.scale[part].base, out: gradient.base + part.lowerBound,
      width: Int32(row.width), channels: Int32(channels), out_stride: Int32(channels))
    unsafe entries.u8_style_gradient(&call)
  }

  /// Adds, channel by channel, the exact squared differences of two rows to `sums`, `[channels]`.
  func addSquaredDifference(
    _ row: Row<Activation8>, _ target: Row<Activation8>, into sums: MemorySlice<Int64>
  ) {
    assert(target.count == row.count && sums.count == row.channels)
    var call = unsafe qv_u8_squared_difference(
      row: row.base, target: target.base, sums: sums.base, width: Int32(row.width),
      channels: Int32(row.channels))
    unsafe entries.u8_squared_difference(&call)
  }

  /// Adds `factors[c] * (row - target)` to a row of the gradient.
  func addContentGradient(
    _ row: Row<Activation8>, _ target: Row<Activation8>, factors: MemorySlice<Float>,
    into gradient: MutableRow<Real>
  ) {
    assert(target.count == row.count && gradient.count == row.count)
    assert(factors.count == row.channels)
    var call = unsafe qv_u8_content_gradient(
      row: row.base, target: target.base, factor: factors.base, out: gradient.base,
      width: Int32(row.width), channels: Int32(row.channels))
    unsafe entries.u8_content_gradient(&call)
  }
}
