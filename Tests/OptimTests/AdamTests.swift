import Optim
import TestSupport
import Testing

@Suite struct AdamTests {
  /// The recurrence as the paper writes it, in Float64.
  private func paper(_ start: [Double], gradients: [[Float]], settings: AdamSettings) -> [Double] {
    var x = start
    var m = [Double](repeating: 0, count: x.count)
    var v = m
    let (b1, b2) = (Double(settings.beta1), Double(settings.beta2))
    var (p1, p2) = (1.0, 1.0)
    for g in gradients {
      p1 *= b1
      p2 *= b2
      for i in x.indices {
        let g = Double(g[i])
        m[i] = b1 * m[i] + (1 - b1) * g
        v[i] = b2 * v[i] + (1 - b2) * g * g
        let mean = m[i] / (1 - p1)
        let deviation = (v[i] / (1 - p2)).squareRoot()
        x[i] -= Double(settings.learningRate) * mean / (deviation + Double(settings.epsilon))
      }
    }
    return x
  }

  @Test func followsThePaper() throws {
    var random = TestRandom("followsThePaper")
    let start = random.floats(37, scale: 100)
    let gradients = (0..<50).map { _ in random.floats(37, scale: 3) }
    let x = minimise(try Adam(rowLength: 37, rows: 1), from: start, steps: 50) { gradients[$1] }
    let expected = paper(start.map { Double($0) }, gradients: gradients, settings: AdamSettings())
    for (a, b) in zip(x, expected) { #expect(abs(Double(a) - b) < 1e-3) }
  }

  /// Rounded moments change single values, but neither where an image goes nor how far.
  @Test func a8BitStateFollowsThePaperOnAverage() throws {
    var random = TestRandom("a8BitStateFollowsThePaperOnAverage")
    let (length, rows) = (600, 4)
    let start = random.floats(length * rows, scale: 100)
    // Gradients of very different sizes with a steady part, as an image's are.
    let steady = random.floats(length * rows).map { $0 * abs($0) }
    let gradients = (0..<60).map { _ in
      zip(steady, random.floats(length * rows, scale: 0.3)).map { $0 * 1e6 * (1 + $1) }
    }
    let optimizer = try Adam8Bit(rowLength: length, rows: rows)
    let x = minimise(optimizer, from: start, steps: 60) { gradients[$1] }
    let expected = paper(start.map { Double($0) }, gradients: gradients, settings: AdamSettings())
    var (difference, bias, change) = (0.0, 0.0, 0.0)
    for i in start.indices {
      let (own, papers) = (Double(x[i] - start[i]), expected[i] - Double(start[i]))
      difference += abs(own - papers)
      bias += papers > 0 ? own - papers : papers - own
      change += abs(papers)
    }
    #expect(difference / change < 0.1)
    #expect(abs(bias / change) < 0.03)
  }

  /// The second moment of a gradient that becomes small decays by 0.1 % in a step, less than the
  /// distance of codes: it must not stand still.
  @Test func theSecondMomentDecays() throws {
    let count = 4096
    let optimizer = try Adam8Bit(rowLength: count, rows: 1)
    let start = [Float](repeating: 0, count: count)
    var last: [Float] = start
    _ = minimise(optimizer, from: start, steps: 1001) { x, step in
      if step == 1000 { last = x }
      return [Float](repeating: step == 0 ? 100 : 0.01, count: count)
    }
    let x = minimise(optimizer, from: last, steps: 1) { _, _ in
      [Float](repeating: 0.01, count: count)
    }
    let mean = zip(x, last).reduce(0.0) { $0 + Double($1.1 - $1.0) } / Double(count)
    // v is 0.001 * 100^2 * 0.999^1000, of which 1 - 0.999^1001 is corrected.
    let v = 0.001 * 100 * 100 * 0.3677 / (1 - 0.3673)
    #expect(abs(mean / (2 * 0.01 / v.squareRoot()) - 1) < 0.1)
  }

  @Test(arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func rowsInAnyOrderGiveTheSameBits(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    var random = TestRandom("rowsInAnyOrderGiveTheSameBits")
    let (length, rows) = (300, 5)
    let start = random.floats(length * rows, scale: 50)
    let weights = random.floats(length * rows).map { $0 * $0 + 0.1 }
    func run(_ order: [Int]) throws -> [UInt32] {
      let optimizer = try OptimizerSettings(method: method, state: state)
        .makeOptimizer(rowLength: length, rows: rows)
      return minimise(optimizer, from: start, steps: 15, order: order) { x, _ in
        zip(x, weights).map { $0 * $1 }
      }.map { $0.bitPattern }
    }
    let expected = try run([0, 1, 2, 3, 4])
    #expect(try run([4, 3, 2, 1, 0]) == expected)
    #expect(try run([2, 0, 4, 1, 3]) == expected)
  }

  @Test(arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func aZeroGradientMovesNothing(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let optimizer = try OptimizerSettings(method: method, state: state)
      .makeOptimizer(rowLength: 3, rows: 2)
    let start: [Float] = [1, 2, 3, 4, 5, 6]
    #expect(minimise(optimizer, from: start, steps: 3) { _, _ in [0, 0, 0, 0, 0, 0] } == start)
  }

  /// Bytes by what is said to be kept: Adam's moments in four bytes or in one, and one exponent each
  /// for every 256 numbers; or 6 pairs of vectors and the gradient, with a scale for every 256 numbers,
  /// and the products of all of them.
  @Test(arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func theStateIsWhatIsKept(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let settings = OptimizerSettings(method: method, state: state)
    var random = TestRandom("theStateIsWhatIsKept")
    for (length, rows) in [(3, 1), (256, 2), (1536, 7), (300, 5)] {
      let blocks = (length + 255) / 256
      let row =
        switch (method, state) {
        case (.adam, .float32): 2 * 4 * length
        case (.adam, .int8): (2 * length + 2 * blocks + 3) / 4 * 4
        case (.lbfgs, _):
          (12 * length * (state == .int8 ? 1 : 2) + 2 * length + 13 * 4 * blocks + 37 * 8 + 7)
            / 8 * 8
        }
      let optimizer = try settings.makeOptimizer(rowLength: length, rows: rows)
      #expect(settings.stateRowBytes(length) == row)
      #expect(optimizer.state.bytes == rows * row)
      // All of it is used, but for what fills rows to whole numbers of 8 bytes.
      let start = random.floats(length * rows, scale: 50)
      _ = minimise(optimizer, from: start, steps: 9) { x, _ in
        x.indices.map { x[$0] * Float(1 + $0 % 7) }
      }
      #expect(optimizer.state[0..<rows].array.suffix(8).contains { $0 != 0 })
    }
  }
}
