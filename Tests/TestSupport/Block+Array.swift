package import Rows

extension Block {
  /// Memory with some elements.
  package convenience init(_ array: [Element]) {
    do throws(MemoryError) {
      try self.init(count: array.count)
    } catch {
      preconditionFailure("\(error)")
    }
    elements.copy(array.span)
  }
}
