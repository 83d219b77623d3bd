/// Rows of numbers most of which are 0, without loss: a bit for each number, and those that are not 0 behind the bits.
///
/// Rows are written in order; each is read as a whole. The room is that of a share of all numbers: where more of them are not 0,
/// rows have none, and the owner is told.
final class PackedRows<Element: BitwiseCopyable> {
  /// The place of rows in memory.
  struct Layout: Sendable {
    fileprivate let storage: Reservation<UInt8>
    fileprivate let starts: Reservation<Int>

    /// Reserves half of the rows' bytes.
    init(rows: Int, rowLength: Int, memory: inout ArenaPlan) {
      storage = memory.reserve(
        rows * rowLength * MemoryLayout<Element>.stride / 2, of: UInt8.self)
      starts = memory.reserve(rows + 1, of: Int.self)
    }

    var bytes: Int { storage.bytes + starts.bytes }
  }

  private let storage: MemorySlice<UInt8>
  /// By row, its first byte; one more for the end of the last row.
  private let starts: MemorySlice<Int>
  /// Rows that are there.
  private var count = 0
  /// Whether a row had no room.
  private(set) var isFull = false

  init(_ layout: Layout, memory: Arena) {
    storage = memory.slice(layout.storage)
    starts = memory.slice(layout.starts)
    starts[0] = 0
  }

  /// Writes the next row; the first one begins anew.
  func write(_ row: MemorySlice<Element>, at y: Int) {
    if y == 0 { (count, isFull) = (0, false) }
    precondition(y == count, "rows are written in order")
    count += 1
    let (bytes, size) = (row.bytes, MemoryLayout<Element>.stride)
    var place = starts[y]
    let bits = place
    place += (row.count + 7) / 8
    guard place <= storage.count else { return leaveOut(y) }
    for first in stride(from: 0, to: row.count, by: 8) {
      var mask: UInt8 = 0
      for index in first..<min(first + 8, row.count) {
        var any: UInt8 = 0
        for byte in index * size..<(index + 1) * size { any |= bytes[byte] }
        guard any != 0 else { continue }
        guard place + size <= storage.count else { return leaveOut(y) }
        mask |= 1 << UInt8(index - first)
        for byte in index * size..<(index + 1) * size {
          storage[place] = bytes[byte]
          place += 1
        }
      }
      storage[bits + first / 8] = mask
    }
    starts[y + 1] = place
  }

  private func leaveOut(_ y: Int) {
    isFull = true
    starts[y + 1] = starts[y]
  }

  /// Reads a row that was written and had room; another one is zeros.
  func read(_ y: Int, into row: MemorySlice<Element>) {
    row.clear()
    guard y < count, starts[y + 1] > starts[y] else { return }
    let (bytes, size) = (row.bytes, MemoryLayout<Element>.stride)
    let bits = starts[y]
    var place = bits + (row.count + 7) / 8
    for group in 0..<(row.count + 7) / 8 {
      var mask = storage[bits + group]
      while mask != 0 {
        let first = (8 * group + mask.trailingZeroBitCount) * size
        for byte in first..<first + size {
          bytes[byte] = storage[place]
          place += 1
        }
        mask &= mask - 1
      }
    }
  }
}
