internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import StyleTransfer

/// What has come of a job.
enum JobEnd {
  /// It was painted, in so many seconds; with what `--json` tells of it.
  case done(seconds: Double, JSONObject)
  /// It would be painted.
  case planned(DryRun)
  /// Its result was there.
  case doneBefore
  /// Another program is painting it.
  case taken
  /// It failed; the sentence says why.
  case failed(String)
  /// The user has stopped it; what is done is kept.
  case stopped
}

/// Paints jobs, one at a time, as `qstyle transfer` does.
struct BatchPainter {
  private let isForced: Bool
  private let isDryRun: Bool
  private let peaks: MultiplicationPeaks
  /// Weights that are open.
  private var weights: [(network: NetworkOptions, weights: Weights)] = []
  /// Warnings that were given, once for all jobs.
  private var said: [String] = []

  init(_ options: BatchOptions) {
    isForced = options.isForced
    isDryRun = options.isDryRun
    peaks = MultiplicationPeaks(options.shared)
  }

  /// Paints a job, unless it is done or another program paints it.
  ///
  /// - Parameters:
  ///   - job: the job.
  ///   - title: what stands before its progress.
  /// - Returns: what has come of it.
  mutating func paint(_ job: BatchJob, title: String) -> JobEnd {
    do throws(Failure) {
      return isDryRun ? try foretell(job) : try paintWhole(job, title: title)
    } catch {
      return Console.isInterrupted ? .stopped : .failed(error.message)
    }
  }

  private mutating func paintWhole(_ job: BatchJob, title: String) throws(Failure) -> JobEnd {
    let begin = Console.seconds
    Console.resetPeak()
    let lock: FileLock
    do throws(FileOutputError) {
      lock = try FileLock(job.output)
    } catch {
      guard error != .busy else { return .taken }
      throw Failure(job.output, error.description)
    }
    // Until the record is there.
    defer { withExtendedLifetime(lock) {} }
    let transfer = try transfer(job)
    var record = try JobRecord(job, transfer)
    guard try isOpen(job, record) else { return .doneBefore }
    let shared = job.shared
    let plan = try PlannedTransfer(transfer, job.transfer.options)
    warn(job, plan.remarks)
    try OutputFile.makeFolder(job.folder)
    // What was made from other things is no beginning.
    if JobRecord(job.record)?.source != record.source { job.checkpoint.path.remove() }
    let outputs = TransferOutputs(
      job.transfer.output, lock: lock, checkpoint: job.checkpoint.path)
    let report = TransferReport(transfer, plan.planned, options: shared, title: title)
    guard let run = try plan.start(shared) else { return .stopped }
    try record.write(to: job.record)
    var painting = Painting(run, outputs, report)
    guard let painted = try painting.paint() else { return .stopped }
    // A checkpoint that is missing at the end is of no use any more.
    if painted.problem != nil { try painted.checkOutputs() }
    record.finish(job.output)
    try record.write(to: job.record)
    job.checkpoint.path.remove()
    let seconds = Console.seconds - begin
    return .done(seconds: seconds, painting.report.document(painted, seconds: seconds))
  }

  private mutating func foretell(_ job: BatchJob) throws(Failure) -> JobEnd {
    let transfer = try transfer(job)
    guard try isOpen(job, try JobRecord(job, transfer)) else { return .doneBefore }
    let plan = try PlannedTransfer(transfer, job.transfer.options)
    warn(job, plan.remarks + transfer.warnings)
    return .planned(DryRun(transfer, plan.planned, peaks))
  }

  /// The job's transfer, with its checkpoint; the headers of all files are read.
  private mutating func transfer(_ job: BatchJob) throws(Failure) -> Transfer {
    warn(job, job.transfer.options.uselessOptions)
    var transfer = try job.transfer.transfer(try open(job.transfer.network))
    transfer.checkpoint = job.checkpoint
    return transfer
  }

  /// The weights of a job, opened once for all jobs that have the same.
  private mutating func open(_ network: NetworkOptions) throws(Failure) -> Weights {
    if let known = weights.first(where: { $0.network.hasWeights(of: network) }) {
      return known.weights
    }
    let found = try network.find()
    weights.append((network, found))
    return found
  }

  /// Whether the job is to be painted: false where it is done; a file that is not its own fails.
  private func isOpen(_ job: BatchJob, _ record: JobRecord) throws(Failure) -> Bool {
    switch record.standing(job.output, JobRecord(job.record)) {
    case .open: return true
    case .done: return false
    case .foreign(let sentence):
      guard !isForced else { return true }
      throw Failure(job.output, sentence + "; move it away, or paint over it with --force")
    }
  }

  private mutating func warn(_ job: BatchJob, _ sentences: [String]) {
    let new = sentences.filter { !said.contains($0) }
    said += new
    job.shared.warn(new)
  }
}
