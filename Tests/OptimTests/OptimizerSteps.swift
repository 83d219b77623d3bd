import Optim

/// Steps of an optimizer on a function whose gradient is known, its rows in a given order.
func minimise(
  _ optimizer: Optimizer, from start: [Float], steps: Int, order: [Int]? = nil,
  loss: ([Float]) -> Double = { _ in 1 }, gradient: ([Float], Int) -> [Float]
) -> [Float] {
  var x = start
  for step in 0..<steps {
    let g = gradient(x, step)
    optimizer.beginStep(loss: loss(x))
    x.withUnsafeMutableBufferPointer { x in
      g.withUnsafeBufferPointer { g in
        guard let x = x.baseAddress, let g = g.baseAddress else { return }
        for row in order ?? Array(0..<optimizer.rows) {
          let offset = row * optimizer.rowLength
          optimizer.receive(g + offset, values: x + offset, row: row)
        }
        optimizer.endStep()
        guard optimizer.moves else { return }
        for row in order ?? Array(0..<optimizer.rows) {
          optimizer.move(x + row * optimizer.rowLength, row: row)
        }
      }
    }
  }
  return x
}
