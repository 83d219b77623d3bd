/// Settings of L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.4).
public struct LBFGSSettings: Sendable, Equatable {
  /// Pairs of changes that are remembered, at least 1.
  public var history: Int
  /// Root mean square of the first change, in grey levels, > 0.
  public var firstChange: Double
  /// Most that the root mean square of a change may be, in grey levels, > 0.
  public var largestChange: Double
  /// Curvature that is added to that of every pair of changes s and y, as a share of |y| / |s|, in 0...1.
  ///
  /// It keeps steps short along pairs to which the noise of quantized gradients has left little curvature;
  /// 0 takes the pairs as they are.
  public var damping: Double

  /// How a number of the history is stored.
  package enum HistoryBits: Int, Sendable {
    /// As Int8.
    case eight = 8
    /// As Int16.
    case sixteen = 16
  }
  /// Accuracy of the history; follows from `OptimizerSettings.state`.
  package var historyBits = HistoryBits.eight

  /// Settings whose defaults were found by measurement.
  ///
  /// - Parameters:
  ///   - history: pairs of changes that are remembered, at least 1.
  ///   - firstChange: root mean square of the first change, in grey levels, > 0.
  ///   - largestChange: most that it may be later, in grey levels, > 0.
  ///   - damping: curvature that is added to that of every pair, as a share of |y| / |s|, in 0...1.
  public init(
    history: Int = 6, firstChange: Double = 4, largestChange: Double = 20, damping: Double = 0.03
  ) {
    self.history = history
    self.firstChange = firstChange
    self.largestChange = largestChange
    self.damping = damping
  }
}
