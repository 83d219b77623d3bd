internal import Rows

/// Scratch memory of the Gram terms, which use it one at a time.
struct GramScratch {
  /// The place in the session's memory.
  struct Layout {
    let rows: Reservation<UInt8>
    /// For each worker 8 rows of a Gram matrix.
    let gram: Reservation<Double>
    /// For each worker a row of a matrix.
    let matrix: Reservation<Float>
    /// For each worker the positions of a row that belong to a region.
    let gathered: Reservation<UInt8>
    /// For each worker 24 rows of a matrix; none where gradients are not normalised.
    let norm: Reservation<Float>
    let channels, threads: Int

    /// Reserves room for rows as wide as the widest that is laid out (`rowBytes`), for as many bytes
    /// of activations (`gatheredBytes`) and for sums of the layer that has most channels.
    init(
      rowBytes: Int, gatheredBytes: Int, channels: Int, threads: Int, normalizes: Bool,
      memory: inout ArenaPlan
    ) {
      (self.channels, self.threads) = (channels, threads)
      // At least one row, and not more than stays in the second-level cache.
      rows = memory.reserve(max(rowBytes, 512 << 10), of: UInt8.self)
      gram = memory.reserve(8 * channels * threads, of: Double.self)
      matrix = memory.reserve(channels * threads, of: Float.self)
      gathered = memory.reserve(gatheredBytes * threads, of: UInt8.self)
      norm = memory.reserve(normalizes ? 24 * channels * threads : 0, of: Float.self)
    }
  }

  /// Laid-out rows.
  let rows: MemorySlice<UInt8>
  private let gram: MemorySlice<Double>
  private let matrix: MemorySlice<Float>
  private let gathered: MemorySlice<UInt8>
  private let threads: Int
  private let norm: MemorySlice<Float>
  private let channels: Int

  init(_ layout: Layout, memory: Arena) {
    channels = layout.channels
    rows = memory.slice(layout.rows)
    gram = memory.slice(layout.gram)
    matrix = memory.slice(layout.matrix)
    gathered = memory.slice(layout.gathered)
    threads = layout.threads
    norm = memory.slice(layout.norm)
  }

  /// A worker's 8 rows of a Gram matrix of so many channels.
  func sums(worker: Int, channels: Int) -> MemorySlice<Double> {
    let first = worker * 8 * self.channels
    return gram[first..<first + 8 * channels]
  }

  /// A worker's `index`-th of three times 8 rows of a matrix of so many channels.
  func block(_ index: Int, worker: Int, channels: Int) -> MemorySlice<Float> {
    let first = (3 * worker + index) * 8 * self.channels
    return norm[first..<first + 8 * channels]
  }

  /// A worker's row of a matrix of so many channels.
  func row(worker: Int, channels: Int) -> MemorySlice<Float> {
    let first = worker * self.channels
    return matrix[first..<first + channels]
  }

  /// A worker's room for activations.
  func activations<Element: BitwiseCopyable>(
    worker: Int, count: Int, of type: Element.Type
  ) -> MemorySlice<Element> {
    let bytes = gathered.count / threads
    return gathered.elements(type, at: worker * bytes, count: count)
  }
}
