package import Rows

/// Changes the rows of an image by their gradient; subclasses say how.
///
/// A step is one call of `beginStep`, then one call of `receive` for every row in any order, then
/// `endStep`, and then, where `movesAfterStep`, one call of `move` for every row. Calls for different rows may
/// come from different threads at the same time, and nothing is allocated. The result has the same
/// bits whatever the order and the threads.
package class Optimizer {
  /// Numbers of a row: three for each pixel.
  package let rowLength: Int
  /// Rows of the image.
  package let rows: Int
  /// The ranges of the values.
  package let bounds: ValueBounds
  /// The memory of every row from step to step; zeros at first.
  ///
  /// These bytes and the numbers of `visitScalars` let another optimizer of the same settings go on from here between two steps.
  package let state: MemorySlice<UInt8>
  private let memory: Arena

  /// Asks for the state.
  ///
  /// - Parameters:
  ///   - rowLength: numbers of a row.
  ///   - rows: rows.
  ///   - bounds: where values may lie, repeated along the row; anywhere where empty.
  ///   - stateBytes: of the state.
  /// - Throws: `MemoryError.refused`.
  package init(
    rowLength: Int, rows: Int, bounds: [ClosedRange<Float>] = [], stateBytes: Int
  ) throws(MemoryError) {
    precondition(rowLength >= 0 && rows >= 0 && stateBytes >= 0)
    self.rowLength = rowLength
    self.rows = rows
    self.bounds = ValueBounds(rowLength: rowLength, repeating: bounds)
    var plan = ArenaPlan()
    let reservation = plan.reserve(stateBytes, of: UInt8.self)
    memory = try Arena(plan)
    state = memory.slice(reservation)
  }

  /// Checks that a row and its gradient are this optimizer's.
  final func check(_ numbers: MemorySlice<Float>, row: Int) {
    precondition((0..<rows).contains(row), "a row of another image")
    precondition(numbers.count == rowLength, "a row of another length")
  }

  /// Starts a step.
  ///
  /// - Parameter loss: of the values as they are.
  package func beginStep(loss: Double) {}

  /// Takes a row of the gradient; may change the values at once.
  ///
  /// - Parameters:
  ///   - gradient: the loss' derivative with respect to the row.
  ///   - values: the row.
  ///   - row: its index.
  package func receive(
    _ gradient: MemorySlice<Float>, values: MemorySlice<Float>, row: Int
  ) {}

  /// Ends the gradient's rows.
  package func endStep() {}

  /// Whether values change in `move`, once all of the gradient is known.
  package var movesAfterStep: Bool { false }

  /// Changes the values of a row.
  package func move(_ values: MemorySlice<Float>, row: Int) {}

  /// Shows each number that is remembered beside `state`, always in the same order.
  ///
  /// - Parameter visit: may put the number of an earlier optimizer in its place; a `Double` is its
  ///   bit pattern.
  /// - Returns: whether the numbers can be those of an optimizer; where not, this one is of no more use.
  package func visitScalars(_ visit: (inout UInt64) -> Void) -> Bool { true }
}

extension Double {
  /// Shows the number as its bit pattern.
  mutating func show(_ visit: (inout UInt64) -> Void) {
    var bits = bitPattern
    visit(&bits)
    self = Double(bitPattern: bits)
  }
}
