package import Rows

/// Gram matrices, style gradients and content differences in single precision, summed in one order.
extension Float32Arithmetic {
  package static func gramScratchBytes(width: Int, channels: Int) -> Int {
    width * channels * MemoryLayout<Float>.stride
  }

  package func prepareGram(_ row: Row<Real>, into scratch: MemorySlice<UInt8>) {
    MutableRow<Real>(scratch.elements(Float.self, count: row.count), channels: row.channels)
      .copy(row)
  }

  package func addGram(
    _ scratch: MemorySlice<UInt8>, channels: Int, first: Int, panel: Int,
    into sums: MemorySlice<Double>
  ) {
    let row = scratch.elements(
      Float.self, count: scratch.count / MemoryLayout<Float>.stride)
    kernels.addGram(
      Row(row, channels: channels), first: first,
      column: panel * Panel.width, into: sums)
  }

  package static var hasExactSums: Bool { false }

  package static func readGram(
    _ sums: MemorySlice<Double>, first: Int, channels: Int, into rows: MemorySlice<Double>
  ) {
    readGram(sums, first: first, channels: channels, into: rows) { $0 }
  }

  package static func styleMatrixBytes(channels: Int) -> Int {
    channels * channels * MemoryLayout<Float>.stride
  }

  package func packStyleRow(
    _ values: MemorySlice<Float>, row n: Int, into matrix: MemorySlice<UInt8>
  ) {
    let (channels, panel) = (values.count, Panel.width)
    let weights = matrix.elements(Float.self, count: channels * channels)
    for k in 0..<channels {
      weights[(n / panel * channels + k) * panel + n % panel] = values[k]
    }
  }

  package func addStyleGradient(
    _ row: Row<Real>, matrix: MemorySlice<UInt8>, panel: Int, into gradient: MutableRow<Real>
  ) {
    kernels.addProduct(
      row, matrix: matrix.elements(Float.self, count: row.channels * row.channels), panel: panel,
      zeros: layers[NetworkTable.imageLayer].zeros, into: gradient)
  }

  /// A sum for each row: they are added in the order of rows.
  package static func squareSumCount(height: Int, channels: Int, threads: Int) -> Int { height }

  package func addSquaredDifference(
    _ row: Row<Real>, _ target: Row<Real>, row y: Int, worker: Int,
    into sums: MemorySlice<Double>
  ) {
    var sum = 0.0
    for i in 0..<row.count {
      let difference = Double(row[i] - target[i])
      sum += difference * difference
    }
    sums[y] += sum
  }

  package func squaredDifference(_ sums: MemorySlice<Double>, layer: Int) -> Double {
    var total = 0.0
    for y in 0..<sums.count { total += sums[y] }
    return total
  }

  package func addContentGradient(
    _ row: Row<Real>, _ target: Row<Real>, factors: MemorySlice<Float>,
    into gradient: MutableRow<Real>
  ) {
    let channels = row.channels
    for x in 0..<row.width {
      for c in 0..<channels {
        let i = x * channels + c
        gradient[i] += factors[c] * (row[i] - target[i])
      }
    }
  }
}
