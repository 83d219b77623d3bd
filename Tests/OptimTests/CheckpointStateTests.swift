import Optim
import TestSupport
import Testing

/// An optimizer's checkpoint state and scalars are all that another one needs to go on from there.
@Suite struct CheckpointStateTests {
  private static let (length, rows) = (300, 5)
  private let start: [Float]
  private let weights: [Float]

  init() {
    var random = TestRandom("CheckpointStateTests")
    start = random.floats(Self.length * Self.rows, scale: 3)
    weights = random.floats(Self.length * Self.rows).map { $0 * $0 + 0.1 }
  }

  private static func optimizer(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws -> Optimizer {
    var settings = OptimizerSettings(method: method, state: state)
    settings.lbfgs.history = 3
    return try settings.makeOptimizer(rowLength: length, rows: rows)
  }

  /// Steps `range` of a run from near the minimum, so that changes are shortened; some gradients turn, so
  /// that L-BFGS refuses a pair, and a change is taken back as a whole.
  private func run(_ optimizer: Optimizer, from x: [Float], _ range: Range<Int>) -> [Float] {
    minimise(
      optimizer, from: x, steps: range.count,
      loss: { zip($0, weights).reduce(0) { $0 + Double($1.1 * $1.0 * $1.0) / 2 } },
      gradient: { x, index in
        let sign: Float = range.lowerBound + index == 4 ? -1 : 1
        return zip(x, weights).map { sign * $0 * $1 }
      })
  }

  private static func numbers(_ optimizer: Optimizer) -> [UInt64] {
    var numbers: [UInt64] = []
    #expect(optimizer.visitScalars { numbers.append($0) })
    return numbers
  }

  /// Puts numbers in; false where they are refused.
  private static func put(_ numbers: [UInt64], into optimizer: Optimizer) -> Bool {
    var next = 0
    return optimizer.visitScalars {
      $0 = numbers[next]
      next += 1
    }
  }

  @Test(arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func everyStepCanBeGoneOnFrom(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let steps = 11
    let expected = run(try Self.optimizer(method, state), from: start, 0..<steps)
    for cut in 0...steps {
      let first = try Self.optimizer(method, state)
      let x = run(first, from: start, 0..<cut)
      let second = try Self.optimizer(method, state)
      // Another past is replaced as a whole.
      _ = run(second, from: start, 0..<cut / 2 + 5)
      second.state[0..<Self.rows].copy(first.state[0..<Self.rows])
      #expect(Self.put(Self.numbers(first), into: second))
      #expect(Self.numbers(second) == Self.numbers(first))
      let y = run(second, from: x, cut..<steps)
      #expect(y.map { $0.bitPattern } == expected.map { $0.bitPattern }, "cut at \(cut)")
    }
  }

  /// Numbers from a hostile file are refused or lead to some values, but never to a trap.
  @Test(arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func impossibleNumbersDoNotTrap(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let first = try Self.optimizer(method, state)
    let x = run(first, from: start, 0..<5)
    let numbers = Self.numbers(first)
    var refused = 0
    for index in numbers.indices {
      for wrong: UInt64 in [0, 1, 2, 3, 4, .max, 1 << 63, 1 << 32, 0x7ff0 << 48, 0x7ff8 << 48] {
        var numbers = numbers
        numbers[index] = wrong
        let second = try Self.optimizer(method, state)
        second.state[0..<Self.rows].copy(first.state[0..<Self.rows])
        if Self.put(numbers, into: second) {
          _ = run(second, from: x, 5..<9)
        } else {
          refused += 1
        }
      }
    }
    #expect(refused > 5)
  }
}
