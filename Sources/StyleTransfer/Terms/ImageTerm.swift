internal import QuantVGG
internal import Rows

/// A cost of the image's own pixels.
protocol ImageTerm: AnyObject {
  /// The name in reports, and the factors.
  var label: TermLabel { get }

  /// Measures the image, `[height][width][3]`, none of whose rows has moved.
  func measure(_ image: StateRows<Float>, strip: Strip, pool: WorkerPool)

  /// The cost of the image that was measured last, before any weight.
  var value: Double { get }

  /// Adds the derivative with respect to a row, `[width][3]`.
  ///
  /// Called on any worker while other rows move.
  ///
  /// - Parameters:
  ///   - row: the row.
  ///   - rows: the row and its neighbours as they were when the image was measured.
  ///   - gradient: the row's.
  func addGradient(row: Int, rows: UnmovedRows, into gradient: MutableRow<Real>)
}

/// Copies of the image's rows around those whose gradient arrives, made before an optimizer moves
/// them.
///
/// Row y's gradient needs rows y - 1 to y + 1, of which the first may have moved already. A ring as
/// high as the largest number of rows that arrive at once, and two more, holds all that is read.
struct UnmovedRows {
  /// The place of the ring in memory, and its size.
  struct Layout {
    let ring: Reservation<Float>
    let rowLength, capacity: Int

    /// Reserves a ring for images of `rows` x `rowLength` numbers.
    init(rowLength: Int, rows: Int, mostAtOnce: Int, memory: inout ArenaPlan) {
      self.rowLength = rowLength
      capacity = min(rows, mostAtOnce + 2)
      ring = memory.reserve(capacity * rowLength, of: Float.self)
    }
  }

  private let layout: Layout
  private let rows: Int
  private let image: StateRows<Float>
  private let ring: MemorySlice<Float>
  /// Rows that have been copied.
  private var copied = 0

  init(_ layout: Layout, of image: StateRows<Float>, memory: Arena) {
    self.layout = layout
    self.image = image
    rows = image.rows
    ring = memory.slice(layout.ring)
  }

  /// Begins again with the first of the rows that move.
  mutating func restart(_ rows: Range<Int>) { copied = max(rows.lowerBound - 1, 0) }

  /// Copies what the gradients of some rows read, before these rows move.
  mutating func prepare(_ range: Range<Int>) {
    let end = min(range.upperBound + 1, rows)
    precondition(end - max(range.lowerBound - 1, 0) <= layout.capacity, "the ring is high enough")
    while copied < end {
      image.copy(columns: 0..<layout.rowLength, of: copied..<copied + 1, into: slot(of: copied))
      copied += 1
    }
  }

  /// A row as it was; nil outside the image.
  func row(_ y: Int) -> Row<Real>? {
    (0..<rows).contains(y) ? Row(slot(of: y), channels: 3) : nil
  }

  private func slot(of y: Int) -> MemorySlice<Float> {
    let first = y % layout.capacity * layout.rowLength
    return ring[first..<first + layout.rowLength]
  }
}
