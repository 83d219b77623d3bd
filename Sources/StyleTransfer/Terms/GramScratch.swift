internal import QuantVGG

/// Scratch memory of the Gram terms, which use it one at a time.
struct GramScratch {
  /// Where it stands in the session's memory.
  struct Layout {
    let rows, gram, matrix: Int
    let rowBytes, channels: Int

    /// Reserves room for rows as wide as the widest that is laid out (`rowBytes`) and for sums of
    /// the layer that has most channels.
    init(rowBytes: Int, channels: Int, threads: Int, memory: inout ArenaPlan) {
      // At least one row, and not more than stays in the second-level cache.
      self.rowBytes = max(rowBytes, 512 << 10)
      self.channels = channels
      rows = memory.reserve(self.rowBytes)
      gram = memory.reserve(8 * channels * threads * MemoryLayout<Double>.stride)
      matrix = memory.reserve(channels * threads * MemoryLayout<Float>.stride)
    }
  }

  private let layout: Layout
  private let memory: Arena

  init(_ layout: Layout, memory: Arena) {
    self.layout = layout
    self.memory = memory
  }

  /// Room for laid-out rows, in bytes.
  var bytes: Int { layout.rowBytes }

  /// Laid-out rows.
  var base: UnsafeMutableRawPointer { memory.base + layout.rows }

  /// A worker's 8 rows of a Gram matrix.
  func sums(worker: Int) -> UnsafeMutablePointer<Double> {
    memory.at(layout.gram) + worker * 8 * layout.channels
  }

  /// A worker's row of a matrix.
  func row(worker: Int) -> UnsafeMutablePointer<Float> {
    memory.at(layout.matrix) + worker * layout.channels
  }
}
