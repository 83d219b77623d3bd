package import Rows

/// A network with its way back: a client's losses are differentiated, and the gradient of the image comes
/// row by row.
///
/// A layer's stored gradient is dJ/dZ, behind the ReLU's mask, in the form that the transposed
/// convolution reads.
package final class Network<Client: GradientClient>: ForwardNetwork<Client> {
  private unowned(unsafe) let client: Client

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
    case .gradient: unsafe client.willAddLossGradient(rows: rows, layer: layer)
    case .imageGradient: unsafe client.willConsumeImageGradient(rows: rows)
    default: break
    }
    super.runStage(stage, layer: layer, rows: rows)
    if stage == .imageGradient { unsafe client.didConsumeImageGradient(rows: rows) }
  }

  override func perform(_ item: StageItem, worker: Int) {
    switch item.stage {
    case .gradient: makeGradient(item, worker: worker)
    case .imageGradient: makeImageGradient(item.rows, worker: worker)
    default: super.perform(item, worker: worker)
    }
  }

  /// Gradient rows of a layer: transposed convolution of the layer above, adjoint of the pooling
  /// between, losses, mask.
  ///
  /// Rows and columns of the item start at even numbers where the layer is pooled.
  private func makeGradient(_ item: StageItem, worker: Int) {
    let layer = shape.layers[item.layer]
    let isPooled = shape.isPooled(item.layer)
    let channels = layer.channels
    let count = item.columns.count * channels
    let memory = scratch[worker].gradients
    let incoming = memory[0..<item.rows.count * count]
    let unpooled = MutableRow<Real>(
      memory[item.rows.count * count..<(item.rows.count + 1) * count], channels: channels)
    var incomingRows = item.rows
    var incomingColumns = item.columns
    if item.layer < deepest {
      let above = shape.layers[item.layer + 1]
      if isPooled {
        incomingRows = Self.halved(item.rows, limit: above.height)
        incomingColumns = Self.halved(item.columns, limit: above.width)
      }
      backpropagate(
        item.layer, rows: incomingRows, columns: incomingColumns, into: incoming, worker: worker)
    }
    let incomingCount = incomingColumns.count * channels
    for y in item.rows {
      let gradient: MutableRow<Real>
      if isPooled {
        gradient = unpooled
        unpool(
          item.layer, y, columns: item.columns, incoming: incoming,
          firstRow: incomingRows.lowerBound,
          count: incomingCount, into: gradient)
      } else {
        let first = (y - item.rows.lowerBound) * count
        gradient = MutableRow(incoming[first..<first + count], channels: channels)
        if item.layer == deepest { gradient.clear() }
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

  /// The pooled rows or columns whose windows lie in `range`.
  private static func halved(_ range: Range<Int>, limit: Int) -> Range<Int> {
    let first = min(range.lowerBound / 2, limit)
    return first..<min((range.upperBound + 1) / 2, limit)
  }

  /// dJ/d(input) of the layer above, row by row: `[rows][columns][channels]`.
  private func backpropagate(
    _ layer: Int, rows: Range<Int>, columns: Range<Int>, into out: MemorySlice<Float>, worker: Int
  ) {
    // Nothing for the last row of an odd height, which no window of a pooling covers.
    guard !rows.isEmpty else { return }
    let channels = shape.layers[layer].channels
    let count = columns.count * channels
    func row(_ y: Int) -> MutableRow<Real> {
      let first = (y - rows.lowerBound) * count
      return MutableRow(out[first..<first + count], channels: channels)
    }
    for panel in 0..<channels / Panel.width {
      if let inlay = inlay(at: layer + 1) {
        for y in rows {
          inlay.convolveBackward(
            layout.reals.gradient(of: layer + 1, around: y).columns(columns), layer: layer + 1,
            panel: panel, into: row(y))
        }
        continue
      }
      let weights = numbers.backwardPanel(
        layer: layer + 1, panel: panel, scratch: scratch[worker].panel)
      for y in rows {
        numbers.convolveBackward(
          gradientWindow(layer + 1, around: y).columns(columns),
          scales: scaleWindow(layer + 1, around: y).columns(columns), layer: layer + 1,
          panel: panel, weights: weights, into: row(y))
      }
    }
  }

  /// The adjoint of a pooling for columns of row `y`, from rows of `count` numbers that begin with the
  /// pooled row `firstRow`.
  private func unpool(
    _ index: Int, _ y: Int, columns: Range<Int>, incoming: MemorySlice<Float>, firstRow: Int,
    count: Int, into out: MutableRow<Real>
  ) {
    let layer = shape.layers[index]
    guard y / 2 < layer.height / 2 else {
      // The last row of an odd height: no window covers it.
      out.clear()
      return
    }
    let ring = layout.readActivations[index]
    let first = (y / 2 - firstRow) * count
    numbers.unpool(
      Row(incoming[first..<first + count], channels: layer.channels),
      top: ring.row(y & ~1).columns(columns), bottom: ring.row(y | 1).columns(columns),
      isBottom: y & 1 == 1, into: out)
  }

  private func makeImageGradient(_ rows: Range<Int>, worker: Int) {
    let (panel, first) = (Panel.width, NetworkTable.imageLayer)
    let memory = scratch[worker].gradients
    let wide = MutableRow<Real>(memory[0..<shape.width * panel], channels: panel)
    let row = MutableRow<Real>(
      memory[shape.width * panel..<shape.width * (panel + 3)], channels: 3)
    let inlay = inlay(at: first)
    let weights =
      inlay == nil
      ? numbers.backwardPanel(layer: first, panel: 0, scratch: scratch[worker].panel) : nil
    for y in rows {
      if let inlay {
        inlay.convolveBackward(
          layout.reals.gradient(of: first, around: y), layer: first, panel: 0, into: wide)
      } else if let weights {
        numbers.convolveBackward(
          gradientWindow(first, around: y), scales: scaleWindow(first, around: y), layer: first,
          panel: 0, weights: weights, into: wide)
      }
      for x in 0..<shape.width {
        for c in 0..<3 { row[3 * x + c] = wide[panel * x + c] }
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
