internal import CSystem
internal import FileOutput
public import QuantVGG

/// A transfer that is under way: measured at a scale, and gone on with from its checkpoint where it has one.
///
/// The caller steps as long as it wants, and finishes. `Transfer.run` does both.
public final class TransferRun {
  /// The plan that was chosen.
  public let planned: PlannedMemory
  /// The transfer at each of its scales.
  private let transfers: [Transfer]
  private let makeSession: SessionMaker
  /// nil only between two scales.
  private var current: Session?

  /// The place in `scales` of the one that is painted.
  public private(set) var scale: Int
  /// What has been done at each scale.
  public private(set) var scales: [PaintedScale]
  /// Steps that earlier runs had done.
  public private(set) var firstStep = 0
  /// Steps of the whole run.
  public let steps: Int
  private let stop: StopRule?
  private var costs: CostWatch

  private let checkpoint: Transfer.CheckpointFile?
  /// Of all that the images follow from; 0 without a checkpoint.
  package let fingerprint: UInt64
  /// The step that the checkpoint is of.
  private var savedStep = 0
  /// The reason why the last checkpoint that was due could not be written; the run goes on without it.
  public private(set) var checkpointFailure: TransferError?

  /// Measures what one scale needs.
  init(
    _ transfer: Transfer, _ planned: PlannedMemory, scale: Int, fingerprint: UInt64,
    progress: (TransferProgress) -> TransferControl, makeSession: @escaping SessionMaker
  ) throws(TransferError) {
    self.planned = planned
    self.makeSession = makeSession
    self.scale = scale
    self.fingerprint = fingerprint
    transfers = transfer.scales
    scales = transfers.map { PaintedScale(size: $0.resultSize) }
    steps = transfer.allSteps
    stop = transfer.stop
    costs = CostWatch(stop)
    checkpoint = transfer.checkpoint
    let steps = steps
    transfers[scale].beginScale(scale)
    current = try makeSession(transfers[scale]) {
      var told = $0
      (told.scale, told.steps) = (scale, steps)
      return progress(told)
    }
  }

  /// The image and what changes it, at the scale that is painted; one that is kept keeps its scale's memory.
  public var session: Session {
    guard let current else { preconditionFailure("a scale has begun") }
    return current
  }

  /// The image as a picture.
  public var picture: PaintedPicture { PaintedPicture(session, of: transfers[scale]) }

  /// Steps that are done, at all scales.
  public var step: Int { scales.reduce(0) { $0 + $1.steps } }

  /// Whether all steps are done, or the cost hardly changes any more.
  public var isDone: Bool { scale == scales.count - 1 && isScaleDone }

  /// Whether the same holds for the scale that is painted.
  private var isScaleDone: Bool {
    scales[scale].steps >= transfers[scale].steps || costs.isConverged
  }

  /// Steps that the transfer's rule has made needless.
  private var stepsSaved: Int {
    (0...scale).reduce(0) { sum, place in
      let isEnded = place < scale || costs.isConverged
      return sum + (isEnded ? max(0, transfers[place].steps - scales[place].steps) : 0)
    }
  }

  /// Makes a step, the first one of the next scale where one is done.
  ///
  /// - Returns: how far the run has come, with the costs before the step.
  /// - Throws: `TransferError.diverged`; what is thrown where a scale is measured.
  public func advance() throws(TransferError) -> TransferProgress {
    if isScaleDone { try beginNextScale() }
    let begin = system_monotonic_seconds()
    let losses = session.step()
    try session.check()
    costs.add(losses.total, step: scales[scale].steps)
    let seconds = system_monotonic_seconds() - begin
    scales[scale].add(steps: 1, seconds: seconds)
    guard losses.isFinite else { throw .diverged(step: step) }
    var progress = TransferProgress(
      phase: .optimise, share: Double(step) / Double(steps), steps: steps)
    progress.scale = scale
    progress.step = step
    progress.losses = losses
    progress.seconds = seconds
    return progress
  }

  /// Measures what the next scale needs, and makes its first image from the one that is there.
  package func beginNextScale() throws(TransferError) {
    let settled = session.settle()
    try session.check()
    guard session.isFinite else { throw .diverged(step: step) }
    _ = session.settleEnd(settled)
    transfers[scale].communicator?.tell(StripCommand(.handOver, first: scale))
    let image = try ScaleImage(session, of: transfers[scale], spill: planned.spill)
    try session.check()
    // What the scale had is given back before the next one asks for more.
    current = nil
    scale += 1
    costs = CostWatch(stop)
    transfers[scale].beginScale(scale)
    current = try makeSession(transfers[scale].following(image)) { _ in .proceed }
  }

  // MARK: Checkpoints

  /// Numbers of its own in a checkpoint.
  static func noteCount(_ transfer: Transfer) -> Int { CostWatch.count + transfer.coarse.count }

  /// Goes on from the checkpoint, where there is one of this scale.
  func restore() throws(TransferError) {
    guard let checkpoint else { return }
    do throws(CheckpointError) {
      let found = try session.restore(
        from: checkpoint.path, fingerprint: fingerprint, notes: CostWatch.count + scales.count - 1)
      guard let found else { return }
      costs.restore(found.notes)
      for (place, steps) in found.notes.dropFirst(CostWatch.count).prefix(scale).enumerated() {
        guard let steps = Int(exactly: steps), steps <= transfers[place].steps else {
          throw .damaged
        }
        scales[place].add(steps: steps, seconds: 0)
      }
      scales[scale].add(steps: found.step, seconds: 0)
    } catch {
      throw .checkpoint(path: checkpoint.path, error)
    }
    try session.check()
    (firstStep, savedStep) = (step, step)
  }

  /// Whether a checkpoint is due after this step.
  package var isSaveDue: Bool {
    guard let checkpoint else { return false }
    return step % checkpoint.every == 0 && !isDone
  }

  /// Writes the checkpoint where one is due after this step; does nothing elsewhere.
  ///
  /// One that can not be written is no end of the run: see `checkpointFailure`.
  ///
  /// - Throws: `TransferError.diverged`.
  public func saveIfDue() throws(TransferError) {
    if isSaveDue { try save() }
  }

  private func save() throws(TransferError) {
    guard let checkpoint, step > savedStep else { return }
    try session.check()
    guard session.isFinite else { throw .diverged(step: step) }
    let notes = costs.numbers + scales.dropLast().map { UInt64($0.steps) }
    do throws(CheckpointError) {
      try session.save(
        Checkpoint(
          fingerprint: fingerprint, scale: scale, step: scales[scale].steps, notes: notes),
        to: checkpoint.path)
      savedStep = step
      checkpointFailure = nil
    } catch {
      checkpointFailure = .checkpoint(path: checkpoint.path, error)
    }
  }

  /// Measures the image, whose last step is shortened where it has raised the cost, and writes the
  /// checkpoint; see `checkpointFailure`.
  ///
  /// - Returns: the image, which is that of the scale that the run has come to.
  /// - Throws: `TransferError.diverged`.
  public func finish() throws(TransferError) -> TransferResult {
    let settled = session.settle()
    try session.check()
    guard session.isFinite else { throw .diverged(step: step) }
    // What follows is of this image alone: a run that goes on has made other steps from here.
    try save()
    let losses = session.settleEnd(settled)
    try session.check()
    return TransferResult(
      picture: picture, steps: step, scales: Array(scales[...scale]), wasStopped: !isDone,
      stepsSaved: stepsSaved, losses: losses, terms: session.terms,
      checkpointFailure: checkpointFailure)
  }
}

extension Transfer {
  /// Starts the transfer: carries out its phases up to the first step.
  ///
  /// - Parameters:
  ///   - planned: the plan of `choosePlan`; nil chooses.
  ///   - pool: the threads, whose number goes before `threads`; nil makes that many for this run.
  ///   - progress: is told what is measured, and may stop it.
  /// - Returns: the run, before its first step or after the checkpoint's.
  /// - Throws: `TransferError`; `.stopped` where `progress` has stopped it.
  public func start(
    _ planned: PlannedMemory? = nil, pool: WorkerPool? = nil,
    progress: (TransferProgress) -> TransferControl = { _ in .proceed }
  ) throws(TransferError) -> TransferRun {
    let found = try checkCheckpoint()
    let run = try start(
      planned, pool: pool, scale: found.scale, fingerprint: found.fingerprint, progress: progress)
    try run.restore()
    return run
  }

  /// Starts the transfer at one of its scales, whose first image is not that of the scale before; the caller
  /// replaces it.
  ///
  /// - Parameters:
  ///   - planned: the plan of `choosePlan`; nil chooses.
  ///   - pool: the threads; nil makes `threads` of them.
  ///   - scale: in `scales`.
  ///   - fingerprint: of the checkpoint; 0 without one.
  ///   - progress: is told what is measured, and may stop it.
  /// - Returns: the run.
  /// - Throws: `TransferError`.
  package func start(
    _ planned: PlannedMemory?, pool: WorkerPool?, scale: Int, fingerprint: UInt64 = 0,
    progress: (TransferProgress) -> TransferControl
  ) throws(TransferError) -> TransferRun {
    let pool = pool ?? WorkerPool(threads: threads)
    var transfer = self
    transfer.threads = pool.threads
    let chosen: PlannedMemory
    if let planned { chosen = planned } else { chosen = try transfer.choosePlan() }
    let makeSession = try transfer.sessionMaker(chosen, pool: pool)
    return try TransferRun(
      transfer, chosen, scale: scale, fingerprint: fingerprint, progress: progress,
      makeSession: makeSession)
  }

  /// Takes the disk's room for a plan that needs some, and packs the weights.
  func sessionMaker(
    _ planned: PlannedMemory, pool: WorkerPool
  ) throws(TransferError) -> SessionMaker {
    guard let weights else { preconditionFailure("a transfer without weights is only planned") }
    // The room on the disk is taken before any work.
    var file: SpillFile?
    if let room = planned.spill, let spill {
      file = try SpillFile(in: spill, bytes: room.bytes)
    }
    return try precision.accept(
      PackingVisitor(
        transfer: self, weights: weights, plan: planned.plan, file: file, pool: pool))
  }

  /// Runs the transfer from its start to its end.
  ///
  /// - Parameters:
  ///   - pool: the threads; nil makes `threads` of them for this run.
  ///   - progress: is told what is measured and each step, with the picture as it is then; may stop
  ///     the run.
  /// - Returns: the image and its costs.
  /// - Throws: `TransferError`; `.stopped` where `progress` has stopped it before its first step.
  public func run(
    pool: WorkerPool? = nil,
    progress: @escaping (TransferProgress, PaintedPicture?) -> TransferControl = { _, _ in .proceed
    }
  ) throws(TransferError) -> TransferResult {
    let run = try start(pool: pool) { progress($0, nil) }
    var control = TransferControl.proceed
    while !run.isDone, control == .proceed {
      control = progress(try run.advance(), run.picture)
      try run.saveIfDue()
    }
    return try run.finish()
  }

  /// Refuses a checkpoint of something else, of a later step, or one that can not be written.
  ///
  /// - Returns: the fingerprint, 0 without a checkpoint, and the scale to start at.
  private func checkCheckpoint() throws(TransferError) -> (fingerprint: UInt64, scale: Int) {
    guard let checkpoint else { return (0, 0) }
    let fingerprint = try fingerprint().value
    let found: Checkpoint?
    do throws(CheckpointError) {
      found = try Checkpoint.read(
        checkpoint.path, fingerprint: fingerprint, notes: TransferRun.noteCount(self))
      guard found?.scale ?? 0 <= coarse.count else { throw .damaged }
    } catch {
      throw .checkpoint(path: checkpoint.path, error)
    }
    let (scale, step) = (found?.scale ?? 0, found?.step ?? 0)
    guard step <= self.scale(scale).steps else {
      throw .laterStep(path: checkpoint.path, found: step)
    }
    do throws(FileOutputError) {
      try AtomicFile.check(path: checkpoint.path)
    } catch {
      throw .checkpoint(path: checkpoint.path, .output(error))
    }
    return (fingerprint, scale)
  }
}

/// Makes a session for a scale, of weights that are packed once; `progress` is told what is measured, and may stop it.
typealias SessionMaker = (Transfer, (TransferProgress) -> TransferControl) throws(TransferError) ->
  Session

/// Packs the weights.
private struct PackingVisitor: ArithmeticVisitor {
  let transfer: Transfer
  let weights: Weights
  let plan: MemoryPlan
  let file: SpillFile?
  let pool: WorkerPool

  func visit<Numbers: WeightedArithmetic>(
    _ numbers: Numbers.Type
  ) throws(TransferError) -> SessionMaker {
    let packed = try Numbers.pack(weights, transfer.packing(copies: plan.copies))
    return { (scale, progress) throws(TransferError) in
      try Session(packed, scale, plan: plan.network, file: file, pool: pool, progress: progress)
    }
  }
}

extension Transfer {
  /// The way in which its weights are packed.
  func packing(copies: WeightCopies) -> PackingOptions {
    PackingOptions(
      network: engineNetwork, reference: reference,
      deepest: settings.deepest, pooling: pooling, instructionSet: instructionSet, copies: copies,
      isTransposed: isTransposed)
  }
}
