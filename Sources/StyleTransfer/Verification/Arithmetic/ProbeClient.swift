internal import QuantVGG
internal import Rows

/// The losses by which both networks' gradients are compared: Gram terms whose targets are a style picture's, as in a
/// transfer.
final class ProbeClient<Numbers: LossArithmetic>: GradientClient {
  /// The places of the terms' numbers.
  struct Layout {
    fileprivate let grams: [GramTerm<Numbers>.Layout]
    fileprivate let scratch: GramScratch.Layout
    /// dJ/dx.
    fileprivate let gradient: Reservation<Float>
    let memory: ArenaPlan
    /// Where the targets are mixed.
    let mixMemory: ArenaPlan

    init(_ shape: NetworkShape, widest: Int, losses: [Int], threads: Int) {
      var (memory, mixMemory) = (ArenaPlan(), ArenaPlan())
      grams = losses.map {
        GramTerm<Numbers>.Layout(
          shape.layers[$0], isMixed: true, memory: &memory, mixMemory: &mixMemory)
      }
      var (rowBytes, channels) = (0, 0)
      for layer in losses.map({ shape.layers[$0] }) {
        rowBytes = max(
          rowBytes,
          Numbers.gramScratchBytes(
            width: widest >> layer.convolution.name.poolings, channels: layer.channels))
        channels = max(channels, layer.channels)
      }
      scratch = GramScratch.Layout(
        rowBytes: rowBytes, gatheredBytes: 0, channels: channels, threads: threads,
        normalizes: false,
        memory: &memory)
      gradient = memory.reserve(3 * shape.width * shape.height, of: Float.self)
      self.memory = memory
      self.mixMemory = mixMemory
    }

    /// All bytes.
    var bytes: Int { memory.bytes + mixMemory.bytes }
  }

  /// Columns of the picture whose rows pass.
  private var width = 0
  /// dJ/dx, `[height][width][3]`.
  let gradient: MemorySlice<Float>
  private let grams: [GramTerm<Numbers>]
  private let memory, mixMemory: Arena
  private let pool: WorkerPool

  /// Terms at the layers `losses` of `shape`; the widest picture that passes has `widest` columns.
  init(
    _ numbers: Numbers, _ shape: NetworkShape, widest: Int, losses: [Int], pool: WorkerPool
  ) throws(MemoryError) {
    let layout = Layout(shape, widest: widest, losses: losses, threads: pool.threads)
    let memory = try Arena(layout.memory)
    mixMemory = try Arena(layout.mixMemory)
    let scratch = GramScratch(layout.scratch, memory: memory)
    grams = zip(losses, layout.grams).map {
      GramTerm(
        numbers,
        StylePlace(
          shape: shape.layers[$0], region: nil, weight: 1, styleWeight: 1, normalizes: false),
        scratch: scratch, layout: $1, memory: memory)
    }
    gradient = memory.slice(layout.gradient)
    self.memory = memory
    self.pool = pool
    for gram in grams { gram.beginTarget(in: mixMemory) }
  }

  /// Begins a pass over a picture of so many columns.
  func begin(width: Int) {
    self.width = width
    for gram in grams { gram.reset() }
  }

  /// Adds a share of the picture that has passed to the targets.
  func addTargets(_ shape: NetworkShape, share: Double) {
    for gram in grams {
      gram.addTarget(positions: shape.layers[gram.place].positions, share: share)
    }
  }

  /// Makes what was added the targets.
  func endTargets() { for gram in grams { gram.endTarget() } }

  /// Makes the gradient of the picture that has passed ready.
  func finish() { for gram in grams { gram.finish(pool: pool) } }

  /// The Gram matrix of a layer for the picture that has passed; nil where it has no term.
  func gram(layer: Int) -> [Float]? { grams.first { $0.place == layer }?.gram }

  func didProduce(
    rows: Range<Int>, layer: Int, activations: ActivationRows<Numbers.Activation>
  ) {
    for gram in grams where gram.place == layer {
      gram.observe(
        rows: rows, width: width >> poolings(layer), activations: activations, isTarget: false,
        positions: nil, pool: pool)
    }
  }

  func hasLoss(layer: Int) -> Bool { grams.contains { $0.place == layer } }

  func addLossGradient(
    row: Int, columns: Range<Int>, layer: Int, activations: Row<Numbers.Activation>,
    into gradient: MutableRow<Real>
  ) {
    for gram in grams where gram.place == layer {
      gram.addGradient(row: row, columns: columns, activations: activations, into: gradient)
    }
  }

  func willAddLossGradient(rows: Range<Int>, layer: Int) {}

  func willConsumeImageGradient(rows: Range<Int>) {}

  func didConsumeImageGradient(rows: Range<Int>) {}

  func consumeImageGradient(_ gradient: MutableRow<Real>, row: Int, worker: Int) {
    let count = gradient.count
    self.gradient[row * count..<(row + 1) * count].copy(gradient.elements)
  }

  private func poolings(_ layer: Int) -> Int {
    grams.first { $0.place == layer }?.label.layer?.poolings ?? 0
  }
}
