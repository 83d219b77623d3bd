internal import QuantVGG
internal import Rows

/// A session's network as its steps see it, whatever the arithmetic.
protocol SteppingNetwork: AnyObject {
  /// The instruction set that computes.
  var instructionSet: InstructionSet { get }
  /// The time that the network's work has taken.
  var timing: NetworkTiming { get }
  /// Bytes of the packed weights.
  var weightBytes: Int { get }
  /// The costs of the image that was measured last, term by term.
  var costs: [TermCost] { get }
  /// By style layer, the Gram matrices of the image that was measured last, those of regions one after the other.
  var grams: [[Float]] { get }

  /// Runs the image forward; gradients can be had afterwards.
  func measure() -> LossValues
  /// Runs the gradient back to the image.
  func sendBack()
}

/// A network of one arithmetic with the terms of a transfer.
final class TermNetwork<Numbers: LossArithmetic>: SteppingNetwork {
  private let numbers: Numbers
  private let settings: TransferSettings
  private let plan: NetworkPlan
  private let update: ImageUpdate
  private let strip: Strip
  private let pool: WorkerPool
  private let client: SessionClient<Numbers>
  private let network: Network<SessionClient<Numbers>>

  init(
    _ numbers: Numbers, _ shape: NetworkShape, settings: TransferSettings, plan: NetworkPlan,
    layout: SessionLayout<Numbers>, memory: Arena, file: RowFile?, regions: ImageRegions?,
    update: ImageUpdate, pool: WorkerPool
  ) throws(TransferError) {
    self.numbers = numbers
    self.settings = settings
    self.plan = plan
    self.update = update
    strip = update.strip
    self.pool = pool
    client = SessionClient(
      numbers, shape: shape, settings: settings, layout: layout, memory: memory, file: file,
      regions: regions, update: update, pool: pool)
    let client = client
    network = try TransferError.from { () throws(MemoryError) in
      try Network(
        numbers, width: shape.width, height: shape.height, deepest: settings.deepest, plan: plan,
        strip: update.strip.own, client: client, pool: pool)
    }
  }

  // MARK: Targets

  /// Begins the targets of the style.
  ///
  /// - Parameters:
  ///   - memory: the mix and what is saved, which last until `endStyle`.
  ///   - layout: the places in it.
  func beginStyle(in memory: Arena, _ layout: SessionLayout<Numbers>) {
    for term in client.styles { term.beginTarget(in: memory) }
    client.saved = layout.saved.map { StyleSums(numbers, $0, memory: memory) }
  }

  /// Adds a saved style's shares to the targets.
  func addStyle(_ statistics: StyleStatistics, shares: [Double]) {
    client.begin(.style, network.shape, shares: shares)
    client.read(statistics)
  }

  /// Makes the styles that were measured the targets.
  func endStyle() {
    for term in client.styles { term.endTarget() }
    client.saved = []
  }

  /// Measures a style picture, `[height][width][3]` RGB minus mean, and adds its shares to the targets.
  ///
  /// Its network's memory is given back before this returns.
  ///
  /// - Throws: `TransferError.memory`; `.stopped` where `goesOn` says no, which is asked with the
  ///   share that is done.
  func measureStyle(
    _ style: StateRows<Float>, of transfer: Transfer, width: Int, height: Int, shares: [Double],
    regions: StyleRegions?, goesOn: (Double) -> Bool
  ) throws(TransferError) {
    let styleNetwork = try TransferError.from { () throws(MemoryError) in
      try ForwardNetwork(
        numbers, width: width, height: height, deepest: settings.deepest, plan: plan,
        observer: client, pool: pool)
    }
    client.begin(.style, styleNetwork.shape, shares: shares, regions: regions)
    styleNetwork.beginForward(style)
    try advance(styleNetwork, rows: 0..<height, goesOn)
    client.addTargets()
    if let path = transfer.savedStyle {
      let terms = settings.styleLayers.compactMap { layer in
        client.grams.first { $0.label.layer == layer.layer }
      }
      try saveStyle(transfer, styleNetwork.shape, terms, client.saved, to: path)
    }
  }

  /// Measures the image as it is as the content picture.
  ///
  /// - Throws: `TransferError.stopped`, as `measureStyle`.
  func measureContent(goesOn: (Double) -> Bool) throws(TransferError) {
    client.begin(.content, network.shape)
    network.beginForward(update.image, isTarget: true)
    try advance(network, rows: strip.own, goesOn)
  }

  /// Whether targets of the content have found no room.
  var contentIsFull: Bool { client.contents.contains { $0.isFull } }

  /// Ends a pass of which about so many rows are told.
  private func advance(
    _ network: ForwardNetwork<SessionClient<Numbers>>, rows: Range<Int>,
    _ goesOn: (Double) -> Bool
  ) throws(TransferError) {
    var done = 0
    while network.advanceForward() {
      done = min(done + plan.chunkRows, rows.count)
      guard goesOn(Double(done) / Double(rows.count)) else { throw .stopped }
    }
  }

  // MARK: Steps

  func measure() -> LossValues {
    client.begin(.image, network.shape)
    strip.exchange(update.image)
    update.measure(pool: pool)
    network.forward(update.image)
    if !strip.isAlone {
      for term in client.terms { strip.combine(term.foldedSums(), term.sumKind) }
    }
    for term in client.terms { term.finish(pool: pool) }
    var values = LossValues(total: 0, content: 0, style: 0)
    for term in client.contents { values.content += term.value(weight: term.label.share) }
    for term in client.styles { values.style += term.value(weight: term.label.share) }
    values.total = settings.contentWeight * values.content + settings.styleWeight * values.style
    for term in update.terms { values.total += term.label.factor * term.value }
    return values
  }

  func sendBack() { network.backward() }

  var costs: [TermCost] {
    client.terms.map { Self.cost($0.label, $0.value(weight: 1)) }
      + update.terms.map { Self.cost($0.label, $0.value) }
  }

  private static func cost(_ label: TermLabel, _ value: Double) -> TermCost {
    TermCost(
      name: label.name, layer: label.layer, region: label.region, value: value,
      weight: label.factor * label.share)
  }

  var grams: [[Float]] {
    settings.styleLayers.map { layer in
      client.grams.filter { $0.label.layer == layer.layer }.flatMap { $0.gram }
    }
  }

  var timing: NetworkTiming { network.timing }

  var instructionSet: InstructionSet { numbers.instructionSet }

  var weightBytes: Int {
    Numbers.packedBytes(network.shape.layers.map { $0.convolution }, copies: numbers.copies)
  }
}
