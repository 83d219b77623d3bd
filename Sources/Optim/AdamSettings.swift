/// Settings of Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1).
public struct AdamSettings: Sendable, Equatable {
  /// Step size in grey levels, > 0.
  public var learningRate: Float
  /// Decay of the first moment, in 0..<1.
  public var beta1: Float
  /// Decay of the second moment, in 0..<1.
  public var beta2: Float
  /// Keeps the division finite, > 0.
  public var epsilon: Float
  /// Whether the first changes are short, as they must be where the values are good already: 1/64 of
  /// the step size, four times as much after every one that lowers the loss, and half as much again
  /// once one has raised it.
  public var startsShort: Bool

  /// Settings whose defaults are the source article's.
  ///
  /// - Parameters:
  ///   - learningRate: step size in grey levels, > 0.
  ///   - beta1: decay of the first moment, in 0..<1.
  ///   - beta2: decay of the second moment, in 0..<1.
  ///   - epsilon: keeps the division finite, > 0.
  ///   - startsShort: whether the first changes are short.
  public init(
    learningRate: Float = 2, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    startsShort: Bool = false
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.startsShort = startsShort
  }
}
