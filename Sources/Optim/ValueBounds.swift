/// The ranges of a row's values, place by place.
package struct ValueBounds: Sendable {
  private let lower: [Float]
  private let upper: [Float]

  /// Ranges that repeat along a row; no limits where there are none.
  package init(rowLength: Int, repeating ranges: [ClosedRange<Float>] = []) {
    lower = (0..<rowLength).map {
      ranges.isEmpty ? -.infinity : ranges[$0 % ranges.count].lowerBound
    }
    upper = (0..<rowLength).map {
      ranges.isEmpty ? .infinity : ranges[$0 % ranges.count].upperBound
    }
  }

  /// Bytes of the limits of a row.
  package static func bytes(rowLength: Int) -> Int { 2 * rowLength * MemoryLayout<Float>.stride }

  /// The nearest value that is allowed at a place.
  func limit(_ value: Float, _ place: Int) -> Float {
    max(lower[place], min(value, upper[place]))
  }

  /// Whether a value is at the end of its range.
  func isReached(_ value: Float, _ place: Int) -> Bool {
    value <= lower[place] || value >= upper[place]
  }

  /// The derivative that can be followed downhill: 0 where the value would leave its range.
  func project(_ derivative: Float, at value: Float, _ place: Int) -> Float {
    let isHeld =
      derivative > 0 ? value <= lower[place] : value >= upper[place]
    return isHeld ? 0 : derivative
  }
}
