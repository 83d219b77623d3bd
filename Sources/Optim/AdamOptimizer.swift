internal import Rows

/// What Adam does whatever form its moments have.
package class AdamOptimizer: Optimizer {
  private let settings: AdamSettings
  final var step: AdamStep

  init(
    rowLength: Int, settings: AdamSettings, bounds: [ClosedRange<Float>], state: StateRows<UInt8>
  ) {
    self.settings = settings
    step = AdamStep(settings)
    super.init(
      rowLength: rowLength, bounds: bounds, state: state,
      reach: settings.startsShort ? 0x1p-6 : 1, tolerance: 2)
  }

  /// Sets the length of the changes and the corrections of the moments' bias; begins afresh after a
  /// change that was taken back as a whole.
  package override func beginStep(loss: Double) {
    if control.isUndone {
      step = AdamStep(settings)
      state.clear()
    }
    super.beginStep(loss: loss)
    step.advance(reach: control.reach)
  }

  /// Takes a part of a value's change back.
  ///
  /// A value at a bound stays there: how far it came is not known.
  final func takeBack(_ value: inout Float, change: Float, _ place: Int) {
    guard !bounds.isReached(value, place) else { return }
    value = bounds.limit(value + Float(control.excess) * change, place)
  }

  /// Shows the powers of the decays.
  package override func visitScalars(_ visit: (inout UInt64) -> Void) -> Bool {
    let isPossible = super.visitScalars(visit)
    return step.visitScalars(reach: control.reach, visit) && isPossible
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

  /// Turns to the next step, whose changes are `reach` times as long as the settings say.
  mutating func advance(reach: Double) {
    beta1Power *= Double(settings.beta1)
    beta2Power *= Double(settings.beta2)
    correct(reach: reach)
  }

  private mutating func correct(reach: Double) {
    size = Float(reach * Double(settings.learningRate) / (1 - beta1Power))
    rootCorrection = Float(1 / (1 - beta2Power).squareRoot())
  }

  /// Shows the powers of the decays, from which all else follows.
  mutating func visitScalars(reach: Double, _ visit: (inout UInt64) -> Void) -> Bool {
    beta1Power.show(visit)
    beta2Power.show(visit)
    correct(reach: reach)
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
