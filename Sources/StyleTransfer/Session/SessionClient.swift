internal import QuantVGG
internal import Rows

/// The client of a session's networks: rows go to the terms of their layer on the way down, gradients
/// come from them on the way back, and the image's gradient goes to its update.
final class SessionClient<Numbers: LossArithmetic>: GradientClient {
  /// Whose rows pass.
  enum Pass {
    /// A style picture's, for the targets of style terms.
    case style
    /// The content picture's, for the targets of content terms.
    case content
    /// The image's.
    case image
  }

  var pass = Pass.image
  /// Layer sizes of the picture whose rows pass.
  var shape: NetworkShape
  let contents: [ContentTerm<Numbers>]
  let grams: [GramTerm<Numbers>]
  /// All terms of layers, in the order in which their gradients are added.
  let terms: [any LayerTerm<Numbers>]
  /// By layer; looked up for every item of a step.
  private let hasTermAt: [Bool]
  private let update: ImageUpdate
  private let pool: WorkerPool

  init(
    _ numbers: Numbers, shape: NetworkShape, settings: TransferSettings,
    layout: SessionLayout<Numbers>, memory: Arena, update: ImageUpdate, pool: WorkerPool
  ) {
    self.shape = shape
    self.update = update
    self.pool = pool
    hasTermAt = settings.hasTerm(shape)
    contents = zip(settings.contentLayers, layout.contents).map {
      ContentTerm(
        numbers, shape: shape.layers[shape.place(of: $0.layer)], weight: $0.weight,
        contentWeight: settings.contentWeight, normalizes: settings.normalizesGradients,
        layout: $1, memory: memory)
    }
    let scratch = GramScratch(layout.scratch, memory: memory)
    grams = zip(settings.styleLayers, layout.grams).map {
      GramTerm(
        numbers, shape: shape.layers[shape.place(of: $0.layer)], weight: $0.weight,
        styleWeight: settings.styleWeight, normalizes: settings.normalizesGradients,
        scratch: scratch, layout: $1, memory: memory)
    }
    var terms: [any LayerTerm<Numbers>] = []
    for term in contents { terms.append(term) }
    for term in grams { terms.append(term) }
    self.terms = terms
  }

  /// Whether a term takes part in the pass.
  private func observes(_ term: any LayerTerm<Numbers>) -> Bool {
    switch pass {
    case .style: term.label.kind == .style
    case .content: term.label.kind == .content
    case .image: true
    }
  }

  /// Begins a pass.
  func begin(_ pass: Pass, _ shape: NetworkShape) {
    self.pass = pass
    self.shape = shape
    for term in terms where observes(term) { term.reset() }
  }

  /// Adds what has passed of a style to the targets.
  func addTargets(share: Double) {
    for term in grams {
      term.addTarget(positions: shape.layers[term.place].positions, share: share)
    }
  }

  func didProduce(
    rows: Range<Int>, layer: Int, activations: ActivationRows<Numbers.Activation>
  ) {
    for term in terms where term.place == layer && observes(term) {
      term.observe(
        rows: rows, width: shape.layers[layer].width, activations: activations,
        isTarget: pass != .image, pool: pool)
    }
  }

  func hasLoss(layer: Int) -> Bool {
    hasTermAt[layer]
  }

  func addLossGradient(
    row: Int, columns: Range<Int>, layer: Int, activations: Row<Numbers.Activation>,
    into gradient: MutableRow<Real>
  ) {
    for term in terms where term.place == layer {
      term.addGradient(row: row, columns: columns, activations: activations, into: gradient)
    }
  }

  func willConsumeImageGradient(rows: Range<Int>) {
    update.prepare(rows)
  }

  func consumeImageGradient(_ gradient: MutableRow<Real>, row: Int, worker: Int) {
    update.receive(gradient, row: row)
  }
}
