import Optim
import TestSupport
import Testing

@Suite struct AdamTests {
  /// The recurrence as the paper writes it, in Float64.
  private func paper(_ start: [Double], gradients: [[Double]], settings: Adam.Settings) -> [Double]
  {
    var x = start
    var m = [Double](repeating: 0, count: x.count)
    var v = m
    let (b1, b2) = (Double(settings.beta1), Double(settings.beta2))
    var (p1, p2) = (1.0, 1.0)
    for g in gradients {
      p1 *= b1
      p2 *= b2
      for i in x.indices {
        m[i] = b1 * m[i] + (1 - b1) * g[i]
        v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i]
        let mean = m[i] / (1 - p1)
        let deviation = (v[i] / (1 - p2)).squareRoot()
        x[i] -= Double(settings.learningRate) * mean / (deviation + Double(settings.epsilon))
      }
    }
    return x
  }

  @Test func followsThePaper() {
    var random = TestRandom("followsThePaper")
    let count = 37
    var x = random.floats(count, scale: 100)
    let start = x.map { Double($0) }
    let adam = Adam(count: count)
    var gradients: [[Double]] = []
    for _ in 0..<50 {
      let g = random.floats(count, scale: 3)
      gradients.append(g.map { Double($0) })
      adam.beginStep()
      x.withUnsafeMutableBufferPointer { x in
        guard let base = x.baseAddress else { return }
        adam.update(base, gradient: g, offset: 0, count: count)
      }
    }
    let expected = paper(start, gradients: gradients, settings: adam.settings)
    for (a, b) in zip(x, expected) { #expect(abs(Double(a) - b) < 1e-3) }
  }

  @Test func piecesInAnyOrderGiveTheSameBits() {
    var random = TestRandom("piecesInAnyOrderGiveTheSameBits")
    let count = 24
    let start = random.floats(count)
    var results: [[UInt32]] = []
    let gradients = (0..<5).map { _ in random.floats(count) }
    for pieces in [[0..<24], [0..<8, 8..<24], [16..<24, 0..<16]] {
      let adam = Adam(count: count)
      var x = start
      for gradient in gradients {
        adam.beginStep()
        x.withUnsafeMutableBufferPointer { x in
          gradient.withUnsafeBufferPointer { g in
            guard let x = x.baseAddress, let g = g.baseAddress else { return }
            for piece in pieces {
              adam.update(
                x + piece.lowerBound, gradient: g + piece.lowerBound, offset: piece.lowerBound,
                count: piece.count)
            }
          }
        }
      }
      results.append(x.map { $0.bitPattern })
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  @Test func aZeroGradientMovesNothing() {
    let adam = Adam(count: 4)
    var x: [Float] = [1, 2, 3, 4]
    adam.beginStep()
    x.withUnsafeMutableBufferPointer { x in
      guard let base = x.baseAddress else { return }
      adam.update(base, gradient: [0, 0, 0, 0], offset: 0, count: 4)
    }
    #expect(x == [1, 2, 3, 4])
  }
}
