/// Forward: each function makes sure that rows 0..<count of its stage exist, pulling what they need
/// through the stages before.
extension Network {
  private func producePixels(rows count: Int) {
    guard count > pixelRows else { return }
    dispatch(.quantizeImage, layer: 0, rows: pixelRows..<count)
    pixelRows = count
  }

  func produceActivations(layer: Int, rows count: Int) {
    guard count > activationRows[layer] else { return }
    // A 3x3 window reaches one row further.
    let input = min(count + 1, shape.layers[layer].height)
    if layer == 0 {
      producePixels(rows: input)
    } else if shape.isPooled(layer - 1) {
      producePooled(layer: layer - 1, rows: input)
    } else {
      produceActivations(layer: layer - 1, rows: input)
    }
    let rows = activationRows[layer]..<count
    dispatch(.convolve, layer: layer, rows: rows)
    activationRows[layer] = count
    client.didProduce(rows: rows, layer: layer, activations: self.rows(layer: layer))
  }

  private func producePooled(layer: Int, rows count: Int) {
    guard count > pooledRows[layer] else { return }
    produceActivations(layer: layer, rows: 2 * count)
    dispatch(.pool, layer: layer, rows: pooledRows[layer]..<count)
    pooledRows[layer] = count
  }

  // MARK: One item

  func runQuantizeImage(_ rows: Range<Int>) {
    guard let image else { preconditionFailure("no pass was begun") }
    for y in rows {
      numbers.quantizeImage(
        image + y * shape.width * 3, into: pixels.row(y), width: shape.width)
    }
  }

  func runConvolve(_ rows: Range<Int>, panelGroup: Int) {
    let layer = shape.layers[stageLayer]
    let panels = layer.channels / NetworkTiling.panel
    let group = panelGroup * panels / panelGroups..<(panelGroup + 1) * panels / panelGroups
    let out = activations[stageLayer]
    let mask = masks[stageLayer]
    // Panels outside, rows inside: a panel's weights stay in the cache for all rows of the item.
    for panel in group {
      for y in rows {
        if stageLayer == 0 {
          let window = RowTriple(
            pixels, around: y, height: layer.height, zeros: zeros(as: Numbers.Pixel.self))
          numbers.convolveImage(
            window, panel: panel, into: out.row(y), mask: mask.row(y), width: layer.width)
          continue
        }
        let input = shape.isPooled(stageLayer - 1) ? pooled : activations
        let window = RowTriple(
          input[stageLayer - 1], around: y, height: layer.height,
          zeros: zeros(as: Numbers.Activation.self))
        numbers.convolve(
          window, layer: stageLayer, panel: panel, into: out.row(y), mask: mask.row(y),
          width: layer.width)
      }
    }
  }

  func runPool(_ rows: Range<Int>) {
    let input = activations[stageLayer]
    let out = pooled[stageLayer]
    for y in rows {
      numbers.pool(
        top: input.row(2 * y), bottom: input.row(2 * y + 1), into: out.row(y), width: out.width,
        channels: out.channels)
    }
  }
}
