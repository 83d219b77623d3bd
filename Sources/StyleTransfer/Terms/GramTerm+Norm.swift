internal import QuantVGG
internal import Rows

extension GramTerm {
  /// Leaves shares of tr((G - S)^2 G), the sum of |(G - S) a|^2 over all positions, in 8 of `rowLosses`.
  ///
  /// A sum over k of rows k of G - S, times their elements, is 8 rows of its square; of these only what
  /// lies on and above the diagonal is made. Float32, in the order of k; then Float64.
  func measureRows(first: Int, worker: Int) {
    let own = scratch.block(0, worker: worker, channels: channels)
    let others = scratch.block(1, worker: worker, channels: channels)
    let square = scratch.block(2, worker: worker, channels: channels)
    readDifference(first: first, worker: worker, into: own)
    square.clear()
    for k in stride(from: 0, to: channels, by: 8) {
      readDifference(first: k, worker: worker, into: others)
      for n in 0..<8 {
        let sums = square[n * channels..<(n + 1) * channels]
        for i in 0..<8 {
          let factor = own[n * channels + k + i]
          let row = others[i * channels..<(i + 1) * channels]
          for j in first..<channels { sums[j] += factor * row[j] }
        }
      }
    }
    let rows = scratch.sums(worker: worker, channels: channels)
    readGram(first: first, into: rows)
    for n in 0..<8 {
      let place = first + n
      let (gram, square) = (rows.from(n * channels), square.from(n * channels))
      var sum = gram[place] * Double(square[place])
      for j in place + 1..<channels { sum += 2 * gram[j] * Double(square[j]) }
      rowLosses[place] = sum
    }
  }

  /// Reads 8 rows of G - S in real units.
  private func readDifference(first: Int, worker: Int, into difference: MemorySlice<Float>) {
    let rows = scratch.sums(worker: worker, channels: channels)
    readGram(first: first, into: rows)
    let target = target.from(first * channels)
    for i in 0..<8 * channels { difference[i] = Float(rows[i] - Double(target[i])) }
  }
}
