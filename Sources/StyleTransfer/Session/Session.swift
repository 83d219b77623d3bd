internal import CSystem
package import FileNames
internal import ImageIO
internal import Optim
public import QuantVGG
package import Rows

/// A style transfer at one size that is ready to step: its targets are measured, and the image is the
/// one that it starts from.
///
/// A transfer makes one with `Transfer.start`. One thread at a time uses a session.
public final class Session {
  /// The cost that is minimised.
  public let settings: TransferSettings
  /// Sizes of all layers for the image as the engine's rows have it.
  package let shape: NetworkShape

  /// The levels of the content as the engine's rows have it, whose colours the result gets; nil where it keeps
  /// its own.
  let contentColors: MemorySlice<UInt8>?
  /// By style, the share of its samples that were clipped when its colours were matched to the content's; empty
  /// where they were not.
  public private(set) var clippedShares: [Double] = []

  let update: ImageUpdate
  /// The rows that this process paints.
  let strip: Strip
  /// The rows of other processes; nil where it paints alone.
  let others: StripRows?
  /// What image, state and content targets are in; nil where they are in memory.
  let file: SpillFile?
  /// Rows of the picture where the image is in a file.
  let block: PictureBlock?
  let network: any SteppingNetwork
  private let pool: WorkerPool
  /// Seconds of the last step's way forward, costs included, and of its way back, with the optimizer's work.
  package private(set) var passSeconds = (forward: 0.0, backward: 0.0)

  /// Runs the phases of a transfer before its first step.
  ///
  /// - Parameters:
  ///   - numbers: the arithmetic, with layers up to the deepest of the terms.
  ///   - transfer: what is made.
  ///   - plan: what stays in memory.
  ///   - file: takes what grows with the picture; nil keeps it in memory.
  ///   - pool: the threads of every step.
  ///   - progress: is told what is measured, and may stop it.
  /// - Throws: `TransferError`.
  init<Numbers: LossArithmetic>(
    _ numbers: Numbers, _ transfer: Transfer, plan: MemoryPlan, file: SpillFile?, pool: WorkerPool,
    progress: (TransferProgress) -> TransferControl
  ) throws(TransferError) {
    let size = transfer.engineSize(transfer.resultSize)
    settings = transfer.settings
    shape = NetworkShape(
      numbers.network, width: size.width, height: size.height, deepest: settings.deepest)
    self.file = file
    strip = Strip(shape, all: transfer.strips, communicator: transfer.communicator)
    let layout = SessionLayout<Numbers>(
      shape, of: transfer, plan: plan.network, state: plan.state, threads: pool.threads)
    let memory = try TransferError.from { () throws(MemoryError) in try Arena(layout.memory) }
    contentColors = layout.contentColors.map { memory.slice($0) }
    var regions: ImageRegions?
    if let wanted = transfer.regions { regions = try ImageRegions(transfer, wanted) }
    update = try ImageUpdate(
      shape, strip: strip, layout: layout, memory: memory, file: file?.rows, regions: regions,
      settings: settings, optimizer: transfer.usedOptimizer,
      recordsGradient: transfer.recordsGradient)
    let (image, strip) = (update.image, strip)
    others = update.givenRows.map { StripRows(strip, memory: $0) }
    let colors = contentColors
    let colorBlock = update.colorBlock
    block = update.pictureBlock.map {
      PictureBlock(
        image, colors: colors, strip: strip, size: transfer.resultSize,
        isTransposed: transfer.isTransposed, memory: $0, colorMemory: colorBlock)
    }
    let network = try TermNetwork(
      numbers, shape, settings: settings, plan: plan.network, layout: layout, memory: memory,
      file: file?.rows, regions: regions, update: update, pool: pool)
    self.network = network
    self.pool = pool

    func goesOn(_ phase: TransferPhase, _ share: Double) -> Bool {
      progress(TransferProgress(phase: phase, share: share, steps: transfer.steps)) == .proceed
    }
    var matched: ColorStatistics?
    if transfer.colors.contains(.match) {
      try readContent(transfer)
      matched = ColorStatistics(update.image, strip: strip)
    }
    try measureStyles(transfer, layout, network, colors: matched) { goesOn(.measureStyle, $0) }
    if matched == nil { try readContent(transfer) }
    try network.measureContent { goesOn(.measureContent, $0) }
    guard !network.contentIsFull else { throw .denseContent }
    try transfer.makeStart(in: update.image, regions)
    try file?.check()
  }

  private func readContent(_ transfer: Transfer) throws(TransferError) {
    try transfer.content.read(
      into: update.image, size: transfer.resultSize, transposed: transfer.isTransposed)
    contentColors?.copyLevels(of: update.image, strip.own)
  }

  /// Reads and measures one style after the other; a picture's pixels are given back before the next
  /// one's come.
  private func measureStyles<Numbers: LossArithmetic>(
    _ transfer: Transfer, _ layout: SessionLayout<Numbers>, _ network: TermNetwork<Numbers>,
    colors: ColorStatistics?, goesOn: (Double) -> Bool
  ) throws(TransferError) {
    let mix = try TransferError.from { () throws(MemoryError) in try Arena(layout.mixMemory) }
    // Terms hold slices of it until the style ends.
    defer { withExtendedLifetime(mix) {} }
    network.beginStyle(in: mix, layout)
    let count = Double(transfer.styles.count)
    let mixes = transfer.mixes
    for (index, style) in transfer.styles.enumerated() {
      let shares = mixes.map { $0[index] }
      let picture: Picture
      switch style.source {
      case .statistics(let statistics):
        network.addStyle(statistics, shares: shares)
        continue
      case .picture(let own): picture = own
      }
      let regions = try StyleRegions(transfer, style: index)
      let size = transfer.engineSize(transfer.size(style))
      let pixels = try TransferError.from { () throws(MemoryError) in
        try Block<Float>(count: 3 * size.pixelCount)
      }
      try pixels.withElements { (elements) throws(TransferError) in
        try elements.withMutableSpan { (values) throws(TransferError) in
          try picture.read(
            into: &values, size: transfer.size(style), transposed: transfer.isTransposed)
        }
        if let colors {
          let match = ColorMatch(from: ColorStatistics(elements), to: colors)
          clippedShares.append(match.apply(to: elements))
        }
        try network.measureStyle(
          StateRows(elements, rowLength: 3 * size.width), of: transfer, width: size.width,
          height: size.height, shares: shares, regions: regions
        ) { goesOn((Double(index) + $0) / count) }
      }
    }
    network.endStyle()
  }

  /// The costs of the image as it is; `terms` and `grams` are then this image's.
  public func evaluate() -> LossValues { measure() }

  private func measure() -> LossValues {
    tell(.measure)
    return network.measure()
  }

  /// Tells the other processes what is done next.
  private func tell(_ kind: StripCommand.Kind, isSet: Bool = false, loss: Double = 0) {
    strip.communicator?.tell(StripCommand(kind, first: isSet ? 1 : 0, number: loss))
  }

  /// Improves the image by one step of the optimizer.
  ///
  /// Nothing is allocated.
  ///
  /// - Returns: the costs before the step.
  @discardableResult
  public func step() -> LossValues {
    let start = system_monotonic_seconds()
    let before = file?.traffic
    let waited = file?.rows.seconds ?? 0
    let given = bytesGiven
    let measured = measure()
    let forward = system_monotonic_seconds() - start
    let middle = file?.traffic
    let givenForward = bytesGiven - given
    let costs = settle(measured, isEnd: false)
    let turn = system_monotonic_seconds()
    let settled = file?.traffic
    let givenBefore = bytesGiven
    sendBack(costs.total, isFrozen: false)
    passSeconds = (forward, system_monotonic_seconds() - turn)
    exchanged = givenForward + bytesGiven - givenBefore
    if let before, let middle, let settled, let end = file?.traffic {
      traffic = (middle - before) + (end - settled)
      diskSeconds = (file?.rows.seconds ?? 0) - waited
    }
    return costs
  }

  /// Measures the image, and takes back what the last step has changed too much: a change that has
  /// raised the cost many times is shortened until it does not.
  ///
  /// The next step does the same first, so that this changes no later image.
  ///
  /// - Returns: the costs of the image as it is then.
  @discardableResult
  public func settle() -> LossValues { settle(measure(), isEnd: false) }

  /// Shortens the last change as `settle` does where it has more than doubled the cost; for the last
  /// image of a run.
  ///
  /// - Parameter costs: those of the image as it is.
  /// - Returns: those of the image as it is then.
  @discardableResult
  package func settleEnd(_ costs: LossValues) -> LossValues { settle(costs, isEnd: true) }

  private func settle(_ costs: LossValues, isEnd: Bool) -> LossValues {
    var costs = costs
    while shorten(loss: costs.total, isEnd: isEnd) { costs = measure() }
    return costs
  }

  /// Shortens the last change where it has led to too large a loss.
  ///
  /// - Returns: whether it has.
  func shorten(loss: Double, isEnd: Bool) -> Bool {
    tell(.shorten, isSet: isEnd, loss: loss)
    guard update.shorten(loss: loss, isEnd: isEnd, pool: pool) else { return false }
    block?.forget()
    return true
  }

  /// Measures the image and its gradient, which must be recorded, without moving it.
  ///
  /// - Returns: the costs.
  @discardableResult
  public func measureGradient() -> LossValues {
    precondition(update.gradient != nil, "the transfer records its gradient")
    let costs = measure()
    sendBack(costs.total, isFrozen: true)
    return costs
  }

  /// Sends the gradient back from an image of this loss, and lets the optimizer move the rows unless it is frozen.
  func sendBack(_ loss: Double, isFrozen: Bool) {
    tell(.sendBack, isSet: isFrozen, loss: loss)
    block?.forget()
    update.isFrozen = isFrozen
    update.begin(loss: loss)
    network.sendBack()
    update.end(pool: pool)
  }

  /// The costs that were measured last, term by term.
  public var terms: [TermCost] { network.costs }

  /// The Gram matrices of the image as it was when its costs were measured last: by style layer,
  /// `[channels][channels]` in real units.
  public var grams: [[Float]] { network.grams }

  /// The time that the network's work has taken.
  package var timing: NetworkTiming { network.timing }

  /// The instruction set that computes.
  public var instructionSet: InstructionSet { network.instructionSet }

  /// Bytes of the weights as they are kept for the steps.
  package var weightBytes: Int { network.weightBytes }

  /// Looks at the image in the engine's rows, `[height][width][3]` RGB minus mean; it must be in memory.
  public func withPixels<Result, Failure: Error>(
    _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try pixels.withSpan(body)
  }

  /// Changes the image, which must be in memory, between two steps; numbers as in `withPixels`.
  public func editPixels<Result, Failure: Error>(
    _ body: (inout MutableSpan<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    update.optimizer.valuesWereReplaced()
    return try pixels.withMutableSpan(body)
  }

  /// Looks at dJ/dx of the last step or measurement, which must be recorded; numbers as in
  /// `withPixels`.
  public func withGradient<Result, Failure: Error>(
    _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try gradient.withSpan(body)
  }

  /// All numbers of the image, valid as long as the session.
  package var pixels: MemorySlice<Float> {
    guard let whole = update.image.whole else {
      preconditionFailure("the image is in memory: no plan that spills")
    }
    return whole
  }

  /// The image, of which some rows at a time are in memory where it is in a file.
  var image: StateRows<Float> { update.image }

  /// All numbers of the recorded gradient, valid as long as the session.
  package var gradient: MemorySlice<Float> {
    guard let gradient = update.gradient else {
      preconditionFailure("the transfer records its gradient")
    }
    return gradient
  }

  /// Whether all numbers of the image are finite; they are not once the optimisation has diverged.
  public var isFinite: Bool {
    tell(.isFinite)
    return strip.isFinite(update.image)
  }

  // MARK: The file of the state

  /// Looks whether all that was read and written of the state was; where not, the session is of no more use.
  ///
  /// - Throws: `TransferError.spill`.
  package func check() throws(TransferError) { try file?.check() }

  /// Bytes of the state that the last step has read and written, without what a shortened change took; nil where they
  /// are in memory.
  package private(set) var traffic: StateTraffic?
  /// Seconds in which the last step has waited for the file of the state, with what a shortened change took; nil where it is
  /// in memory.
  package private(set) var diskSeconds: Double?

  /// Bytes of sums and rows that this process has given to others in the last step, without what a shortened change took.
  package private(set) var exchanged = 0

  private var bytesGiven: Int { strip.communicator?.bytesGiven ?? 0 }

  // MARK: Checkpoints

  /// Writes a checkpoint, from which `restore` makes another session of the same fingerprint go on.
  ///
  /// - Parameters:
  ///   - checkpoint: what stands in it beside the image and what the optimizer remembers.
  ///   - path: the file, which is replaced at once or not at all.
  /// - Throws: `CheckpointError.output`.
  package func save(_ checkpoint: Checkpoint, to path: FilePath) throws(CheckpointError) {
    try checkpoint.write(update.image, update.optimizer, others: others, to: path)
  }

  /// Reads a checkpoint, which may come from a session with another plan and other threads.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - fingerprint: of everything that decides the bits of the image.
  ///   - notes: how many numbers of its own the caller has written.
  /// - Returns: the checkpoint; nil where there is no such file.
  /// - Throws: `CheckpointError`; the session is then of no more use.
  package func restore(
    from path: FilePath, fingerprint: UInt64, notes: Int = 0
  ) throws(CheckpointError) -> Checkpoint? {
    guard let reader = try CheckpointReader(path: path) else { return nil }
    block?.forget()
    let checkpoint = try reader.checkpoint(
      fingerprint: fingerprint, notes: notes, image: update.image, optimizer: update.optimizer,
      others: others)
    giveNumbers()
    return checkpoint
  }
}
