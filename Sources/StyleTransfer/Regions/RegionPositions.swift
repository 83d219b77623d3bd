internal import Rows

/// The positions of a layer that belong to one region: what a term of this region counts.
struct RegionPositions {
  private let map: LabelMap
  private let label: UInt8
  private let rowCounts: MemorySlice<Int32>
  /// How many there are.
  let count: Int

  /// Counts the positions of a label; `rowCounts` has room for a number for each row.
  init(_ map: LabelMap, label: UInt8, rowCounts: MemorySlice<Int32>) {
    self.map = map
    self.label = label
    self.rowCounts = rowCounts
    map.count(label, into: rowCounts)
    var count = 0
    for y in 0..<map.height { count += Int(rowCounts[y]) }
    self.count = count
  }

  /// How many there are in a row.
  func count(row: Int) -> Int { Int(rowCounts[row]) }

  /// The positions of a row where they are neighbours; nil where they are several runs, or none.
  func onlyRun(row: Int) -> Range<Int>? {
    let count = count(row: row)
    guard count > 0, let first = (0..<map.width).first(where: { map[$0, row] == label }),
      (first..<first + count).allSatisfy({ $0 < map.width && map[$0, row] == label })
    else { return nil }
    return first..<first + count
  }

  /// Calls `body` with each run of neighbouring positions in some columns of a row, from the left.
  @inline(__always)
  func forEachRun(row: Int, columns: Range<Int>, _ body: (Range<Int>) -> Void) {
    guard rowCounts[row] > 0 else { return }
    if count(row: row) == map.width { return body(columns) }
    var x = columns.lowerBound
    while x < columns.upperBound {
      if map[x, row] != label {
        x += 1
        continue
      }
      let first = x
      while x < columns.upperBound, map[x, row] == label { x += 1 }
      body(first..<x)
    }
  }
}
