public import Optim
public import Rows

/// Keeps the gradient of the last step while another optimizer works with it.
public final class GradientRecorder: Optimizer {
  private let inner: Optimizer?
  /// Whether a step only measures and the image stays as it is.
  public var isFrozen: Bool

  /// Records the gradients that `inner` gets.
  ///
  /// - Throws: `OptimizerError.refused`.
  public init(_ inner: Optimizer) throws(OptimizerError) {
    self.inner = inner
    isFrozen = false
    try super.init(
      rowLength: inner.rowLength, rows: inner.rows,
      stateBytes: Self.bytes(rowLength: inner.rowLength, rows: inner.rows))
  }

  /// Records gradients of an image that never changes.
  ///
  /// - Throws: `OptimizerError.refused`.
  public init(rowLength: Int, rows: Int) throws(OptimizerError) {
    inner = nil
    isFrozen = true
    try super.init(
      rowLength: rowLength, rows: rows,
      stateBytes: Self.bytes(rowLength: rowLength, rows: rows))
  }

  /// Bytes that recording takes.
  public static func bytes(rowLength: Int, rows: Int) -> Int {
    rowLength * rows * MemoryLayout<Float>.stride
  }

  /// dJ/dx of the last step, `[height][width][3]`, valid until the next.
  public var gradient: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: kept32.base, count: kept32.count)
  }

  private var kept32: MemorySlice<Float> {
    state.elements(Float.self, count: rowLength * rows)
  }

  private var active: Optimizer? { isFrozen ? nil : inner }

  /// Begins the other optimizer's step.
  public override func beginStep(loss: Double) { active?.beginStep(loss: loss) }

  /// Copies the row and hands it on.
  public override func receive(
    _ gradient: MemorySlice<Float>, values: MemorySlice<Float>, row: Int
  ) {
    kept32[row * rowLength..<(row + 1) * rowLength].copy(gradient)
    active?.receive(gradient, values: values, row: row)
  }

  /// Ends the other optimizer's step.
  public override func endStep() { active?.endStep() }

  /// Whether the other optimizer moves values.
  public override var moves: Bool { active?.moves ?? false }

  /// Lets the other optimizer move a row.
  public override func move(_ values: MemorySlice<Float>, row: Int) {
    active?.move(values, row: row)
  }

  /// What the other optimizer remembers; the gradient is not kept.
  public override var kept: MemorySlice<UInt8> {
    inner?.kept ?? state[0..<0]
  }

  /// Shows the other optimizer's numbers.
  public override func visitNumbers(_ visit: (inout UInt64) -> Void) -> Bool {
    inner?.visitNumbers(visit) ?? true
  }
}
