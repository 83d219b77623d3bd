/// Elements in memory of their own, which is given back with the object.
public final class Block<Element: BitwiseCopyable>: Sendable {
  /// The elements, zeros at first.
  ///
  /// Valid as long as the object: a local one is kept by `withElements`.
  public let elements: MemorySlice<Element>
  private let memory: Arena

  /// Asks the system for memory.
  ///
  /// - Throws: `MemoryError.refused`.
  public init(count: Int) throws(MemoryError) {
    var plan = ArenaPlan()
    let reservation = plan.reserve(count, of: Element.self)
    memory = try Arena(plan)
    elements = memory.slice(reservation)
  }

  /// Calls `body` with the elements; the object lives until it returns.
  public func withElements<Result, Failure: Error>(
    _ body: (MemorySlice<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(elements)
  }
}
