import Optim
import Rows
import TestSupport

/// Steps of an optimizer on a function whose gradient is known, its rows in a given order; before each
/// step the last change is judged, and after the last one where `isSettled`.
func minimise(
  _ optimizer: Optimizer, from start: [Float], steps: Int, order: [Int]? = nil,
  isSettled: Bool = false, loss: ([Float]) -> Double = { _ in 1 },
  gradient: ([Float], Int) -> [Float]
) -> [Float] {
  var x = start
  func settle() {
    while optimizer.rejects(loss: loss(x)) {
      let values = Block(x)
      for row in order ?? Array(0..<optimizer.rows) {
        let place = row * optimizer.rowLength..<(row + 1) * optimizer.rowLength
        optimizer.shorten(values.elements[place], row: row)
      }
      x = values.elements.array
    }
  }
  for step in 0..<steps {
    settle()
    let g = gradient(x, step)
    optimizer.beginStep(loss: loss(x))
    let (values, gradient) = (Block(x), Block(g))
    func place(_ row: Int) -> Range<Int> {
      row * optimizer.rowLength..<(row + 1) * optimizer.rowLength
    }
    for row in order ?? Array(0..<optimizer.rows) {
      optimizer.receive(
        gradient.elements[place(row)], values: values.elements[place(row)], row: row)
    }
    optimizer.collect(0..<optimizer.rows)
    optimizer.endStep()
    if optimizer.movesAfterStep {
      for row in order ?? Array(0..<optimizer.rows) {
        optimizer.move(values.elements[place(row)], row: row)
      }
    }
    x = values.elements.array
  }
  if isSettled { settle() }
  return x
}

extension Adam {
  /// An optimizer with the default settings and its state in memory.
  convenience init(rowLength: Int, rows: Int) throws {
    let settings = OptimizerSettings(method: .adam, state: .float32)
    self.init(
      rowLength: rowLength,
      state: try StateRows(rows: rows, rowLength: settings.stateRowBytes(rowLength)))
  }
}

extension Adam8Bit {
  /// An optimizer with the default settings and its state in memory.
  convenience init(rowLength: Int, rows: Int) throws {
    let settings = OptimizerSettings(method: .adam, state: .int8)
    self.init(
      rowLength: rowLength,
      state: try StateRows(rows: rows, rowLength: settings.stateRowBytes(rowLength)))
  }
}

extension LBFGS {
  /// An optimizer with the default settings and its state in memory.
  convenience init(rowLength: Int, rows: Int) throws {
    let settings = OptimizerSettings(method: .lbfgs, state: .float32)
    self.init(
      rowLength: rowLength,
      state: try StateRows(rows: rows, rowLength: settings.stateRowBytes(rowLength)))
  }
}
