package import Rows

/// Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) over rows of numbers.
///
/// ```
/// m = beta1 m + (1 - beta1) g        v = beta2 v + (1 - beta2) g^2
/// x = x - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
/// ```
/// Every operation is rounded to Float32 on its own, and square root and division are exact by
/// IEEE 754, so a step has the same bits on every machine.
package final class Adam: AdamOptimizer {
  /// An optimizer with its state: both moments of a row, one after the other.
  package override init(
    rowLength: Int, settings: AdamSettings = AdamSettings(), bounds: [ClosedRange<Float>] = [],
    state: StateRows<UInt8>
  ) {
    super.init(rowLength: rowLength, settings: settings, bounds: bounds, state: state)
  }

  /// Bytes of a row's state.
  static func rowBytes(_ rowLength: Int) -> Int { 2 * rowLength * MemoryLayout<Float>.stride }

  /// Updates a row; see the recurrence above.
  package override func receive(
    _ gradient: MemorySlice<Float>, values: MemorySlice<Float>, row: Int
  ) {
    check(gradient, row: row)
    check(values, row: row)
    let (m, v) = moments(row)
    let step = step
    for i in 0..<rowLength {
      (m[i], v[i]) = step.moments(m[i], v[i], gradient: gradient[i])
      values[i] = bounds.limit(values[i] - step.change(m[i], v[i]), i)
    }
  }

  /// Takes a part of the change back that follows from the moments.
  package override func shorten(_ values: MemorySlice<Float>, row: Int) {
    check(values, row: row)
    let (m, v) = moments(row)
    for i in 0..<rowLength { takeBack(&values[i], change: step.change(m[i], v[i]), i) }
  }

  private func moments(_ row: Int) -> (MemorySlice<Float>, MemorySlice<Float>) {
    let moments = state.row(row).elements(Float.self, count: 2 * rowLength)
    return (moments[0..<rowLength], moments.from(rowLength))
  }
}
