package import Rows

/// Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) over rows of numbers.
///
/// ```
/// m = beta1 m + (1 - beta1) g        v = beta2 v + (1 - beta2) g^2
/// x = x - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
/// ```
/// Every operation is rounded to Float32 on its own, and square root and division are exact by
/// IEEE 754, so a step has the same bits on every machine.
package final class Adam: Optimizer {
  private var step: AdamStep

  /// State of zeros: 8 bytes for each number.
  ///
  /// - Throws: `MemoryError.refused`.
  package init(
    rowLength: Int, rows: Int, settings: AdamSettings = AdamSettings(),
    bounds: [ClosedRange<Float>] = []
  ) throws(MemoryError) {
    step = AdamStep(settings)
    try super.init(
      rowLength: rowLength, rows: rows, bounds: bounds,
      stateBytes: Self.stateBytes(rowLength: rowLength, rows: rows))
  }

  /// Bytes of the state.
  package static func stateBytes(rowLength: Int, rows: Int) -> Int {
    2 * rowLength * rows * MemoryLayout<Float>.stride
  }

  /// Sets the corrections of the moments' bias.
  package override func beginStep(loss: Double) {
    step.advance()
  }

  /// Updates a row; see the recurrence above.
  package override func receive(
    _ gradient: MemorySlice<Float>, values: MemorySlice<Float>, row: Int
  ) {
    check(gradient, row: row)
    check(values, row: row)
    let moments = state.elements(Float.self, count: 2 * rows * rowLength)
    let m = moments[row * rowLength..<(row + 1) * rowLength]
    let v = moments[(rows + row) * rowLength..<(rows + row + 1) * rowLength]
    let step = step
    for i in 0..<rowLength {
      (m[i], v[i]) = step.moments(m[i], v[i], gradient: gradient[i])
      values[i] = bounds.limit(values[i] - step.change(m[i], v[i]), i)
    }
  }

  /// Shows the powers of the decays.
  package override func visitScalars(_ visit: (inout UInt64) -> Void) -> Bool {
    step.visitScalars(visit)
  }
}

/// The arithmetic of one step of Adam.
struct AdamStep {
  private let settings: AdamSettings
  // beta^t in Float64 by repeated multiplication: no pow, whose last bit varies between libraries.
  private var beta1Power = 1.0
  private var beta2Power = 1.0
  private var size: Float = 0
  private var rootCorrection: Float = 1

  init(_ settings: AdamSettings) {
    self.settings = settings
  }

  /// Turns to the next step.
  mutating func advance() {
    beta1Power *= Double(settings.beta1)
    beta2Power *= Double(settings.beta2)
    size = Float(Double(settings.learningRate) / (1 - beta1Power))
    rootCorrection = Float(1 / (1 - beta2Power).squareRoot())
  }

  /// Shows the powers of the decays, from which all else follows.
  mutating func visitScalars(_ visit: (inout UInt64) -> Void) -> Bool {
    beta1Power.show(visit)
    beta2Power.show(visit)
    return (0...1).contains(beta1Power) && (0...1).contains(beta2Power)
  }

  /// Both moments after a gradient.
  func moments(_ m: Float, _ v: Float, gradient g: Float) -> (Float, Float) {
    (
      settings.beta1 * m + (1 - settings.beta1) * g,
      settings.beta2 * v + (1 - settings.beta2) * (g * g)
    )
  }

  /// The amount that is subtracted from a value.
  func change(_ m: Float, _ v: Float) -> Float {
    size * (m / (v.squareRoot() * rootCorrection + settings.epsilon))
  }
}
