/// Watches a schedule: a ring needs room from the lowest row that is still read to the last one made.
final class RingWatcher: StageRunner {
  struct Ring {
    private var made = 0
    private(set) var capacity = 0

    mutating func write(_ rows: Range<Int>) {
      made = rows.upperBound
      capacity = max(capacity, rows.count)
    }

    mutating func read(from row: Int) {
      capacity = max(capacity, made - max(row, 0))
    }
  }

  private let shape: NetworkShape
  /// By layer, whether the way back reads activations, not only masks.
  private let readsActivations: [Bool]
  private let repeatsFirst: Bool
  var pixels = Ring()
  var activations: [Ring]
  /// Activations as the way forward alone reads them.
  var passing: [Ring]
  var masks: [Ring]
  var repeatedActivations = Ring()
  var repeatedMasks = Ring()
  var pooled: [Ring]
  var gradients: [Ring]

  init(_ shape: NetworkShape, repeatsFirst: Bool, readsActivations: [Bool]) {
    self.shape = shape
    self.repeatsFirst = repeatsFirst
    self.readsActivations = readsActivations
    activations = shape.layers.map { _ in Ring() }
    passing = activations
    masks = activations
    pooled = activations
    gradients = activations
  }

  func runStage(_ stage: Stage, layer: Int, rows: Range<Int>) {
    switch stage {
    case .quantizeImage:
      pixels.write(rows)
    case .convolve:
      if layer == NetworkTable.imageLayer {
        pixels.read(from: rows.lowerBound - 1)
      } else if shape.isPooled(layer - 1) {
        pooled[layer - 1].read(from: rows.lowerBound - 1)
      } else {
        activations[layer - 1].read(from: rows.lowerBound - 1)
        passing[layer - 1].read(from: rows.lowerBound - 1)
      }
      activations[layer].write(rows)
      passing[layer].write(rows)
      masks[layer].write(rows)
    case .convolveAgain:
      pixels.read(from: rows.lowerBound - 1)
      repeatedActivations.write(rows)
      repeatedMasks.write(rows)
    case .pool:
      activations[layer].read(from: 2 * rows.lowerBound)
      passing[layer].read(from: 2 * rows.lowerBound)
      pooled[layer].write(rows)
    case .gradient:
      if layer + 1 < gradients.count {
        let first = shape.isPooled(layer) ? rows.lowerBound / 2 : rows.lowerBound
        gradients[layer + 1].read(from: first - 1)
      }
      if layer != NetworkTable.imageLayer || !repeatsFirst {
        masks[layer].read(from: rows.lowerBound)
        if readsActivations[layer] { activations[layer].read(from: rows.lowerBound) }
      }
      gradients[layer].write(rows)
    case .sendBack: break
    case .imageGradient:
      gradients[NetworkTable.imageLayer].read(from: rows.lowerBound - 1)
    }
  }
}
