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
  /// By region, the share that the style whose rows pass has in the target.
  private var shares: [Double] = []
  private var styleRegions: StyleRegions?
  private let regions: ImageRegions?
  /// Layer sizes of the picture whose rows pass.
  var shape: NetworkShape
  let contents: [ContentTerm<Numbers>]
  /// By style layer, one for each painted region, or one.
  let grams: [GramTerm<Numbers>]
  /// All terms whose targets are the styles'.
  let styles: [any StyleTerm<Numbers>]
  /// All terms of layers, in the order in which their gradients are added.
  let terms: [any LayerTerm<Numbers>]
  /// By layer; looked up for every item of a step.
  private let hasTermAt: [Bool]
  /// By style layer, what is saved of a style beside its Gram matrices; none where it is not saved.
  var saved: [StyleSums<Numbers>] = []
  private let update: ImageUpdate
  private let strip: Strip
  /// By layer, the rows that this process measures.
  private let owned: [Range<Int>]
  private let pool: WorkerPool

  init(
    _ numbers: Numbers, shape: NetworkShape, settings: TransferSettings,
    layout: SessionLayout<Numbers>, memory: Arena, file: RowFile?, regions: ImageRegions?,
    update: ImageUpdate, pool: WorkerPool
  ) {
    strip = update.strip
    owned = layout.rows.owned
    self.regions = regions
    self.shape = shape
    self.update = update
    self.pool = pool
    hasTermAt = settings.hasTerm(shape)
    contents = zip(settings.contentLayers, layout.contents).map {
      ContentTerm(
        numbers, shape: shape.layers[shape.place(of: $0.layer)], weight: $0.weight,
        contentWeight: settings.contentWeight, normalizes: settings.normalizesGradients,
        layout: $1, memory: memory, file: file)
    }
    let scratch = GramScratch(layout.scratch, memory: memory)
    let loss = settings.styleLoss
    let painted = regions?.painted.map { Optional($0) } ?? [nil]
    let places = settings.styleLayers.flatMap { layer in
      painted.map {
        StylePlace(
          shape: shape.layers[shape.place(of: layer.layer)], region: $0, weight: layer.weight,
          styleWeight: settings.styleWeight, normalizes: settings.normalizesGradients)
      }
    }
    grams = zip(places, layout.grams).map {
      GramTerm(
        numbers, $0.weighted(loss.gram), scratch: scratch, layout: $1, memory: memory)
    }
    var terms: [any LayerTerm<Numbers>] = []
    var styles: [any StyleTerm<Numbers>] = []
    for term in contents { terms.append(term) }
    for term in grams {
      terms.append(term)
      styles.append(term)
    }
    if let constants = layout.constants.map({ ConstantRows<Numbers>($0, memory: memory) }) {
      for (place, layout) in zip(places, layout.moments) {
        let term = MomentTerm(
          numbers, place.weighted(loss.moments), constants: constants, layout: layout,
          memory: memory)
        terms.append(term)
        styles.append(term)
      }
    }
    for (place, layout) in zip(places, layout.histograms) {
      let term = HistogramTerm(
        numbers, place.weighted(loss.histogram), layout: layout, memory: memory)
      terms.append(term)
      styles.append(term)
    }
    self.styles = styles
    self.terms = terms
  }

  /// Whether a term takes part in the pass.
  private func observes(_ term: TermLabel) -> Bool {
    switch pass {
    case .style: term.kind == .style && share(term) > 0
    case .content: term.kind == .content
    case .image: true
    }
  }

  /// The place of a term's region among those that are painted.
  private func region(_ term: TermLabel) -> Int {
    regions?.painted.firstIndex { $0.label == term.region } ?? 0
  }

  /// The share in a term's target of the style whose rows pass.
  private func share(_ term: TermLabel) -> Double { shares[region(term)] }

  /// The positions of the picture whose rows pass that count for a term; nil for all.
  private func positions(_ term: TermLabel) -> RegionPositions? {
    guard let regions, term.region != nil, let layer = term.layer else { return nil }
    guard pass == .style else { return regions.painted[region(term)].positions[layer.poolings] }
    return styleRegions?.positions(layer, region: region(term))
  }

  /// Begins a pass.
  ///
  /// - Parameters:
  ///   - pass: whose rows come.
  ///   - shape: layer sizes of its picture.
  ///   - shares: in a pass of a style, its share in each region's target.
  ///   - regions: of the style.
  func begin(
    _ pass: Pass, _ shape: NetworkShape, shares: [Double] = [], regions: StyleRegions? = nil
  ) {
    self.pass = pass
    self.shape = shape
    self.shares = shares
    styleRegions = regions
    for term in terms where observes(term.label) { term.reset() }
  }

  /// Adds a saved style to the targets.
  func read(_ statistics: StyleStatistics) {
    for term in styles where observes(term.label) {
      guard let layer = term.label.layer else { continue }
      term.read(statistics, layer)
      term.addTarget(positions: statistics.positions(layer), share: share(term.label))
    }
  }

  /// Adds what has passed of a style to the targets.
  func addTargets() {
    for term in styles where observes(term.label) {
      term.addTarget(
        positions: positions(term.label)?.count ?? shape.layers[term.place].positions,
        share: share(term.label))
    }
  }

  func didProduce(
    rows: Range<Int>, layer: Int, activations: ActivationRows<Numbers.Activation>
  ) {
    // Those around the strip are measured by their own processes.
    let rows = pass == .image ? rows.clamped(to: owned[layer]) : rows
    guard !rows.isEmpty else { return }
    for term in terms where term.place == layer && observes(term.label) {
      let isInOrder = !strip.isAlone && pass == .image && term.sumKind == .inOrder
      if isInOrder, rows.lowerBound == owned[layer].lowerBound { strip.takeSums(term.foldedSums()) }
      term.observe(
        rows: rows, width: shape.layers[layer].width, activations: activations,
        isTarget: pass != .image, positions: positions(term.label), pool: pool)
      if isInOrder, rows.upperBound == owned[layer].upperBound { strip.handSums(term.foldedSums()) }
    }
    guard pass == .style else { return }
    for sums in saved where sums.place == layer {
      sums.observe(rows: rows, activations: activations, pool: pool)
    }
  }

  func willAddLossGradient(rows: Range<Int>, layer: Int) {
    for term in contents where term.place == layer { term.willAddGradient(rows: rows) }
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

  func didConsumeImageGradient(rows: Range<Int>) {
    update.complete(rows)
  }

  func consumeImageGradient(_ gradient: MutableRow<Real>, row: Int, worker: Int) {
    update.receive(gradient, row: row)
  }
}
