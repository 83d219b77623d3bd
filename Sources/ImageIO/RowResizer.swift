/// Resizes a picture whose rows arrive one by one: a separable Catmull-Rom filter, stretched when the
/// picture shrinks so that it does not alias (Keys, "Cubic convolution interpolation", 1981, a = -1/2).
///
/// The kernel is a polynomial and sums run in one order, so the result has the same bits everywhere.
struct RowResizer {
  private let source: ImageSize
  private let target: ImageSize
  private let columns: [Taps]
  private let rows: [Taps]
  private var result: [Float]
  private var narrow: [Float]
  private var row = 0
  /// The first result row that may still need the next source row.
  private var firstOpen = 0

  /// The source samples that a result sample is a weighted mean of.
  struct Taps {
    var start: Int
    var weights: [Float]
  }

  init(from source: ImageSize, to target: ImageSize) {
    self.source = source
    self.target = target
    columns = Self.taps(from: source.width, to: target.width)
    rows = Self.taps(from: source.height, to: target.height)
    result = [Float](repeating: 0, count: target.width * target.height * 3)
    narrow = [Float](repeating: 0, count: target.width * 3)
  }

  /// Takes the next source row, `[width][3]`.
  mutating func add(_ values: [Float]) {
    for x in 0..<target.width {
      var (red, green, blue): (Float, Float, Float) = (0, 0, 0)
      var i = columns[x].start * 3
      for weight in columns[x].weights {
        red += weight * values[i]
        green += weight * values[i + 1]
        blue += weight * values[i + 2]
        i += 3
      }
      narrow[3 * x] = red
      narrow[3 * x + 1] = green
      narrow[3 * x + 2] = blue
    }
    while firstOpen < target.height, rows[firstOpen].start + rows[firstOpen].weights.count <= row {
      firstOpen += 1
    }
    var y = firstOpen
    while y < target.height, rows[y].start <= row {
      let index = row - rows[y].start
      if index < rows[y].weights.count {
        let weight = rows[y].weights[index]
        let base = y * narrow.count
        for i in narrow.indices { result[base + i] += weight * narrow[i] }
      }
      y += 1
    }
    row += 1
  }

  /// The result, `[height][width][3]`, clamped to 0...255, after the last source row.
  mutating func finish() -> [Float] {
    precondition(row == source.height)
    for i in result.indices { result[i] = max(0, min(255, result[i])) }
    return result
  }

  /// The filter of every result sample; weights sum to 1, also at the edges.
  static func taps(from count: Int, to wanted: Int) -> [Taps] {
    guard count != wanted else { return (0..<count).map { Taps(start: $0, weights: [1]) } }
    let step = Double(count) / Double(wanted)
    let stretch = max(step, 1)
    return (0..<wanted).map { i in
      let center = (Double(i) + 0.5) * step - 0.5
      let first = max(0, Int((center - 2 * stretch).rounded(.up)))
      let last = min(count - 1, Int((center + 2 * stretch).rounded(.down)))
      let weights = (first...last).map { cubic((Double($0) - center) / stretch) }
      let sum = weights.reduce(0, +)
      return Taps(start: first, weights: weights.map { Float($0 / sum) })
    }
  }

  private static func cubic(_ distance: Double) -> Double {
    let x = distance.magnitude
    if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
    if x < 2 { return ((-0.5 * x + 2.5) * x - 4) * x + 2 }
    return 0
  }
}
