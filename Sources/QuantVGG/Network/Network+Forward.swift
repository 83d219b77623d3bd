/// Forward: what a worker does for one item of a stage.
extension Network {
  func runQuantizeImage(_ rows: Range<Int>) {
    for y in rows {
      numbers.quantizeImage(imageRow(y), into: layout.pixels.row(y), width: shape.width)
    }
  }

  func runConvolve(_ rows: Range<Int>, panels: Range<Int>, worker: Int) {
    let layer = shape.layers[stageLayer]
    let isAgain = stage == .convolveAgain
    let out = isAgain ? layout.readActivations[stageLayer] : layout.activations[stageLayer]
    let mask = isAgain ? layout.readMasks[stageLayer] : layout.masks[stageLayer]
    // Panels outside, rows inside: a panel's weights stay in the cache for all rows of the item.
    for panel in panels {
      if stageLayer == 0 {
        for y in rows {
          numbers.convolveImage(
            imageWindow(around: y), panel: panel, into: out.row(y), mask: mask.row(y),
            width: layer.width)
        }
        continue
      }
      var y = rows.lowerBound
      if convolvesPairs(rows) {
        let weights = numbers.pairPanel(
          layer: stageLayer, panel: panel, scratch: panelScratch(worker: worker))
        while y + 1 < rows.upperBound {
          numbers.convolvePair(
            window(around: y), next: window(around: y + 1), layer: stageLayer, panel: panel,
            weights: weights, into: RowPair(out, from: y), masks: RowPair(mask, from: y),
            width: layer.width)
          y += 2
        }
      }
      while y < rows.upperBound {
        numbers.convolve(
          window(around: y), layer: stageLayer, panel: panel, into: out.row(y),
          mask: mask.row(y), width: layer.width)
        y += 1
      }
    }
  }

  /// Whether an item has so many pixels that deriving a panel's weights for pairs of rows pays.
  private func convolvesPairs(_ rows: Range<Int>) -> Bool {
    hasPairs
      && rows.count * shape.layers[stageLayer].width >= NetworkTiling.leastPairPixels
  }

  private func imageWindow(around y: Int) -> RowTriple<Numbers.Pixel> {
    RowTriple(
      layout.pixels, around: y, height: shape.layers[0].height, zeros: zeros(as: Numbers.Pixel.self)
    )
  }

  /// The input of the stage's layer.
  private func window(around y: Int) -> RowTriple<Numbers.Activation> {
    let input = shape.isPooled(stageLayer - 1) ? layout.pooled : layout.activations
    return RowTriple(
      input[stageLayer - 1], around: y, height: shape.layers[stageLayer].height,
      zeros: zeros(as: Numbers.Activation.self))
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
