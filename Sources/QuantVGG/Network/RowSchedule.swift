/// A kind of work on a range of rows of one layer.
enum Stage {
  case quantizeImage
  case convolve
  /// The first layer's rows once more, just before their gradient.
  case convolveAgain
  case pool
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
  /// Rows of the deepest layer by which the gradient advances.
  private let deepRows: Int

  // How far the current pass has come, in rows.
  private var pixels = 0
  private var activations: [Int]
  private var gradients: [Int]
  private var imageGradients = 0
  /// Rows to which the gradients advance next.
  private var targets: [Int]

  init(shape: NetworkShape, plan: NetworkPlan, rows: NetworkRows) {
    self.shape = shape
    self.plan = plan
    self.rows = rows
    pass = rows.first
    deepRows = max(1, plan.chunkRows >> shape.deepest.poolings)
    activations = shape.layers.map { _ in 0 }
    gradients = activations
    targets = activations
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

  /// Makes the gradients of all rows, deepest layer first, and what forward rows they still need.
  mutating func backward<Runner: StageRunner>(_ runner: Runner) {
    restart(rows.again)
    for layer in gradients.indices { gradients[layer] = rows.gradients[layer].lowerBound }
    imageGradients = rows.strip.lowerBound
    while imageGradients < rows.strip.upperBound {
      aim()
      while needsForward { advance(runner) }
      for layer in stride(from: deepest, through: 0, by: -1)
      where targets[layer] > gradients[layer] {
        let made = gradients[layer]..<targets[layer]
        if layer == NetworkTable.imageLayer, plan.repeatsFirst {
          runner.runStage(.convolveAgain, layer: layer, rows: made)
        }
        runner.runStage(.gradient, layer: layer, rows: made)
        gradients[layer] = targets[layer]
      }
      let first = gradients[NetworkTable.imageLayer]
      let image = min(first == shape.height ? first : first - 1, rows.strip.upperBound)
      if image > imageGradients {
        runner.runStage(
          .imageGradient, layer: NetworkTable.imageLayer, rows: imageGradients..<image)
        imageGradients = image
      }
    }
  }

  /// Sets `targets`: the deepest layer advances, and every layer follows as far as it can, by no
  /// more rows than in the middle of the image.
  private mutating func aim() {
    var above = shape.layers[deepest].height
    var step = deepRows
    for layer in stride(from: deepest, through: 0, by: -1) {
      let height = shape.layers[layer].height
      if layer < deepest {
        if shape.isPooled(layer) { step *= 2 }
        if above == shape.layers[layer + 1].height {
          above = height
        } else {
          let input = max(above - 1, 0)
          above = shape.isPooled(layer) ? 2 * input : input
        }
      }
      above = min(above, gradients[layer] + step, rows.gradients[layer].upperBound)
      targets[layer] = above
    }
  }

  private var needsForward: Bool {
    for layer in pass.layers.indices where activations[layer] < targets[layer] { return true }
    return false
  }
}
