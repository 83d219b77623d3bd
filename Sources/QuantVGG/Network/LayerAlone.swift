internal import Rows

/// Single layers of the fixed-point network on the reference's numbers: what a layer costs by itself.
///
/// Both ways read rounded numbers: forward the reference's activations in the layer before's 8 bits, back the
/// reference's dJ/dZ, behind its ReLU, in 8 bits with a scale per pixel.
final class LayerAlone: ParallelWork {
  /// Rows that are made at once.
  static let rowsAtOnce = 4
  /// Rows that these are made of.
  private static let inputRows = rowsAtOnce + 2

  /// The places of a pair's scratch rows.
  struct Layout {
    fileprivate var inputs: [RowRing<Activation8>] = []
    fileprivate var outputs: [RowRing<Activation8>] = []
    fileprivate var masks: [RowRing<MaskWord>] = []
    fileprivate var gradients: [RowRing<Gradient8>] = []
    fileprivate var scales: [RowRing<Real>] = []
    fileprivate var scaled: [RowRing<Real>] = []
    fileprivate var own: [RowRing<Real>] = []
    fileprivate var truth: [RowRing<Real>] = []
    fileprivate var open: [RowRing<MaskWord>] = []
    /// For each worker a derived panel of weights.
    fileprivate let panels: Reservation<UInt8>
    /// For each worker a block of tiles.
    fileprivate let blocks: Reservation<UInt8>

    /// Reserves the rows of all layers.
    init(_ shape: NetworkShape, backward: Bool, threads: Int, memory: inout ArenaPlan) {
      let most = shape.layers.reduce(0) {
        max($0, PackedInt8Convolution.backwardPanelCount($1.convolution))
      }
      panels = memory.reserve(backward ? threads * most : 0, of: UInt8.self)
      blocks = memory.reserve(
        backward ? threads * GradientBlock.wantedBytes(mostTiles: 0) : 0, of: UInt8.self)
      for layer in shape.layers {
        func ring<Format>(_ channels: Int, _ rows: Int) -> RowRing<Format> {
          RowRing(width: layer.width, channels: channels, capacity: rows, plan: &memory)
        }
        let words = Int8Arithmetic.maskWords(channels: layer.channels)
        let channels = layer.convolution.inputChannels
        inputs.append(ring(channels, layer.convolution.readsImage ? 0 : LayerAlone.inputRows))
        outputs.append(ring(layer.channels, LayerAlone.rowsAtOnce))
        masks.append(ring(words, LayerAlone.rowsAtOnce))
        guard backward else { continue }
        gradients.append(ring(layer.channels, LayerAlone.inputRows))
        scales.append(ring(1, LayerAlone.inputRows))
        scaled.append(ring(layer.channels, LayerAlone.inputRows))
        open.append(ring(words, 1))
        own.append(ring(channels, LayerAlone.rowsAtOnce))
        truth.append(ring(channels, LayerAlone.rowsAtOnce))
      }
    }

    /// Places all rows in the memory that was reserved.
    fileprivate mutating func attach(_ arena: Arena) {
      for index in inputs.indices {
        inputs[index].attach(arena)
        outputs[index].attach(arena)
        masks[index].attach(arena)
      }
      for index in gradients.indices {
        gradients[index].attach(arena)
        scales[index].attach(arena)
        scaled[index].attach(arena)
        own[index].attach(arena)
        truth[index].attach(arena)
        open[index].attach(arena)
        open[index].writableRow(0).elements.fill(.max)
      }
    }
  }

  private enum Work {
    case quantizeInput
    case convolve
    case quantizeGradient
    case sendBack
  }

  private let numbers: Int8Arithmetic
  private let reference: Float32Arithmetic
  private let shape: NetworkShape
  private let layout: Layout
  private let truthLayout: NetworkLayout<Float32Arithmetic>
  private let zeros: NetworkLayout<Int8Arithmetic>
  /// By worker.
  private let panels: [MemorySlice<UInt8>]
  private let blocks: [MemorySlice<UInt8>]
  private let memory: Arena
  private let pool: WorkerPool
  private var work = Work.convolve
  private var layer = 0
  private var rows = 0..<0

  /// Single layers of `numbers` for the networks that have these layouts.
  init(
    _ numbers: Int8Arithmetic, _ layout: NetworkLayout<Int8Arithmetic>,
    reference: Float32Arithmetic, _ truthLayout: NetworkLayout<Float32Arithmetic>,
    shape: NetworkShape, rows: Layout, memory: Arena, pool: WorkerPool
  ) {
    self.numbers = numbers
    self.reference = reference
    self.shape = shape
    self.truthLayout = truthLayout
    zeros = layout
    var rows = rows
    rows.attach(memory)
    self.layout = rows
    self.memory = memory
    panels = rows.panels.split(pool.threads).map { memory.slice($0) }
    blocks = rows.blocks.split(pool.threads).map { memory.slice($0) }
    self.pool = pool
  }

  /// Makes rows of a layer's output, which are `outputs(layer)` then; the layer does not read the image.
  func convolve(layer: Int, rows: Range<Int>) -> RowRing<Activation8> {
    begin(layer, rows)
    run(.quantizeInput, items: inputRows.count)
    run(.convolve, items: shape.layers[layer].channels / Panel.width)
    return layout.outputs[layer]
  }

  /// Makes rows of dJ/d(input) of a layer, by itself and by the reference: one row of tiles at most, but of the image.
  func sendBack(layer: Int, rows: Range<Int>) -> (own: RowRing<Real>, truth: RowRing<Real>) {
    begin(layer, rows)
    run(.quantizeGradient, items: inputRows.count)
    run(
      .sendBack,
      items: layer == NetworkTable.imageLayer ? 1 : layout.own[layer].channels / Panel.width)
    return (layout.own[layer], layout.truth[layer])
  }

  private func begin(_ layer: Int, _ rows: Range<Int>) {
    self.layer = layer
    self.rows = rows
  }

  private func run(_ work: Work, items: Int) {
    self.work = work
    pool.run(self, items: items)
  }

  /// The rows that a 3x3 convolution of `rows` reads.
  private var inputRows: Range<Int> {
    max(rows.lowerBound - 1, 0)..<min(rows.upperBound + 1, shape.layers[layer].height)
  }

  override func run(item: Int, worker: Int) {
    switch work {
    case .quantizeInput: quantizeInput(inputRows.lowerBound + item)
    case .convolve: convolve(panel: item)
    case .quantizeGradient: quantizeGradient(inputRows.lowerBound + item)
    case .sendBack where layer == NetworkTable.imageLayer: makeImageGradient()
    case .sendBack: sendBack(panel: item, worker: worker)
    }
  }

  private func quantizeInput(_ y: Int) {
    let before = layer - 1
    let source = (shape.isPooled(before) ? truthLayout.pooled : truthLayout.activations)[before]
      .row(y)
    let target = layout.inputs[layer].writableRow(y)
    let scale = numbers.activationScale(layer: before)
    let factors = numbers.channelScale(layer: before)
    let channels = source.channels
    for c in 0..<channels {
      let scale = scale * (factors?[c] ?? 1)
      for i in stride(from: c, to: source.count, by: channels) {
        target[i] = UInt8(min((source[i] / scale).rounded(.toNearestOrEven), 255))
      }
    }
  }

  private func convolve(panel: Int) {
    for y in rows {
      numbers.convolve(
        RowWindow(
          layout.inputs[layer], around: y, height: shape.layers[layer].height,
          outside: zeros.zeroActivations),
        layer: layer, panel: panel, into: layout.outputs[layer].writableRow(y),
        mask: layout.masks[layer].writableRow(y))
    }
  }

  /// The reference's gradient with respect to scaled channels, as the network stores its own.
  private func quantizeGradient(_ y: Int) {
    let source = truthLayout.gradients[layer].row(y)
    let scaled = layout.scaled[layer].writableRow(y)
    let factors = numbers.channelScale(layer: layer)
    for i in 0..<source.count { scaled[i] = source[i] * (factors?[i % source.channels] ?? 1) }
    numbers.storeGradient(
      Row(scaled), activations: layout.outputs[layer].row(0), mask: layout.open[layer].row(0),
      layer: layer, into: layout.gradients[layer].writableRow(y),
      scales: layout.scales[layer].writableRow(y))
  }

  private func makeImageGradient() {
    for y in rows {
      numbers.imageGradient(
        RowWindow(
          layout.gradients[layer], around: y, height: shape.layers[layer].height,
          outside: zeros.zeroGradients),
        scales: scales(around: y), into: layout.own[layer].writableRow(y))
      reference.imageGradient(
        truthGradients(around: y), scales: scales(around: y),
        into: layout.truth[layer].writableRow(y))
    }
  }

  private func sendBack(panel: Int, worker: Int) {
    let (own, truth) = (layout.own[layer], layout.truth[layer])
    makeTiles(panel: panel, by: numbers.transposedTiles, worker: worker)
    let weights = reference.backwardPanel(layer: layer, panel: panel, scratch: panels[worker])
    for y in rows {
      reference.transposedRow.convolve(
        truthGradients(around: y), layer: layer, panel: panel, weights: weights,
        into: truth.writableRow(y))
    }
    // What the layer before stores is a gradient with respect to scaled channels.
    guard let factors = numbers.channelScale(layer: layer - 1) else { return }
    for y in rows {
      let row = own.writableRow(y)
      for x in 0..<row.width {
        for c in Panel.channels(panel) { row[x * row.channels + c] /= factors[c] }
      }
    }
  }

  private func truthGradients(around y: Int) -> RowWindow<Real> {
    RowWindow(
      truthLayout.gradients[layer], around: y, height: shape.layers[layer].height,
      outside: truthLayout.zeroGradients)
  }

  private func scales(around y: Int) -> RowWindow<Real> {
    RowWindow(
      layout.scales[layer], around: y, height: shape.layers[layer].height, outside: zeros.zeroScales
    )
  }

  private func makeTiles(panel: Int, by tiles: Int8TransposedTiles, worker: Int) {
    let made = TransposedRows(
      layer: layer, rows: rows, gradients: layout.gradients[layer], scales: layout.scales[layer],
      zeroGradients: zeros.zeroGradients, zeroScales: zeros.zeroScales, size: shape.layers[layer])
    let (count, memory) = (made.tiles.count, blocks[worker])
    let block = tiles.block(layer: layer, tiles: count, share: count, bytes: memory.count)
    for first in stride(from: 0, to: count, by: block.tiles) {
      made.make(
        first..<min(first + block.tiles, count), panels: panel..<panel + 1, block, by: tiles,
        memory: memory,
        weights: { numbers.backwardPanel(layer: layer, panel: $0, scratch: panels[worker]) },
        out: { layout.own[layer].writableRow($0) })
    }
  }
}
