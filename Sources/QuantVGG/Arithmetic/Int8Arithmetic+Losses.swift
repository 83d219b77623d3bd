package import Rows

/// Gram matrices, style gradients and content differences in exact integers.
extension Int8Arithmetic {
  package static func gramScratchBytes(width: Int, channels: Int) -> Int {
    KernelTable.interleavedBytes(width: width, channels: channels)
  }

  package func prepareGram(_ row: Row<Activation8>, into scratch: MemorySlice<UInt8>) {
    kernels.interleave(row, into: scratch)
  }

  package func addGram(
    _ scratch: MemorySlice<UInt8>, channels: Int, first: Int, panel: Int,
    into sums: MemorySlice<Int64>
  ) {
    kernels.addGram(
      scratch, channels: channels, first: first, column: panel * Panel.width,
      into: sums)
  }

  package static var hasExactSums: Bool { true }

  package static func readGram(
    _ sums: MemorySlice<Int64>, first: Int, channels: Int, into rows: MemorySlice<Double>
  ) {
    readGram(sums, first: first, channels: channels, into: rows) { Double($0) }
  }

  package static func styleMatrixBytes(channels: Int) -> Int {
    PackedStyleMatrix.bytes(channels: channels)
  }

  package func packStyleRow(
    _ values: MemorySlice<Float>, row n: Int, into matrix: MemorySlice<UInt8>
  ) {
    PackedStyleMatrix(matrix, channels: values.count).pack(values, row: n)
  }

  package func addStyleGradient(
    _ row: Row<Activation8>, matrix: MemorySlice<UInt8>, panel: Int,
    into gradient: MutableRow<Real>
  ) {
    kernels.addStyleGradient(
      row, PackedStyleMatrix(matrix, channels: row.channels), panel: panel, into: gradient)
  }

  /// A sum for each channel and worker: they are exact, so it does not matter who adds what.
  package static func squareSumCount(height: Int, channels: Int, threads: Int) -> Int {
    channels * threads
  }

  package func addSquaredDifference(
    _ row: Row<Activation8>, _ target: Row<Activation8>, row y: Int, worker: Int,
    into sums: MemorySlice<Int64>
  ) {
    let channels = row.channels
    kernels.addSquaredDifference(
      row, target, into: sums[worker * channels..<(worker + 1) * channels])
  }

  package func squaredDifference(_ sums: MemorySlice<Int64>, layer: Int) -> Double {
    let channels = layers[layer].outputChannels
    let scales = channelScale(layer: layer)
    var total = 0.0
    for c in 0..<channels {
      var sum: Int64 = 0
      for place in stride(from: c, to: sums.count, by: channels) { sum += sums[place] }
      let scale = Double(scales?[c] ?? 1)
      total += scale * scale * Double(sum)
    }
    return total
  }

  package func addContentGradient(
    _ row: Row<Activation8>, _ target: Row<Activation8>, factors: MemorySlice<Float>,
    into gradient: MutableRow<Real>
  ) {
    kernels.addContentGradient(row, target, factors: factors, into: gradient)
  }
}
