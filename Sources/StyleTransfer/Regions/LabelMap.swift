internal import Rows

/// A label for each position, `[height][width]`.
struct LabelMap {
  /// What belongs to no region.
  static let none = UInt8.max

  let labels: MemorySlice<UInt8>
  let width, height: Int

  init(_ labels: MemorySlice<UInt8>, width: Int, height: Int) {
    self.labels = labels[0..<width * height]
    self.width = width
    self.height = height
  }

  subscript(x: Int, y: Int) -> UInt8 { labels[y * width + x] }

  /// Replaces every label by that of a table.
  func replace(_ table: [UInt8]) {
    for i in 0..<labels.count { labels[i] = table[Int(labels[i])] }
  }

  /// Takes what most pixels of each cell have, the lower one of two that are equal; a cell is
  /// 2^poolings a side.
  func setMajority(of pixels: LabelMap, poolings: Int) {
    var counts = [Int32](repeating: 0, count: 256)
    let side = 1 << poolings
    for y in 0..<height {
      for x in 0..<width {
        func forEachPixel(_ body: (Int) -> Void) {
          for row in y * side..<(y + 1) * side {
            for column in x * side..<(x + 1) * side { body(Int(pixels[column, row])) }
          }
        }
        forEachPixel { counts[$0] += 1 }
        var best = Int(pixels[x * side, y * side])
        forEachPixel { label in
          let more = counts[label] - counts[best]
          if more > 0 || more == 0 && label < best { best = label }
        }
        forEachPixel { counts[$0] = 0 }
        labels[y * width + x] = UInt8(best)
      }
    }
  }

  /// Keeps the labels whose neighbours in 3x3, where the picture has them, have the same one: those
  /// that a convolution makes of one region alone.
  func setEroded(_ source: LabelMap) {
    for y in 0..<height {
      for x in 0..<width {
        let label = source[x, y]
        var isInside = true
        for row in max(y - 1, 0)...min(y + 1, height - 1) {
          for column in max(x - 1, 0)...min(x + 1, width - 1) {
            if source[column, row] != label { isInside = false }
          }
        }
        labels[y * width + x] = isInside ? label : Self.none
      }
    }
  }

  /// Keeps the labels that all four positions under a pooling have.
  func setPooled(_ source: LabelMap) {
    for y in 0..<height {
      for x in 0..<width {
        let label = source[2 * x, 2 * y]
        let isInside =
          source[2 * x + 1, 2 * y] == label && source[2 * x, 2 * y + 1] == label
          && source[2 * x + 1, 2 * y + 1] == label
        labels[y * width + x] = isInside ? label : Self.none
      }
    }
  }

  /// Positions with a label, by row.
  func count(_ label: UInt8, into rows: MemorySlice<Int32>) {
    for y in 0..<height {
      var count: Int32 = 0
      for x in 0..<width where self[x, y] == label { count += 1 }
      rows[y] = count
    }
  }
}
