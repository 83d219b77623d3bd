package import Rows

/// Rows of a picture in a ring that keeps them all.
package final class TestRows<Format: RowFormat> {
  /// The ring.
  package private(set) var ring: RowRing<Format>
  /// What stands around the picture.
  package private(set) var zeros: ZeroRow<Format>
  private let height: Int
  private let memory: Arena

  /// Rows of zeros.
  package init(width: Int, height: Int, channels: Int) {
    var plan = ArenaPlan()
    self.height = height
    ring = RowRing(width: width, channels: channels, capacity: height, plan: &plan)
    zeros = ZeroRow(elements: ring.paddedCount, plan: &plan)
    do {
      memory = try Arena(plan)
    } catch {
      preconditionFailure("\(error)")
    }
    ring.attach(memory)
    zeros.attach(memory)
    for y in 0..<height { self[y].clear() }
  }

  /// Row `y`.
  package subscript(y: Int) -> MutableRow<Format> { ring.writableRow(y) }

  /// The rows around row `y`.
  package func window(around y: Int) -> RowWindow<Format> {
    RowWindow(ring, around: y, height: height, outside: zeros)
  }
}
