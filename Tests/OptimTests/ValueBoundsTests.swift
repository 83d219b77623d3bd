import Optim
import TestSupport
import Testing

/// Optimizers whose values have bounds that repeat along a row.
@Suite struct ValueBoundsTests {
  private static let bounds: [ClosedRange<Float>] = [-30...20, -5...40, 0...10]
  private static let (rowLength, rows) = (300, 3)

  private static func settings(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) -> OptimizerSettings {
    var settings = OptimizerSettings(method: method, state: state)
    settings.bounds = bounds
    return settings
  }

  /// 1/2 sum w (x - c)^2 with most of c outside: its least value within the bounds is at the nearest
  /// allowed c.
  @Test(arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func leastWithinBounds(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let (rowLength, rows) = (Self.rowLength, Self.rows)
    var random = TestRandom("bounds")
    let center = random.floats(rowLength * rows, scale: 60)
    let weights = random.floats(rowLength * rows).map { 0.5 + abs($0) }
    let best = center.enumerated().map { index, c in
      let range = Self.bounds[index % rowLength % 3]
      return min(max(c, range.lowerBound), range.upperBound)
    }
    func loss(_ x: [Float]) -> Double {
      zip(zip(x, center), weights).reduce(0) {
        $0 + 0.5 * Double($1.1) * Double(($1.0.0 - $1.0.1) * ($1.0.0 - $1.0.1))
      }
    }
    let start = best.indices.map { Self.bounds[$0 % rowLength % 3].lowerBound + 1 }
    let result = minimise(
      try Self.settings(method, state).makeOptimizer(rowLength: rowLength, rows: rows), from: start,
      steps: method == .adam ? 150 : 40, loss: loss,
      gradient: { x, _ in x.indices.map { weights[$0] * (x[$0] - center[$0]) } })
    for (index, value) in result.enumerated() {
      let range = Self.bounds[index % rowLength % 3]
      // Half a unit of what the last change was rounded to may stand out.
      #expect(value >= range.lowerBound - 0.1 && value <= range.upperBound + 0.1)
    }
    let gap = (loss(result) - loss(best)) / (loss(start) - loss(best))
    #expect(gap < (method == .adam ? 0.001 : 0.02))
  }

  /// Bounds that are never reached change no bit.
  @Test(arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func farBoundsChangeNothing(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    var settings = OptimizerSettings(method: method, state: state)
    var random = TestRandom("far")
    let start = random.floats(600, scale: 50)
    func run() throws -> [Float] {
      minimise(
        try settings.makeOptimizer(rowLength: 300, rows: 2), from: start, steps: 12,
        loss: { $0.reduce(0) { $0 + Double($1 * $1) } }, gradient: { x, _ in x.map { 2 * $0 } })
    }
    let free = try run()
    settings.bounds = [-1000...1000]
    #expect(try run() == free)
  }
}
