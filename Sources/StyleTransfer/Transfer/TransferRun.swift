internal import CSystem
internal import FileOutput
public import QuantVGG

/// A transfer that is under way: measured, and gone on with from its checkpoint where it has one.
///
/// The caller steps as long as it wants, and finishes. `Transfer.run` does both.
public final class TransferRun {
  /// The plan that was chosen.
  public let planned: PlannedMemory
  /// The image and what changes it.
  public let session: Session
  /// The image as a picture.
  public let picture: PaintedPicture
  /// Steps that earlier runs had done.
  public let firstStep: Int
  /// Steps that are done.
  public private(set) var step: Int
  /// Steps of the whole run.
  public let steps: Int
  private var costs: CostWatch

  private let checkpoint: Transfer.CheckpointFile?
  /// Of all that the images follow from; 0 without a checkpoint.
  package let fingerprint: UInt64
  /// The step that the checkpoint is of.
  private var savedStep: Int
  /// The reason why the last checkpoint that was due could not be written; the run goes on without it.
  public private(set) var checkpointFailure: TransferError?

  init(
    _ transfer: Transfer, _ planned: PlannedMemory, _ session: Session, fingerprint: UInt64
  ) throws(TransferError) {
    self.planned = planned
    self.session = session
    self.fingerprint = fingerprint
    picture = PaintedPicture(session, of: transfer)
    steps = transfer.steps
    checkpoint = transfer.checkpoint
    var costs = CostWatch(transfer.stop)
    var done = 0
    if let checkpoint {
      do throws(CheckpointError) {
        let found = try session.restore(
          from: checkpoint.path, fingerprint: fingerprint, notes: CostWatch.count)
        if let found {
          done = found.step
          costs.restore(found.notes)
        }
      } catch {
        throw .checkpoint(path: checkpoint.path, error)
      }
    }
    (firstStep, step, savedStep) = (done, done, done)
    self.costs = costs
  }

  /// Whether all steps are done, or the cost hardly changes any more.
  public var isDone: Bool { step >= steps || isConverged }

  /// Whether the transfer's rule has ended the run.
  public var isConverged: Bool { costs.isConverged }

  /// Makes a step.
  ///
  /// - Returns: how far the run has come, with the costs before the step.
  /// - Throws: `TransferError.diverged`.
  public func advance() throws(TransferError) -> TransferProgress {
    let begin = system_monotonic_seconds()
    let losses = session.step()
    costs.add(losses.total, step: step)
    step += 1
    guard losses.isFinite else { throw .diverged(step: step) }
    var progress = TransferProgress(
      phase: .optimise, share: Double(step) / Double(steps), steps: steps)
    progress.step = step
    progress.losses = losses
    progress.seconds = system_monotonic_seconds() - begin
    return progress
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
    guard session.isFinite else { throw .diverged(step: step) }
    do throws(CheckpointError) {
      try session.save(
        Checkpoint(fingerprint: fingerprint, step: step, notes: costs.numbers),
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
  /// - Throws: `TransferError.diverged`.
  public func finish() throws(TransferError) -> TransferResult {
    let settled = session.settle()
    guard session.isFinite else { throw .diverged(step: step) }
    // What follows is of this image alone: a run that goes on has made other steps from here.
    try save()
    let losses = session.settleEnd(settled)
    return TransferResult(
      picture: picture, steps: step, wasStopped: !isDone,
      stepsSaved: isConverged ? max(0, steps - step) : 0, losses: losses, terms: session.terms,
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
    progress: @escaping (TransferProgress) -> TransferControl = { _ in .proceed }
  ) throws(TransferError) -> TransferRun {
    guard let weights else { preconditionFailure("a transfer without weights is only planned") }
    let pool = pool ?? WorkerPool(threads: threads)
    var transfer = self
    transfer.threads = pool.threads
    let chosen: PlannedMemory
    if let planned { chosen = planned } else { chosen = try transfer.choosePlan() }
    let fingerprint = try checkCheckpoint()
    let session = try precision.accept(
      StartVisitor(
        transfer: transfer, weights: weights, plan: chosen.plan, pool: pool, progress: progress))
    return try TransferRun(transfer, chosen, session, fingerprint: fingerprint)
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
  /// - Returns: the fingerprint; 0 without a checkpoint.
  private func checkCheckpoint() throws(TransferError) -> UInt64 {
    guard let checkpoint else { return 0 }
    let fingerprint = try fingerprint().value
    let found: Checkpoint?
    do throws(CheckpointError) {
      found = try Checkpoint.read(
        checkpoint.path, fingerprint: fingerprint, notes: CostWatch.count)
    } catch {
      throw .checkpoint(path: checkpoint.path, error)
    }
    guard found?.step ?? 0 <= steps else {
      throw .laterStep(path: checkpoint.path, found: found?.step ?? 0)
    }
    do throws(FileOutputError) {
      try AtomicFile.check(path: checkpoint.path)
    } catch {
      throw .checkpoint(path: checkpoint.path, .output(error))
    }
    return fingerprint
  }
}

/// Packs the weights and makes the session.
private struct StartVisitor: ArithmeticVisitor {
  let transfer: Transfer
  let weights: Weights
  let plan: MemoryPlan
  let pool: WorkerPool
  let progress: (TransferProgress) -> TransferControl

  func visit<Numbers: WeightedArithmetic>(
    _ numbers: Numbers.Type
  ) throws(TransferError) -> Session {
    let packed = try Numbers.pack(weights, transfer.packing(copies: plan.copies))
    return try Session(
      packed, transfer, plan: plan.network, pool: pool, progress: progress)
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
