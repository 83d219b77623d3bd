package import Rows

/// Elements in memory of their own, for what works on slices.
package final class TestMemory<Element: BitwiseCopyable> {
  /// The elements.
  package let slice: MemorySlice<Element>
  private let memory: Arena

  /// Memory with some elements.
  package init(_ elements: [Element]) {
    var plan = ArenaPlan()
    let reservation = plan.reserve(elements.count, of: Element.self)
    memory = Arena(required: plan)
    slice = memory.slice(reservation)
    slice.copy(elements.span)
  }
}
