internal import QuantVGG
internal import Rows

/// What is saved of a style at one layer beside its Gram matrix: of each channel the sum of activations, that of
/// their squares, and the histogram.
final class StyleSums<Numbers: LossArithmetic>: ParallelWork {
  /// The places in memory that is given back once the style has ended.
  struct Layout {
    fileprivate let layer: NetworkShape.Layer
    fileprivate let moments: Reservation<Numbers.MomentSum>
    fileprivate let counts: Reservation<UInt32>

    init(_ layer: NetworkShape.Layer, memory: inout ArenaPlan) {
      self.layer = layer
      moments = memory.reserve(2 * layer.channels, of: Numbers.MomentSum.self)
      counts = memory.reserve(layer.channels * Numbers.bins, of: UInt32.self)
    }
  }

  /// The place of the layer in the network.
  var place: Int { layer.convolution.index }
  private let numbers: Numbers
  private let layer: NetworkShape.Layer
  /// `[2][channels]` sums of activations and of their squares, in activation units.
  private let moments: MemorySlice<Numbers.MomentSum>
  /// `[channels][bins]`.
  private let counts: MemorySlice<UInt32>
  private var activations: ActivationRows<Numbers.Activation>?
  private var rows = 0..<0

  init(_ numbers: Numbers, _ layout: Layout, memory: Arena) {
    self.numbers = numbers
    layer = layout.layer
    moments = memory.slice(layout.moments)
    counts = memory.slice(layout.counts)
    moments.clear()
    counts.clear()
  }

  /// Adds rows of the style.
  func observe(
    rows: Range<Int>, activations: ActivationRows<Numbers.Activation>, pool: WorkerPool
  ) {
    self.activations = activations
    self.rows = rows
    pool.run(self, items: layer.channels / Panel.width)
  }

  override func run(item panel: Int, worker: Int) {
    guard let activations else { preconditionFailure("rows are being observed") }
    for y in rows {
      Numbers.addSums(activations[y], panel: panel, into: moments)
      numbers.addCounts(activations[y], panel: panel, into: counts)
    }
  }

  /// The tensors of the file, in the order of `StyleStatistics.Part`.
  func forEachTensor<Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    try unsafe body(moments[0..<layer.channels].array.span.bytes)
    try unsafe body(moments.from(layer.channels).array.span.bytes)
    try unsafe body(counts.array.span.bytes)
  }
}
