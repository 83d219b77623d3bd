/// A kind of work on a range of rows of one layer.
enum Stage {
  case quantizeImage
  case convolve
  /// The first layer's rows once more, just before their gradient.
  case convolveAgain
  case pool
  /// What the next layer's stored gradient makes of the gradient of some rows of this layer's output, pooled where it is: the
  /// first part of `gradient`, in which the network makes it.
  case sendBack
  case gradient
  case imageGradient
}

/// Carries out the stages of a schedule, or merely watches them.
protocol StageRunner: AnyObject {
  func runStage(_ stage: Stage, layer: Int, rows: Range<Int>)
}

/// The order in which rows are made: each stage follows its inputs as closely as a chunk of rows allows.
///
/// A 3x3 convolution makes row r when its input has row r + 1, forward and backward alike, so no row
/// is computed twice within a pass and there is no halo. For a strip of the image, a pass makes what `NetworkRows` says.
struct RowSchedule {
  private let shape: NetworkShape
  private let plan: NetworkPlan
  private let rows: NetworkRows
  /// What the pass forward makes.
  private var pass: NetworkRows.Forward

  // How far the current pass has come, in rows.
  private var pixels = 0
  private var activations: [Int]
  private var gradients: [Int]

  init(shape: NetworkShape, plan: NetworkPlan, rows: NetworkRows) {
    self.shape = shape
    self.plan = plan
    self.rows = rows
    pass = rows.first
    activations = shape.layers.map { _ in 0 }
    gradients = activations
  }

  private var deepest: Int { shape.layers.count - 1 }

  // MARK: First pass

  /// Makes the rows of all layers.
  mutating func forward<Runner: StageRunner>(_ runner: Runner, isTarget: Bool = false) {
    beginForward(isTarget: isTarget)
    while advanceForward(runner) {}
  }

  /// Starts a pass of `advanceForward` over the image, or over a picture that it is compared with.
  mutating func beginForward(isTarget: Bool) {
    restart(isTarget ? rows.target : rows.first)
  }

  /// Makes what rows of all layers follow from the next chunk of the image; false where none is left.
  mutating func advanceForward<Runner: StageRunner>(_ runner: Runner) -> Bool {
    guard activations[deepest] < pass.layers[deepest].upperBound else { return false }
    advance(runner)
    return true
  }

  private mutating func restart(_ pass: NetworkRows.Forward) {
    self.pass = pass
    pixels = pass.pixels.lowerBound
    for layer in pass.layers.indices { activations[layer] = pass.layers[layer].lowerBound }
  }

  /// Takes a chunk of image rows in and pushes it through the layers of the pass.
  private mutating func advance<Runner: StageRunner>(_ runner: Runner) {
    var ready = min(pixels + plan.chunkRows, pass.pixels.upperBound)
    runner.runStage(.quantizeImage, layer: NetworkTable.imageLayer, rows: pixels..<ready)
    pixels = ready
    var height = shape.height
    for layer in pass.layers.indices {
      let made = activations[layer]
      let end = pass.layers[layer].upperBound
      ready = max(made, min(ready == height ? ready : ready - 1, end))
      if ready > made { runner.runStage(.convolve, layer: layer, rows: made..<ready) }
      activations[layer] = ready
      height = shape.layers[layer].height
      guard shape.isPooled(layer), layer + 1 < pass.layers.count else { continue }
      let pooled = pass.passedOn[layer]
      let rows = (made / 2..<ready / 2).clamped(to: pooled)
      if !rows.isEmpty { runner.runStage(.pool, layer: layer, rows: rows) }
      (ready, height) = (min(ready / 2, pooled.upperBound), height / 2)
    }
  }

  // MARK: Second pass

  /// Makes the gradients of all rows, and what forward rows they still need: of each layer no sooner than the layer
  /// before needs them, so that deep layers, whose rows of tiles are many of the image's, run ahead in bursts.
  mutating func backward<Runner: StageRunner>(_ runner: Runner) {
    restart(rows.again)
    for layer in gradients.indices { gradients[layer] = rows.gradients[layer].lowerBound }
    let first = NetworkTable.imageLayer
    var made = rows.strip.lowerBound
    while made < rows.strip.upperBound {
      if gradients[first] < rows.gradients[first].upperBound { advanceGradient(runner, of: first) }
      let ready = gradients[first]
      let end = min(ready == shape.height ? ready : ready - 1, rows.strip.upperBound)
      guard end > made else { continue }
      runner.runStage(.imageGradient, layer: first, rows: made..<end)
      made = end
    }
  }

  /// Makes the next rows of a layer's gradient after all that they follow from.
  private mutating func advanceGradient<Runner: StageRunner>(_ runner: Runner, of layer: Int) {
    let start = gradients[layer]
    let (end, above) = gradientStep(layer, from: start)
    while layer < deepest, gradients[layer + 1] < above {
      advanceGradient(runner, of: layer + 1)
    }
    while layer < pass.layers.count, activations[layer] < end { advance(runner) }
    if layer == NetworkTable.imageLayer, plan.repeatsFirst {
      runner.runStage(.convolveAgain, layer: layer, rows: start..<end)
    }
    runner.runStage(.gradient, layer: layer, rows: start..<end)
    gradients[layer] = end
  }

  /// To which row a layer's gradient is made next, and to which one that of the layer behind it must have been.
  private func gradientStep(_ layer: Int, from start: Int) -> (end: Int, above: Int) {
    let most = plan.chunkRows >> shape.layers[layer].convolution.name.poolings
    let last = rows.gradients[layer].upperBound
    guard layer < deepest else {
      // Where the tiles of its own input end, and a row more.
      let tiles = GradientRows(shape.layers[layer])
      let end = tiles.needed(to: tiles.end(from: max(start - 1, 0), rows: most))
      return (min(end, last), 0)
    }
    let tiles = GradientRows(shape.layers[layer + 1])
    let height = shape.layers[layer + 1].height
    guard shape.isPooled(layer) else {
      let end = min(tiles.end(from: start, rows: most), last)
      return (end, tiles.needed(to: end))
    }
    // The last row of an odd height, which no window of the pooling covers, comes with those before it.
    let pooled = min(tiles.end(from: start / 2, rows: most / 2), (last + 1) / 2)
    return (pooled == height ? last : 2 * pooled, tiles.needed(to: pooled))
  }
}
