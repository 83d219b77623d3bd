/// Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) over rows of numbers.
///
/// ```
/// m = beta1 m + (1 - beta1) g        v = beta2 v + (1 - beta2) g^2
/// x = x - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
/// ```
/// Every operation is rounded to Float32 on its own, and square root and division are exact by
/// IEEE 754, so a step has the same bits on every machine.
public final class Adam: StreamingOptimizer {
  /// The settings of the recurrence.
  public struct Settings: Sendable, Equatable {
    /// Step size in grey levels, > 0.
    public var learningRate: Float
    /// Decay of the first moment, in 0..<1.
    public var beta1: Float
    /// Decay of the second moment, in 0..<1.
    public var beta2: Float
    /// Keeps the division finite, > 0.
    public var epsilon: Float

    /// The defaults are the source article's.
    public init(
      learningRate: Float = 2, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8
    ) {
      self.learningRate = learningRate
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
    }
  }

  /// Steps begun.
  public private(set) var steps = 0
  /// The settings of the recurrence.
  public let settings: Settings
  /// Parameters that the state has room for.
  public let count: Int

  private let firstMoment: UnsafeMutablePointer<Float>
  private let secondMoment: UnsafeMutablePointer<Float>
  // beta^t in Float64 by repeated multiplication: no pow, whose last bit varies between libraries.
  private var beta1Power = 1.0
  private var beta2Power = 1.0
  private var stepSize: Float = 0
  private var rootCorrection: Float = 1

  /// State of zeros for `count` parameters: 8 bytes each.
  public init(count: Int, settings: Settings = Settings()) {
    precondition(count >= 0)
    self.count = count
    self.settings = settings
    firstMoment = .allocate(capacity: count)
    secondMoment = .allocate(capacity: count)
    firstMoment.initialize(repeating: 0, count: count)
    secondMoment.initialize(repeating: 0, count: count)
  }

  deinit {
    firstMoment.deallocate()
    secondMoment.deallocate()
  }

  /// Starts the next step: sets the corrections of the moments' bias.
  public func beginStep() {
    steps += 1
    beta1Power *= Double(settings.beta1)
    beta2Power *= Double(settings.beta2)
    stepSize = Float(Double(settings.learningRate) / (1 - beta1Power))
    rootCorrection = Float(1 / (1 - beta2Power).squareRoot())
  }

  /// Updates parameters `offset..<offset + count`; see the recurrence above.
  public func update(
    _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, offset: Int, count: Int
  ) {
    precondition(offset >= 0 && count >= 0 && offset + count <= self.count)
    let m = firstMoment + offset
    let v = secondMoment + offset
    let (beta1, beta2) = (settings.beta1, settings.beta2)
    let (rest1, rest2) = (1 - beta1, 1 - beta2)
    let (stepSize, correction, epsilon) = (stepSize, rootCorrection, settings.epsilon)
    for i in 0..<count {
      let g = gradient[i]
      m[i] = beta1 * m[i] + rest1 * g
      v[i] = beta2 * v[i] + rest2 * (g * g)
      values[i] -= stepSize * (m[i] / (v[i].squareRoot() * correction + epsilon))
    }
  }
}
