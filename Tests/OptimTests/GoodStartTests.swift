import Optim
import TestSupport
import Testing

/// A run that starts near a minimum stays as good as its start.
@Suite struct GoodStartTests {
  private static let (length, rows) = (300, 3)
  /// Two bounds are reached on the way.
  private static let bounds: [[ClosedRange<Float>]] = [[], [-127...127, -127...100, -20...127]]

  /// 1/2 sum w (x - c)^2.
  private struct Bowl {
    let weights, center: [Float]

    init(_ name: String, count: Int) {
      var random = TestRandom(name)
      weights = random.floats(count).map { 0.1 + 10 * $0 * $0 }
      center = random.floats(count, scale: 100)
    }

    /// A point at about `distance` grey levels from the minimum, within bounds.
    func start(_ distance: Float, in bounds: [ClosedRange<Float>]) -> [Float] {
      center.indices.map { i in
        let value = center[i] + (i % 2 == 0 ? distance : -distance)
        guard !bounds.isEmpty else { return value }
        let range = bounds[i % GoodStartTests.length % bounds.count]
        return min(max(value, range.lowerBound), range.upperBound)
      }
    }

    func loss(_ x: [Float]) -> Double {
      x.indices.reduce(0) {
        $0 + Double(weights[$1] * (x[$1] - center[$1]) * (x[$1] - center[$1])) / 2
      }
    }

    func gradient(_ x: [Float]) -> [Float] {
      x.indices.map { weights[$0] * (x[$0] - center[$0]) }
    }

    /// The values after steps that are judged by `judge`, or by the loss.
    func descend(
      _ optimizer: Optimizer, from start: [Float], steps: Int, isSettled: Bool = true,
      judge: (([Float]) -> Double)? = nil
    ) -> [Float] {
      minimise(
        optimizer, from: start, steps: steps, isSettled: isSettled, loss: judge ?? loss
      ) { x, _ in gradient(x) }
    }
  }

  private func optimizer(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State,
    _ bounds: [ClosedRange<Float>]
  ) throws -> Optimizer {
    var settings = OptimizerSettings(method: method, state: state)
    settings.adam = AdamSettings(learningRate: 10, startsShort: true)
    settings.bounds = bounds
    return try settings.makeOptimizer(rowLength: Self.length, rows: Self.rows)
  }

  @Test(
    arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func theLossStaysBelowItsStart(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let bowl = Bowl("theLossStaysBelowItsStart", count: Self.length * Self.rows)
    for bounds in Self.bounds {
      let start = bowl.start(0.25, in: bounds)
      let first = bowl.loss(start)
      let least = bowl.loss(bowl.start(0, in: bounds))
      for steps in [1, 2, 3, 5, 8, 40] {
        let x = bowl.descend(
          try optimizer(method, state, bounds), from: start, steps: steps)
        #expect(bowl.loss(x) <= first * (steps == 1 ? 1 : 1.1), "\(steps) steps")
        if steps == 40 { #expect(bowl.loss(x) - least < 0.95 * (first - least)) }
      }
    }
  }

  /// Where every change is bad, all of it is taken back: exactly, but for the rounding of Float32, and
  /// of Adam's moments to 8 bits.
  @Test(
    arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func aHopelessChangeIsUndone(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let bowl = Bowl("aHopelessChangeIsUndone", count: Self.length * Self.rows)
    let start = bowl.start(20, in: [])
    var calls = 0
    let x = bowl.descend(try optimizer(method, state, []), from: start, steps: 1) { x in
      calls += 1
      return x == start ? 1 : calls % 2 == 0 ? .nan : 50
    }
    // The change is one of 10/64 or 4 grey levels.
    let tolerance: Float = (method, state) == (.adam, .int8) ? 0.1 : 1e-4
    #expect(zip(x, start).allSatisfy { abs($0 - $1) < tolerance })
    #expect(calls > 5 && calls < 15)
  }

  /// A last change may double the loss, as at the end of a run; L-BFGS's others may do more.
  @Test(
    arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func theEndIsJudgedByItself(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let optimizer = try optimizer(method, state, [])
    let bowl = Bowl("theEndIsJudgedByItself", count: Self.length * Self.rows)
    // Every step judges the last change and begins with the same loss.
    var calls = 0
    _ = bowl.descend(optimizer, from: bowl.start(80, in: []), steps: 4, isSettled: false) { _ in
      calls += 1
      return [100, 50, 25, 12.5][(calls - 1) / 2]
    }
    #expect(optimizer.rejects(loss: 45, isEnd: false) == (method == .adam))
    guard method == .lbfgs else { return }
    for (loss, isEnd, isRejected) in [
      (12.5, true, false), (24, true, false), (26, true, true),
    ] {
      #expect(optimizer.rejects(loss: loss, isEnd: isEnd) == isRejected, "\(loss)")
    }
  }

  /// A change that lowers the loss is left alone: the bits are those of steps that nobody judges.
  @Test(
    arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func aGoodChangeKeepsItsBits(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let bowl = Bowl("aGoodChangeKeepsItsBits", count: Self.length * Self.rows)
    let start = bowl.start(80, in: [])
    func run(_ judge: @escaping ([Float]) -> Double) throws -> [UInt32] {
      let settings = OptimizerSettings(method: method, state: state)
      let optimizer = try settings.makeOptimizer(rowLength: Self.length, rows: Self.rows)
      return bowl.descend(optimizer, from: start, steps: 6, judge: judge).map { $0.bitPattern }
    }
    #expect(try run(bowl.loss) == run { _ in 1 })
  }

  /// Adam's short first change grows to the whole rate while the loss falls.
  @Test func shortChangesGrow() throws {
    let bowl = Bowl("shortChangesGrow", count: Self.length * Self.rows)
    let start = bowl.start(80, in: [])
    func change(_ steps: Int) throws -> Float {
      func x(_ steps: Int) throws -> [Float] {
        bowl.descend(
          try optimizer(.adam, .float32, []), from: start, steps: steps, isSettled: false)
      }
      return zip(try x(steps), try x(steps - 1)).map { abs($0 - $1) }.max() ?? 0
    }
    #expect(abs(try change(1) - 10.0 / 64) < 1e-3)
    #expect(abs(try change(2) - 10.0 / 16) < 1e-2)
    #expect(try change(4) > 9)
  }

  /// After a first change that was too long, Adam's next one is shorter; after a swing at the full rate it is not.
  @Test(
    arguments: OptimizerSettings.State.allCases,
    [
      (losses: [100, 100, 150, 90, 90], next: 4.0...6.0),
      (losses: [100, 100, 50, 50, 150, 60, 60], next: 9.0...11.0),
    ])
  func aSwingIsShortenedAlone(
    _ state: OptimizerSettings.State, _ run: (losses: [Double], next: ClosedRange<Float>)
  ) throws {
    let bowl = Bowl("aSwingIsShortenedAlone", count: Self.length * Self.rows)
    let start = bowl.start(80, in: [])
    let steps = run.losses.count / 2
    func x(_ steps: Int) throws -> [Float] {
      var settings = OptimizerSettings(method: .adam, state: state)
      settings.adam.learningRate = 10
      let optimizer = try settings.makeOptimizer(rowLength: Self.length, rows: Self.rows)
      var losses = run.losses.makeIterator()
      return bowl.descend(
        optimizer, from: start, steps: steps, isSettled: steps < run.losses.count / 2
      ) { _ in
        losses.next() ?? 1
      }
    }
    // The last step begins where the one before was taken back to.
    let (before, after) = (try x(steps - 1), try x(steps))
    let change = zip(after, before).map { abs($0 - $1) }.max() ?? 0
    #expect(run.next.contains(change), "\(change)")
  }
}
