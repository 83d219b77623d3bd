package import Rows

/// A network with its way back: a client's losses are differentiated, and the gradient of the image comes
/// row by row.
///
/// A layer's stored gradient is dJ/dZ, behind the ReLU's mask, in the form that the transposed
/// convolution reads.
package final class Network<Client: GradientClient>: ForwardNetwork<Client> {
  private unowned(unsafe) let client: Client
  /// The rows that `incoming` has.
  private var incomingRows = 0..<0

  /// Plans and allocates everything that forward and backward passes touch.
  ///
  /// - Parameters:
  ///   - numbers: the arithmetic, with layers up to `deepest`.
  ///   - width: columns of the image.
  ///   - height: rows of the image.
  ///   - deepest: the last layer that is computed.
  ///   - plan: how many rows stay in memory.
  ///   - strip: rows of the image whose gradient is made, and what is measured with them; nil for all.
  ///   - client: not retained; it outlives the network.
  ///   - pool: the threads of every pass.
  /// - Throws: `MemoryError.refused`.
  package init(
    _ numbers: Numbers, width: Int, height: Int, deepest: LayerName,
    plan: NetworkPlan = .resident, strip: Range<Int>? = nil, client: Client, pool: WorkerPool
  ) throws(MemoryError) {
    unsafe self.client = client
    try super.init(
      numbers, width: width, height: height, deepest: deepest, plan: plan, strip: strip,
      hasLoss: { client.hasLoss(layer: $0) }, observer: client, pool: pool)
  }

  /// Runs the backward pass of the image that went forward last; the client receives every row of
  /// dJ/dx once.
  ///
  /// The image may be updated row by row as `consumeImageGradient` receives rows: those that are
  /// still read lie ahead.
  package func backward() { runBackward() }

  override func runStage(_ stage: Stage, layer: Int, rows: Range<Int>) {
    switch stage {
    case .gradient:
      unsafe client.willAddLossGradient(rows: rows, layer: layer)
      if layer < deepest {
        makeGradient(layer, rows)
        return
      }
    case .imageGradient: unsafe client.willConsumeImageGradient(rows: rows)
    default: break
    }
    super.runStage(stage, layer: layer, rows: rows)
    if stage == .imageGradient { unsafe client.didConsumeImageGradient(rows: rows) }
  }

  override func perform(_ item: StageItem, worker: Int) {
    switch item.stage {
    case .sendBack: sendBack(item, worker: worker)
    case .gradient: makeGradient(item, worker: worker)
    case .imageGradient: makeImageGradient(item.rows, worker: worker)
    default: super.perform(item, worker: worker)
    }
  }

  // MARK: Gradients of layers

  /// Makes gradient rows of a layer that is not the deepest, as many at once as there is memory for: first what comes back
  /// from the next layer, of all channels, then the rest pixel by pixel.
  private func makeGradient(_ layer: Int, _ rows: Range<Int>) {
    let next = shape.layers[layer + 1]
    let grid = GradientRows(next)
    let isPooled = shape.isPooled(layer)
    var made = rows.lowerBound
    while made < rows.upperBound {
      let first = isPooled ? made / 2 : made
      let most = isPooled ? (rows.upperBound + 1) / 2 : rows.upperBound
      let end = min(grid.end(from: first, rows: layout.scratch.incomingRows(next)), most)
      sendBack(layer, first..<end)
      let last = isPooled ? (end == next.height ? rows.upperBound : 2 * end) : end
      super.runStage(.gradient, layer: layer, rows: made..<last)
      made = last
    }
  }

  /// Makes dJ/d(input) of the layer behind `layer` for some rows, which are `incoming` then.
  private func sendBack(_ layer: Int, _ rows: Range<Int>) {
    incomingRows = rows
    let threads = pool.threads
    guard !shape.isFloat32(layer + 1), case .inTiles(let tiles) = numbers.transposed else {
      run(
        StageWork(
          .sendBack, layer: layer, rows: rows, shape: shape, threads: threads, tilesPerBlock: 0))
      return
    }
    let count = transposed(layer + 1, rows).tiles.count
    let block = tiles.block(
      layer: layer + 1, tiles: count,
      share: NetworkTiling.tileShare(tiles: count, threads: threads),
      bytes: layout.scratch.bytes)
    run(
      StageWork(
        sendBackTo: layer, rows: rows, tiles: count, by: block, shape: shape, threads: threads))
  }

  private func incomingRow(_ y: Int, _ layer: Int) -> MutableRow<Real> {
    let channels = shape.layers[layer].channels
    let count = shape.layers[layer + 1].width * channels
    let first = (y - incomingRows.lowerBound) * count
    return MutableRow(incoming[first..<first + count], channels: channels)
  }

  private func sendBack(_ item: StageItem, worker: Int) {
    let next = item.layer + 1
    if let block = item.block {
      guard case .inTiles(let tiles) = numbers.transposed else { preconditionFailure("no tiles") }
      transposed(next, item.rows).make(
        item.tiles, panels: item.panels, block, by: tiles, memory: scratch[worker].bytes,
        weights: { numbers.backwardPanel(layer: next, panel: $0, scratch: scratch[worker].panel) },
        out: { incomingRow($0, item.layer) })
      return
    }
    if let inlay = inlay(at: next) {
      for panel in item.panels {
        for y in item.rows {
          inlay.convolveBackward(
            layout.reals.gradient(of: next, around: y), layer: next, panel: panel,
            into: incomingRow(y, item.layer))
        }
      }
      return
    }
    guard case .byRow(let row) = numbers.transposed else { preconditionFailure("no rows") }
    for panel in item.panels {
      let weights = numbers.backwardPanel(
        layer: next, panel: panel, scratch: scratch[worker].panel)
      for y in item.rows {
        row.convolve(
          gradientWindow(next, around: y), layer: next, panel: panel, weights: weights,
          into: incomingRow(y, item.layer))
      }
    }
  }

  private func transposed(_ layer: Int, _ rows: Range<Int>) -> TransposedRows<Numbers.Gradient> {
    TransposedRows(
      layer: layer, rows: rows, gradients: layout.gradients[layer], scales: layout.scales[layer],
      zeroGradients: layout.zeroGradients, zeroScales: layout.zeroScales, size: shape.layers[layer])
  }

  /// Gradient rows of a layer from what has come back from the next one: adjoint of the pooling between, losses, mask.
  private func makeGradient(_ item: StageItem, worker: Int) {
    let layer = shape.layers[item.layer]
    for y in item.rows {
      let gradient: MutableRow<Real>
      if item.layer == deepest || shape.isPooled(item.layer) {
        gradient = MutableRow(
          scratch[worker].row[0..<item.columns.count * layer.channels], channels: layer.channels)
        if item.layer == deepest {
          gradient.clear()
        } else {
          unpool(item.layer, y, columns: item.columns, into: gradient)
        }
      } else {
        gradient = incomingRow(y, item.layer).columns(item.columns)
      }
      let activations = layout.readActivations[item.layer].row(y).columns(item.columns)
      if unsafe client.hasLoss(layer: item.layer) {
        unsafe client.addLossGradient(
          row: y, columns: item.columns, layer: item.layer, activations: activations,
          into: gradient)
      }
      let mask = layout.readMasks[item.layer].row(y).columns(item.columns)
      if let inlay = inlay(at: item.layer) {
        inlay.storeGradient(
          Row(gradient), mask: mask,
          into: layout.reals.gradients[item.layer].writableRow(y).columns(item.columns))
        continue
      }
      numbers.storeGradient(
        Row(gradient), activations: activations, mask: mask, layer: item.layer,
        into: layout.gradients[item.layer].writableRow(y).columns(item.columns),
        scales: layout.scales[item.layer].writableRow(y).columns(item.columns))
    }
  }

  /// The adjoint of a pooling for columns of row `y`, which begin at an even one.
  private func unpool(_ index: Int, _ y: Int, columns: Range<Int>, into out: MutableRow<Real>) {
    let layer = shape.layers[index]
    guard y / 2 < layer.height / 2 else {
      // The last row of an odd height: no window covers it.
      out.clear()
      return
    }
    let ring = layout.readActivations[index]
    let pooled = shape.layers[index + 1].width
    numbers.unpool(
      Row(incomingRow(y / 2, index)).columns(
        min(columns.lowerBound / 2, pooled)..<min((columns.upperBound + 1) / 2, pooled)),
      top: ring.row(y & ~1).columns(columns), bottom: ring.row(y | 1).columns(columns),
      isBottom: y & 1 == 1, into: out)
  }

  private func makeImageGradient(_ rows: Range<Int>, worker: Int) {
    let first = NetworkTable.imageLayer
    let row = MutableRow<Real>(scratch[worker].row[0..<shape.width * 3], channels: 3)
    for y in rows {
      if let inlay = inlay(at: first) {
        inlay.imageGradient(layout.reals.gradient(of: first, around: y), into: row)
      } else {
        numbers.imageGradient(
          gradientWindow(first, around: y), scales: scaleWindow(first, around: y), into: row)
      }
      unsafe client.consumeImageGradient(row, row: y, worker: worker)
    }
  }

  private func gradientWindow(_ layer: Int, around y: Int) -> RowWindow<Numbers.Gradient> {
    RowWindow(
      layout.gradients[layer], around: y, height: shape.layers[layer].height,
      outside: layout.zeroGradients)
  }

  private func scaleWindow(_ layer: Int, around y: Int) -> RowWindow<Real> {
    RowWindow(
      layout.scales[layer], around: y, height: shape.layers[layer].height,
      outside: layout.zeroScales)
  }
}
