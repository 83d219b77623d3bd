package import Rows

/// Changes the rows of an image by their gradient; subclasses say how.
///
/// A step is one call of `beginStep`, then one call of `receive` for every row in any order, and of `collect` for rows
/// that were received, in their order, then `endStep`, and then, where `movesAfterStep`, one call of `move` for every row. Before each step,
/// and after the last one, `rejects` judges what the step before led to; `shorten` is called for every
/// row as often as it does. Calls for different rows may come from different threads at the same time,
/// and nothing is allocated. The result has the same bits whatever the order and the threads.
package class Optimizer {
  /// Numbers of a row: three for each pixel.
  package let rowLength: Int
  /// Rows of the image.
  package let rows: Int
  /// The ranges of the values.
  package let bounds: ValueBounds
  /// What is remembered of every row from step to step; zeros at first.
  ///
  /// A row's bytes are there while it is received, moved or shortened. These bytes and the numbers of `visitScalars` let another optimizer of the same settings go on
  /// from here between two steps.
  package let state: StateRows<UInt8>
  /// What the last change has led to.
  final var control: ChangeControl

  /// An optimizer with its state.
  ///
  /// - Parameters:
  ///   - rowLength: numbers of a row.
  ///   - bounds: where values may lie, repeated along the row; anywhere where empty.
  ///   - state: zeros, as many bytes for each row as the optimizer remembers of it.
  ///   - reach: the length of the first change beside the usual one, in 0...1.
  ///   - tolerance: times the least loss so far to which a change may lead.
  package init(
    rowLength: Int, bounds: [ClosedRange<Float>] = [], state: StateRows<UInt8>, reach: Double = 1,
    tolerance: Double
  ) {
    self.rowLength = rowLength
    rows = state.rows
    self.state = state
    control = ChangeControl(reach: reach, tolerance: tolerance)
    self.bounds = ValueBounds(rowLength: rowLength, repeating: bounds)
  }

  /// Checks that a row and its gradient are this optimizer's.
  final func check(_ numbers: MemorySlice<Float>, row: Int) {
    precondition((0..<rows).contains(row), "a row of another image")
    precondition(numbers.count == rowLength, "a row of another length")
  }

  /// Judges the last change of the values by the loss after it.
  ///
  /// - Parameters:
  ///   - loss: of the values as they are.
  ///   - isEnd: whether no step follows.
  /// - Returns: whether it was too large; then every row is to be shortened, and the loss judged again.
  package final func rejects(loss: Double, isEnd: Bool = false) -> Bool {
    control.rejects(loss: loss, isEnd: isEnd)
  }

  /// Takes a part of the last change of a row back.
  package func shorten(_ values: MemorySlice<Float>, row: Int) {}

  /// Takes the values as new ones, which nothing has changed.
  package func valuesWereReplaced() { control.restart() }

  /// Starts a step.
  ///
  /// - Parameter loss: of the values as they are.
  package func beginStep(loss: Double) { control.begin(loss: loss) }

  /// Takes a row of the gradient; may change the values at once.
  ///
  /// - Parameters:
  ///   - gradient: the loss' derivative with respect to the row.
  ///   - values: the row.
  ///   - row: its index.
  package func receive(
    _ gradient: MemorySlice<Float>, values: MemorySlice<Float>, row: Int
  ) {}

  /// The bytes of a row's state that `receive` changes in this step.
  package var receivedParts: [2 of Range<Int>] { [0..<state.rowLength, 0..<0] }

  /// Those that `move` and `shorten` change.
  package var movedParts: [2 of Range<Int>] { [0..<0, 0..<0] }

  /// Takes from rows that were received what `endStep` needs; called in the order of rows, for all of them.
  package func collect(_ rows: Range<Int>) {}

  /// Calls `body` with the sums so far of what `collect` takes, where there are some; it may change them.
  package func withSums(_ body: (MemorySlice<Double>) -> Void) {}

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
  package func visitScalars(_ visit: (inout UInt64) -> Void) -> Bool {
    control.visitScalars(visit)
  }
}

extension Double {
  /// Shows the number as its bit pattern.
  mutating func show(_ visit: (inout UInt64) -> Void) {
    var bits = bitPattern
    visit(&bits)
    self = Double(bitPattern: bits)
  }
}
