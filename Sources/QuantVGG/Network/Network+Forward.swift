/// Forward: what a worker does for one item of a stage.
extension Network {
  func runQuantizeImage(_ rows: Range<Int>) {
    for y in rows {
      numbers.quantizeImage(imageRow(y), into: layout.pixels.row(y), width: shape.width)
    }
  }

  func runConvolve(_ rows: Range<Int>, panels: Range<Int>) {
    let layer = shape.layers[stageLayer]
    let isAgain = stage == .convolveAgain
    let out = isAgain ? layout.readActivations[stageLayer] : layout.activations[stageLayer]
    let mask = isAgain ? layout.readMasks[stageLayer] : layout.masks[stageLayer]
    // Panels outside, rows inside: a panel's weights stay in the cache for all rows of the item.
    for panel in panels {
      for y in rows {
        if stageLayer == 0 {
          let window = RowTriple(
            layout.pixels, around: y, height: layer.height, zeros: zeros(as: Numbers.Pixel.self))
          numbers.convolveImage(
            window, panel: panel, into: out.row(y), mask: mask.row(y), width: layer.width)
          continue
        }
        let input = shape.isPooled(stageLayer - 1) ? layout.pooled : layout.activations
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
    let input = layout.activations[stageLayer]
    let out = layout.pooled[stageLayer]
    for y in rows {
      numbers.pool(
        top: input.row(2 * y), bottom: input.row(2 * y + 1), into: out.row(y), width: out.width,
        channels: out.channels)
    }
  }
}
