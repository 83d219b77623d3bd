/// Calls `body` with memory for some elements that is not set to anything, on the stack where it is small.
@inlinable
public func withTemporarySlice<Element: BitwiseCopyable, Result>(
  of type: Element.Type, count: Int, _ body: (MemorySlice<Element>) -> Result
) -> Result {
  unsafe withUnsafeTemporaryAllocation(of: type, capacity: count) { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("an empty allocation") }
    return unsafe body(MemorySlice(base: base, count: count))
  }
}
