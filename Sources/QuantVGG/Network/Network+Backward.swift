/// Backward: the mirror of Network+Forward. A layer's stored gradient is dJ/dZ, behind the ReLU's
/// mask, in the form that the transposed convolution reads.
extension Network {
  func produceImageGradient(rows count: Int) {
    produceGradient(layer: 0, rows: count)
    dispatch(.imageGradient, layer: 0, rows: 0..<count)
  }

  private func produceGradient(layer: Int, rows count: Int) {
    guard count > gradientRows[layer] else { return }
    produceActivations(layer: layer, rows: count)
    if layer < deepest {
      let above = shape.layers[layer + 1]
      let needed = shape.isPooled(layer) ? (count + 1) / 2 : count
      produceGradient(layer: layer + 1, rows: min(needed + 1, above.height))
    }
    dispatch(.gradient, layer: layer, rows: gradientRows[layer]..<count)
    gradientRows[layer] = count
  }

  // MARK: One item

  /// Bytes of a worker's scratch: the largest of what `runGradient` and `runImageGradient` use.
  static func scratchBytes(_ shape: NetworkShape) -> Int {
    var values = shape.width * (NetworkTiling.panel + 3)
    for index in shape.layers.indices {
      let layer = shape.layers[index]
      let rows = NetworkTiling.largestGradientRows(layer)
      values = max(values, (rows + 1) * layer.width * layer.channels)
    }
    let bytes = values * MemoryLayout<Float>.stride
    return (bytes + ArenaPlan.alignment - 1) & ~(ArenaPlan.alignment - 1)
  }

  /// Gradient rows of a layer: transposed convolution of the layer above, adjoint of the pooling
  /// between, losses, mask.
  ///
  /// `rows` starts at an even row where the layer is pooled.
  func runGradient(_ rows: Range<Int>, worker: Int) {
    let layer = shape.layers[stageLayer]
    let rowValues = layer.width * layer.channels
    let incoming = gradientScratch(worker: worker)
    let unpooled = incoming + rows.count * rowValues
    let hasLoss = client.hasLoss(layer: stageLayer)
    let isPooled = shape.isPooled(stageLayer)
    if stageLayer < deepest {
      let above = shape.layers[stageLayer + 1]
      let source =
        isPooled ? rows.lowerBound / 2..<min((rows.upperBound + 1) / 2, above.height) : rows
      backpropagate(rows: source, into: incoming)
    }
    for y in rows {
      let activation = UnsafePointer(activations[stageLayer].row(y))
      var gradient = incoming + (y - rows.lowerBound) * rowValues
      if stageLayer == deepest {
        gradient.update(repeating: 0, count: rowValues)
      } else if isPooled {
        gradient = unpooled
        unpool(y, incoming: incoming, firstRow: rows.lowerBound, into: gradient)
      }
      if hasLoss {
        client.addLossGradient(
          row: y, layer: stageLayer, activations: activation, into: gradient, worker: worker)
      }
      store(gradient, activations: activation, row: y)
    }
  }

  /// dJ/d(input) of the layer above, row by row: `[rows][width][channels]`.
  private func backpropagate(rows: Range<Int>, into out: UnsafeMutablePointer<Float>) {
    let layer = shape.layers[stageLayer]
    let above = shape.layers[stageLayer + 1]
    let rowValues = above.width * layer.channels
    for panel in 0..<layer.channels / NetworkTiling.panel {
      for y in rows {
        numbers.convolveBackward(
          gradientWindow(layer: stageLayer + 1, around: y),
          scales: scaleWindow(layer: stageLayer + 1, around: y), layer: stageLayer + 1,
          panel: panel, into: out + (y - rows.lowerBound) * rowValues, stride: layer.channels,
          width: above.width)
      }
    }
  }

  private func unpool(
    _ y: Int, incoming: UnsafePointer<Float>, firstRow: Int, into out: UnsafeMutablePointer<Float>
  ) {
    let layer = shape.layers[stageLayer]
    let ring = activations[stageLayer]
    let pooledWidth = layer.width / 2
    guard y / 2 < layer.height / 2 else {
      // The last row of an odd height: no window covers it.
      out.update(repeating: 0, count: layer.width * layer.channels)
      return
    }
    numbers.unpool(
      incoming + (y - firstRow) / 2 * pooledWidth * layer.channels, top: ring.row(y & ~1),
      bottom: ring.row(y | 1), isBottom: y & 1 == 1, into: out, width: layer.width,
      channels: layer.channels)
  }

  private func store(
    _ gradient: UnsafePointer<Float>, activations: UnsafePointer<Numbers.Activation>, row y: Int
  ) {
    let layer = shape.layers[stageLayer]
    let out = gradients[stageLayer].padded(y)
    let last = out + (layer.width + 1) * layer.channels
    // The block is shared with other layers, so the padding is written anew.
    out.update(repeating: Numbers.zeroGradient, count: layer.channels)
    last.update(repeating: Numbers.zeroGradient, count: layer.channels)
    numbers.storeGradient(
      gradient, activations: activations, mask: masks[stageLayer].row(y), layer: stageLayer,
      into: out + layer.channels, scales: scales[stageLayer].row(y), width: layer.width)
  }

  func runImageGradient(_ rows: Range<Int>, worker: Int) {
    let panel = NetworkTiling.panel
    let wide = gradientScratch(worker: worker)
    let row = wide + shape.width * panel
    for y in rows {
      numbers.convolveBackward(
        gradientWindow(layer: 0, around: y), scales: scaleWindow(layer: 0, around: y), layer: 0,
        panel: 0, into: wide, stride: panel, width: shape.width)
      for x in 0..<shape.width {
        for c in 0..<3 { row[3 * x + c] = wide[panel * x + c] }
      }
      client.consumeImageGradient(row, row: y, worker: worker)
    }
  }

  private func gradientWindow(layer: Int, around y: Int) -> RowTriple<Numbers.Gradient> {
    RowTriple(
      gradients[layer], around: y, height: shape.layers[layer].height,
      zeros: zeros(as: Numbers.Gradient.self))
  }

  private func scaleWindow(layer: Int, around y: Int) -> RowTriple<Float> {
    RowTriple(
      scales[layer], around: y, height: shape.layers[layer].height, zeros: zeros(as: Float.self))
  }
}
