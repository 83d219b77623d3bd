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
/// is computed twice within a pass and there is no halo.
struct RowSchedule {
  private let shape: NetworkShape
  private let plan: NetworkPlan
  /// Rows of the deepest layer by which the gradient advances.
  private let deepRows: Int

  // How far the current pass has come, in rows.
  private var pixels = 0
  private var activations: [Int]
  private var gradients: [Int]
  private var imageGradients = 0
  /// Rows to which the gradients advance next.
  private var targets: [Int]

  init(shape: NetworkShape, plan: NetworkPlan) {
    self.shape = shape
    self.plan = plan
    deepRows = max(1, plan.chunkRows >> shape.deepest.poolings)
    activations = shape.layers.map { _ in 0 }
    gradients = activations
    targets = activations
  }

  private var deepest: Int { shape.layers.count - 1 }

  // MARK: First pass

  /// Makes the rows of all layers.
  mutating func forward<Runner: StageRunner>(_ runner: Runner) {
    beginForward()
    while advanceForward(runner) {}
  }

  /// Starts a pass of `advanceForward`.
  mutating func beginForward() {
    restart(layers: shape.layers.count)
  }

  /// Makes what rows of all layers follow from the next chunk of the image; false where none is left.
  mutating func advanceForward<Runner: StageRunner>(_ runner: Runner) -> Bool {
    guard activations[deepest] < shape.layers[deepest].height else { return false }
    advance(layers: shape.layers.count, runner)
    return true
  }

  private mutating func restart(layers: Int) {
    pixels = 0
    for layer in 0..<layers { activations[layer] = 0 }
  }

  /// Takes a chunk of image rows in and pushes it through the first `layers` layers.
  private mutating func advance<Runner: StageRunner>(layers: Int, _ runner: Runner) {
    var rows = min(pixels + plan.chunkRows, shape.height)
    runner.runStage(.quantizeImage, layer: NetworkTable.imageLayer, rows: pixels..<rows)
    pixels = rows
    var height = shape.height
    for layer in 0..<layers {
      let made = activations[layer]
      let ready = rows == height ? rows : max(rows - 1, made)
      if ready > made { runner.runStage(.convolve, layer: layer, rows: made..<ready) }
      activations[layer] = ready
      (rows, height) = (ready, shape.layers[layer].height)
      guard shape.isPooled(layer), layer + 1 < layers else { continue }
      if ready / 2 > made / 2 { runner.runStage(.pool, layer: layer, rows: made / 2..<ready / 2) }
      (rows, height) = (ready / 2, height / 2)
    }
  }

  // MARK: Second pass

  /// Makes the gradients of all rows, deepest layer first, and what forward rows they still need.
  mutating func backward<Runner: StageRunner>(_ runner: Runner) {
    let recomputed = plan.computedTwice(shape.layers)
    restart(layers: recomputed)
    for layer in gradients.indices { gradients[layer] = 0 }
    imageGradients = 0
    while imageGradients < shape.height {
      aim()
      while needsForward(layers: recomputed) { advance(layers: recomputed, runner) }
      for layer in stride(from: deepest, through: 0, by: -1)
      where targets[layer] > gradients[layer] {
        let rows = gradients[layer]..<targets[layer]
        if layer == NetworkTable.imageLayer, plan.repeatsFirst {
          runner.runStage(.convolveAgain, layer: layer, rows: rows)
        }
        runner.runStage(.gradient, layer: layer, rows: rows)
        gradients[layer] = targets[layer]
      }
      let first = gradients[NetworkTable.imageLayer]
      let image = first == shape.height ? shape.height : first - 1
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
      above = min(above, gradients[layer] + step)
      targets[layer] = above
    }
  }

  private func needsForward(layers: Int) -> Bool {
    for layer in 0..<layers where activations[layer] < targets[layer] { return true }
    return false
  }
}
