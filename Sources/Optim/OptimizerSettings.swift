package import Rows

/// The choice of an optimizer and of how it stores what it remembers.
public struct OptimizerSettings: Sendable, Equatable {
  /// A method of optimisation.
  public enum Method: String, CaseIterable, Sendable {
    /// Adam (Kingma and Ba, arXiv 1412.6980).
    case adam
    /// L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.4).
    case lbfgs
  }

  /// Numbers that are kept from step to step.
  public enum State: String, CaseIterable, Sendable {
    /// Adam's moments in 4 bytes each; L-BFGS's history in 2.
    case float32
    /// Adam's moments and L-BFGS's history in a byte each.
    case int8
  }

  /// The method.
  public var method: Method
  /// Its memory.
  public var state: State
  /// Adam's recurrence.
  public var adam: AdamSettings
  /// The recursion of L-BFGS.
  public var lbfgs: LBFGSSettings

  /// The ranges of the values, repeated along a row; no limits where empty.
  public var bounds: [ClosedRange<Float>] = []

  /// Settings without bounds; the defaults are L-BFGS with its history in bytes.
  ///
  /// - Parameters:
  ///   - method: the method.
  ///   - state: how what it remembers is stored.
  ///   - adam: Adam's recurrence; of no effect where the method is another.
  ///   - lbfgs: the recursion of L-BFGS; of no effect where the method is another.
  public init(
    method: Method = .lbfgs, state: State = .int8, adam: AdamSettings = AdamSettings(),
    lbfgs: LBFGSSettings = LBFGSSettings()
  ) {
    self.method = method
    self.state = state
    self.adam = adam
    self.lbfgs = lbfgs
  }

  private var history: LBFGSSettings {
    var settings = lbfgs
    settings.historyBits = state == .int8 ? .eight : .sixteen
    return settings
  }

  /// Bytes of the state for an image of `rows` x `rowLength` numbers.
  package func stateBytes(rowLength: Int, rows: Int) -> Int {
    switch (method, state) {
    case (.adam, .float32): Adam.stateBytes(rowLength: rowLength, rows: rows)
    case (.adam, .int8): Adam8Bit.stateBytes(rowLength: rowLength, rows: rows)
    case (.lbfgs, _): LBFGS.stateBytes(rowLength: rowLength, rows: rows, settings: history)
    }
  }

  /// Makes the optimizer.
  ///
  /// - Throws: `MemoryError.refused`.
  package func makeOptimizer(rowLength: Int, rows: Int) throws(MemoryError) -> Optimizer {
    switch (method, state) {
    case (.adam, .float32):
      try Adam(rowLength: rowLength, rows: rows, settings: adam, bounds: bounds)
    case (.adam, .int8):
      try Adam8Bit(rowLength: rowLength, rows: rows, settings: adam, bounds: bounds)
    case (.lbfgs, _):
      try LBFGS(rowLength: rowLength, rows: rows, settings: history, bounds: bounds)
    }
  }
}
