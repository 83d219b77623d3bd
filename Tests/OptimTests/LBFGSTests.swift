import Optim
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct LBFGSTests {
  /// A convex quadratic 1/2 sum w (x - c)^2 + 1/2 k sum (x[i] - x[i+1])^2 of condition about 1000.
  private struct Quadratic {
    let weights: [Float]
    let center: [Float]
    let coupling: Float = 3

    init(_ name: String, count: Int) {
      var random = TestRandom(name)
      weights = random.floats(count).map { 0.02 + 20 * $0 * $0 * $0 * $0 }
      center = random.floats(count, scale: 100)
    }

    func loss(_ x: [Float]) -> Double {
      var sum = 0.0
      for i in x.indices {
        let d = Double(x[i] - center[i])
        sum += 0.5 * Double(weights[i]) * d * d
        guard i > 0 else { continue }
        let e = Double(x[i] - x[i - 1])
        sum += 0.5 * Double(coupling) * e * e
      }
      return sum
    }

    func gradient(_ x: [Float]) -> [Float] {
      x.indices.map { i in
        var g = weights[i] * (x[i] - center[i])
        if i > 0 { g += coupling * (x[i] - x[i - 1]) }
        if i + 1 < x.count { g += coupling * (x[i] - x[i + 1]) }
        return g
      }
    }
  }

  /// The two-loop recursion as the book has it, in Float64 and without rounding, with y + d s for y, d being
  /// `damping` times |y| / |s|, and a first inverse Hessian of sy / yy times (ss yy / (sy)^2)^exponent.
  private func textbook(
    _ f: Quadratic, from start: [Float], steps: Int, history: Int, damping: Double = 0,
    exponent: Double = 0
  ) -> [Float] {
    var x = start.map { Double($0) }
    func gradient() -> [Double] { f.gradient(x.map { Float($0) }).map { Double($0) } }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    var pairs: [(s: [Double], y: [Double])] = []
    var g = gradient()
    for _ in 0..<steps {
      var q = g
      var alphas: [Double] = []
      for (s, y) in pairs.reversed() {
        let alpha = dot(s, q) / dot(s, y)
        alphas.insert(alpha, at: 0)
        for i in q.indices { q[i] -= alpha * y[i] }
      }
      var scale = 4 / (dot(g, g) / Double(g.count)).squareRoot()
      if let (s, y) = pairs.last {
        scale =
          dot(s, y) / dot(y, y) * pow(dot(s, s) * dot(y, y) / (dot(s, y) * dot(s, y)), exponent)
      }
      for i in q.indices { q[i] *= scale }
      for (index, (s, y)) in pairs.enumerated() {
        let beta = dot(y, q) / dot(s, y)
        for i in q.indices { q[i] += (alphas[index] - beta) * s[i] }
      }
      let s = q.map { -$0 }
      for i in x.indices { x[i] += s[i] }
      let next = gradient()
      var y = zip(next, g).map { $0 - $1 }
      if dot(s, y) > 0 {
        let added = damping * (dot(y, y) / dot(s, s)).squareRoot()
        for i in y.indices { y[i] += added * s[i] }
        pairs.append((s, y))
      }
      if pairs.count > history { pairs.removeFirst() }
      g = next
    }
    return x.map { Float($0) }
  }

  @Test(arguments: [0, 0.03, 0.5]) func takesTheStepsOfTheTextbook(damping: Double) throws {
    let (length, rows) = (270, 3)
    let f = Quadratic("takesTheStepsOfTheTextbook", count: length * rows)
    let start = [Float](repeating: 0, count: length * rows)
    var settings = OptimizerSettings(method: .lbfgs, state: .float32)
    settings.lbfgs.history = 3
    settings.lbfgs.largestChange = 1000
    settings.lbfgs.damping = damping
    for steps in 1...6 {
      let optimizer = try settings.makeOptimizer(rowLength: length, rows: rows)
      let own = minimise(optimizer, from: start, steps: steps, loss: f.loss) { x, _ in f.gradient(x)
      }
      let papers = textbook(
        f, from: start, steps: steps, history: 3, damping: damping, exponent: 0.25)
      let way = zip(papers, start).map { Double($0 - $1) }.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let apart = zip(papers, own).map { Double($0 - $1) }.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(apart < 1e-3 * way, "\(steps) steps: \(apart) of \(way)")
    }
  }

  @Test(arguments: OptimizerSettings.State.allCases)
  func goesAboutAsFarAsTheTextbook(_ state: OptimizerSettings.State) throws {
    let (length, rows, steps) = (270, 3, 16)
    let f = Quadratic("goesAboutAsFarAsTheTextbook", count: length * rows)
    let start = [Float](repeating: 0, count: length * rows)
    var settings = OptimizerSettings(method: .lbfgs, state: state)
    settings.lbfgs.history = 20
    settings.lbfgs.largestChange = 1000
    let optimizer = try settings.makeOptimizer(rowLength: length, rows: rows)
    let x = minimise(optimizer, from: start, steps: steps, loss: f.loss) { x, _ in f.gradient(x) }
    // The least loss, by many steps of the textbook.
    let least = f.loss(textbook(f, from: start, steps: 300, history: 20))
    let papers = f.loss(textbook(f, from: start, steps: steps, history: 20)) - least
    let own = f.loss(x) - least
    let first = f.loss(start) - least
    // Both have come a good part of the way; three quarters of the digits are near enough.
    #expect(papers < first * 1e-2)
    #expect(own > 0 && own < first * pow(papers / first, 0.75))
  }

  @Test func beatsAdam() throws {
    let (length, rows) = (270, 3)
    let f = Quadratic("beatsAdam", count: length * rows)
    let start = [Float](repeating: 0, count: length * rows)
    func loss(_ method: OptimizerSettings.Method) throws -> Double {
      let optimizer = try OptimizerSettings(method: method)
        .makeOptimizer(rowLength: length, rows: rows)
      return f.loss(
        minimise(optimizer, from: start, steps: 40, loss: f.loss) { x, _ in f.gradient(x) })
    }
    #expect(try loss(.lbfgs) < loss(.adam))
  }

  /// A concave loss leaves no pair to remember: steps stay bounded and downhill.
  @Test func concaveLossesAreDescended() throws {
    let optimizer = try LBFGS(rowLength: 300, rows: 2)
    var random = TestRandom("concaveLossesAreDescended")
    let start = random.floats(600)
    let x = minimise(
      optimizer, from: start, steps: 5, loss: { -$0.reduce(0) { $0 + Double($1 * $1) } }
    ) { x, _ in x.map { -2 * $0 } }
    let change = zip(x, start).map { abs($0 - $1) }.max() ?? 0
    #expect(zip(x, start).allSatisfy { abs($0) >= abs($1) })
    #expect(change < 200)
  }

  /// Gradients that are no numbers move nothing, and are forgotten: the next one is a first again.
  @Test func impossibleGradientsAreForgotten() throws {
    let optimizer = try LBFGS(rowLength: 4, rows: 1)
    var visited: [[Float]] = []
    let last = minimise(optimizer, from: [1, 2, 3, 4], steps: 4) { x, step in
      visited.append(x)
      return [Float](repeating: [1, .infinity, .nan, 1][step], count: 4)
    }
    // A first change has a root mean square of 4.
    #expect(visited == [[1, 2, 3, 4]] + [[Float]](repeating: [-3, -2, -1, 0], count: 3))
    #expect(last == [-7, -6, -5, -4])
  }

  /// A change that others made of the values says nothing of the curvature.
  @Test func replacedValuesMakeNoPair() throws {
    let optimizer = try LBFGS(rowLength: 4, rows: 1)
    _ = minimise(optimizer, from: [1, 2, 3, 4], steps: 1) { x, _ in x }
    optimizer.valuesWereReplaced()
    let start = [Float](repeating: -10, count: 4)
    let x = minimise(optimizer, from: start, steps: 1) { x, _ in x }
    // A first change again.
    #expect(zip(x, start).allSatisfy { abs($0 - $1 - 4) < 1e-3 }, "\(x)")
  }
}
