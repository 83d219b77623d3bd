internal import QuantVGG
internal import Rows

/// Compares the rows of a pair of networks as they are made, a panel of channels per item.
final class PairSums: ParallelWork, PairObserver {
  /// The places of all layers' sums.
  struct Layout {
    fileprivate var layers: [LayerSums.Layout] = []
    /// What is reserved.
    private(set) var memory = ArenaPlan()

    init(_ shape: NetworkShape) {
      for layer in shape.layers { layers.append(LayerSums.Layout(layer, memory: &memory)) }
    }
  }

  private enum Work {
    case produce(own: RowRing<Activation8>, alone: RowRing<Activation8>, reference: RowRing<Real>)
    case differentiate(own: RowRing<Gradient8>, scales: RowRing<Real>, reference: RowRing<Real>)
    case sendBack(alone: RowRing<Real>, reference: RowRing<Real>)
  }

  private let numbers: Int8Arithmetic
  private let layers: [LayerSums]
  private let memory: Arena
  private let pool: WorkerPool
  private var work: Work?
  private var layer = 0
  private var rows = 0..<0
  private var channels = 0
  private var hasGradients = false

  init(
    _ numbers: Int8Arithmetic, _ shape: NetworkShape, pool: WorkerPool
  ) throws(MemoryError) {
    self.numbers = numbers
    self.pool = pool
    let layout = Layout(shape)
    let memory = try Arena(layout.memory)
    self.memory = memory
    layers = layout.layers.map { LayerSums($0, memory) }
  }

  /// Forgets what has been compared.
  func clear() {
    for layer in layers { layer.clear() }
    hasGradients = false
  }

  // MARK: Rows

  func didProduce(
    rows: Range<Int>, layer: Int, own: RowRing<Activation8>, alone: RowRing<Activation8>,
    reference: RowRing<Real>
  ) {
    run(.produce(own: own, alone: alone, reference: reference), layer, rows, reference.channels)
  }

  func didDifferentiate(
    rows: Range<Int>, layer: Int, own: RowRing<Gradient8>, scales: RowRing<Real>,
    reference: RowRing<Real>
  ) {
    hasGradients = true
    run(
      .differentiate(own: own, scales: scales, reference: reference), layer, rows,
      reference.channels)
  }

  func didSendBack(
    rows: Range<Int>, layer: Int, alone: RowRing<Real>, reference: RowRing<Real>
  ) {
    run(.sendBack(alone: alone, reference: reference), layer, rows, reference.channels)
  }

  private func run(_ work: Work, _ layer: Int, _ rows: Range<Int>, _ channels: Int) {
    self.work = work
    self.layer = layer
    self.rows = rows
    self.channels = channels
    pool.run(self, items: (channels + Panel.width - 1) / Panel.width)
  }

  override func run(item: Int, worker: Int) {
    let sums = layers[layer]
    let channels = item * Panel.width..<min((item + 1) * Panel.width, channels)
    for y in rows {
      switch work {
      case .produce(let own, let alone, let reference):
        sums.add(
          own.row(y), alone: alone.row(y), reference.row(y), row: y, channels: channels,
          scale: numbers.activationScale(layer: layer),
          factors: numbers.channelScale(layer: layer))
      case .differentiate(let own, let scales, let reference):
        sums.add(
          own.row(y), scales: scales.row(y), reference.row(y), channels: channels,
          weightScale: numbers.weightScale(layer: layer),
          factors: numbers.channelScale(layer: layer))
      case .sendBack(let alone, let reference):
        sums.addWayBack(alone.row(y), reference.row(y), channels: channels)
      case nil: break
      }
    }
  }

  // MARK: Figures

  /// The figures of a layer so far.
  func figures(_ layer: NetworkTable.Convolution, gramError: Double?) -> LayerArithmetic {
    layers[layer.index].figures(
      layer.name, factors: numbers.channelScale(layer: layer.index), gramError: gramError,
      hasGradients: hasGradients)
  }
}
