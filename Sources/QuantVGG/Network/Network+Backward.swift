/// Backward: what a worker does for one item of a stage. A layer's stored gradient is dJ/dZ, behind
/// the ReLU's mask, in the form that the transposed convolution reads.
extension Network {
  /// Gradient rows of a layer: transposed convolution of the layer above, adjoint of the pooling
  /// between, losses, mask.
  ///
  /// `rows` and `columns` start at even numbers where the layer is pooled.
  func runGradient(_ rows: Range<Int>, columns: Range<Int>, worker: Int) {
    let layer = shape.layers[stageLayer]
    let rowValues = columns.count * layer.channels
    let incoming = gradientScratch(worker: worker)
    let unpooled = incoming + rows.count * rowValues
    let hasLoss = client.hasLoss(layer: stageLayer)
    let isPooled = shape.isPooled(stageLayer)
    if stageLayer < deepest {
      let above = shape.layers[stageLayer + 1]
      backpropagate(
        rows: isPooled ? Self.halved(rows, limit: above.height) : rows,
        columns: isPooled ? Self.halved(columns, limit: above.width) : columns, into: incoming,
        worker: worker)
    }
    for y in rows {
      var gradient = incoming + (y - rows.lowerBound) * rowValues
      if stageLayer == deepest {
        gradient.update(repeating: 0, count: rowValues)
      } else if isPooled {
        gradient = unpooled
        unpool(y, columns: columns, incoming: incoming, firstRow: rows.lowerBound, into: gradient)
      }
      let activation = UnsafePointer(
        layout.readActivations[stageLayer].row(y) + columns.lowerBound * layer.channels)
      if hasLoss {
        client.addLossGradient(
          row: y, columns: columns, layer: stageLayer, activations: activation, into: gradient)
      }
      store(gradient, activations: activation, row: y, columns: columns)
    }
  }

  /// The pooled rows or columns whose windows lie in `range`.
  private static func halved(_ range: Range<Int>, limit: Int) -> Range<Int> {
    let first = min(range.lowerBound / 2, limit)
    return first..<min((range.upperBound + 1) / 2, limit)
  }

  /// dJ/d(input) of the layer above, row by row: `[rows][columns][channels]`.
  private func backpropagate(
    rows: Range<Int>, columns: Range<Int>, into out: UnsafeMutablePointer<Float>, worker: Int
  ) {
    guard !columns.isEmpty else { return }
    let channels = shape.layers[stageLayer].channels
    for panel in 0..<channels / NetworkTiling.panel {
      let weights = numbers.backwardPanel(
        layer: stageLayer + 1, panel: panel, scratch: panelScratch(worker: worker))
      for y in rows {
        numbers.convolveBackward(
          gradientWindow(layer: stageLayer + 1, around: y, from: columns.lowerBound),
          scales: scaleWindow(layer: stageLayer + 1, around: y, from: columns.lowerBound),
          layer: stageLayer + 1, panel: panel, weights: weights,
          into: out + (y - rows.lowerBound) * columns.count * channels, stride: channels,
          width: columns.count)
      }
    }
  }

  private func unpool(
    _ y: Int, columns: Range<Int>, incoming: UnsafePointer<Float>, firstRow: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    let layer = shape.layers[stageLayer]
    let ring = layout.readActivations[stageLayer]
    guard y / 2 < layer.height / 2 else {
      // The last row of an odd height: no window covers it.
      out.update(repeating: 0, count: columns.count * layer.channels)
      return
    }
    let pooledCount = Self.halved(columns, limit: layer.width / 2).count
    let first = columns.lowerBound * layer.channels
    numbers.unpool(
      incoming + (y - firstRow) / 2 * pooledCount * layer.channels, top: ring.row(y & ~1) + first,
      bottom: ring.row(y | 1) + first, isBottom: y & 1 == 1, into: out, width: columns.count,
      channels: layer.channels)
  }

  private func store(
    _ gradient: UnsafePointer<Float>, activations: UnsafePointer<Numbers.Activation>, row y: Int,
    columns: Range<Int>
  ) {
    let layer = shape.layers[stageLayer]
    let out = layout.gradients[stageLayer].padded(y)
    // Zero is not the gradient that memory starts with, so the padding is written, too.
    if columns.lowerBound == 0 {
      out.update(repeating: Numbers.zeroGradient, count: layer.channels)
    }
    if columns.upperBound == layer.width {
      (out + (layer.width + 1) * layer.channels)
        .update(repeating: Numbers.zeroGradient, count: layer.channels)
    }
    let maskWords = Numbers.maskWords(channels: layer.channels)
    numbers.storeGradient(
      gradient, activations: activations,
      mask: layout.readMasks[stageLayer].row(y) + columns.lowerBound * maskWords, layer: stageLayer,
      into: out + (columns.lowerBound + 1) * layer.channels,
      scales: layout.scales[stageLayer].row(y) + columns.lowerBound, width: columns.count)
  }

  func runImageGradient(_ rows: Range<Int>, worker: Int) {
    let panel = NetworkTiling.panel
    let wide = gradientScratch(worker: worker)
    let row = wide + shape.width * panel
    let weights = numbers.backwardPanel(
      layer: 0, panel: 0, scratch: panelScratch(worker: worker))
    for y in rows {
      numbers.convolveBackward(
        gradientWindow(layer: 0, around: y), scales: scaleWindow(layer: 0, around: y), layer: 0,
        panel: 0, weights: weights, into: wide, stride: panel, width: shape.width)
      for x in 0..<shape.width {
        for c in 0..<3 { row[3 * x + c] = wide[panel * x + c] }
      }
      client.consumeImageGradient(row, row: y, worker: worker)
    }
  }

  /// The window of columns from `first` on.
  private func gradientWindow(
    layer: Int, around y: Int, from first: Int = 0
  ) -> RowTriple<Numbers.Gradient> {
    RowTriple(
      layout.gradients[layer], around: y, height: shape.layers[layer].height,
      zeros: zeros(as: Numbers.Gradient.self)
    ).advanced(by: first * shape.layers[layer].channels)
  }

  private func scaleWindow(layer: Int, around y: Int, from first: Int = 0) -> RowTriple<Float> {
    RowTriple(
      layout.scales[layer], around: y, height: shape.layers[layer].height,
      zeros: zeros(as: Float.self)
    ).advanced(by: first)
  }
}
