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

  /// Bytes of the state of each row of `rowLength` numbers.
  package func stateRowBytes(_ rowLength: Int) -> Int {
    switch (method, state) {
    case (.adam, .float32): Adam.rowBytes(rowLength)
    case (.adam, .int8): Adam8Bit.rowBytes(rowLength)
    case (.lbfgs, _): LBFGS.rowBytes(rowLength, settings: history)
    }
  }

  /// Bytes of a row's state that a step has to read and to write, but for the first.
  package func stateTraffic(_ rowLength: Int) -> (read: Int, written: Int) {
    let bytes = stateRowBytes(rowLength)
    return switch method {
    case .adam: (bytes, bytes)
    case .lbfgs: (2 * bytes, LBFGS.changedBytes(rowLength, settings: history))
    }
  }

  /// Bytes of the sums of a step over all rows.
  package var sumBytes: Int {
    method == .lbfgs ? LBFGS.sumBytes(settings: history) : 0
  }

  /// Makes the optimizer of an image of rows of `rowLength` numbers; its state is zeros.
  package func makeOptimizer(rowLength: Int, state rows: StateRows<UInt8>) -> Optimizer {
    precondition(rows.rowLength == stateRowBytes(rowLength), "state of another optimizer")
    return switch (method, state) {
    case (.adam, .float32): Adam(rowLength: rowLength, settings: adam, bounds: bounds, state: rows)
    case (.adam, .int8): Adam8Bit(rowLength: rowLength, settings: adam, bounds: bounds, state: rows)
    case (.lbfgs, _): LBFGS(rowLength: rowLength, settings: history, bounds: bounds, state: rows)
    }
  }

  /// The same with its state in memory.
  ///
  /// - Throws: `MemoryError.refused`.
  package func makeOptimizer(rowLength: Int, rows: Int) throws(MemoryError) -> Optimizer {
    makeOptimizer(
      rowLength: rowLength,
      state: try StateRows(rows: rows, rowLength: stateRowBytes(rowLength)))
  }
}
