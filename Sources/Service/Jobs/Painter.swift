internal import CSystem
internal import CommandOptions
internal import FileNames
internal import FileOutput

/// The child that paints a job.
final class Painter {
  /// Why it was asked to stop.
  enum Stop {
    case cancel, delete, service
  }

  private(set) var job: Job
  private let child: Child
  private let folder: DataFolder
  private(set) var progress: Progress
  private var stop: Stop?
  private var stopTime = 0.0

  /// Starts a job, or goes on with it from its checkpoint; nil where nothing can be started now.
  ///
  /// - Parameters:
  ///   - job: the job.
  ///   - folder: where its files are.
  ///   - options: further words of the command line.
  init?(_ job: Job, _ folder: DataFolder, options: [FilePath]) {
    self.job = job
    self.folder = folder
    guard folder.makeFolder(job.id) else { return nil }
    let log = folder.file(job.id, "log")
    var words: [FilePath] = ["transfer"] + job.request.words { folder.upload($0) }
    words += [
      "-o", folder.file(job.id, "result.png"), "--preview", folder.file(job.id, "preview.jpg"),
      "--checkpoint", folder.file(job.id, "checkpoint"), "--checkpoint-every",
      FilePath("\(Self.pause(job.forecast))"), "--log", log, "--json", "--quiet",
    ]
    progress = Progress(log, job.forecast)
    guard
      let child = Child(
        words + options, output: folder.file(job.id, "report"), niceness: 5)
    else { return nil }
    self.child = child
    _ = progress.update()
  }

  /// Steps between two checkpoints: those of about twenty seconds, at most 25.
  private static func pause(_ forecast: Job.Forecast) -> Int {
    guard forecast.steps > 0, forecast.seconds > 0 else { return 25 }
    return max(1, Int(min(25, 20 * Double(forecast.steps) / forecast.seconds)))
  }

  var process: Int32 { child.process }
  var isStopping: Bool { stop != nil }
  /// Whether there is a picture on the way.
  var hasPreview: Bool { folder.file(job.id, "preview.jpg").size != nil }

  /// Asks it to finish the step, save and end.
  func stop(_ reason: Stop) {
    if stop == nil { stopTime = Console.seconds }
    stop = reason
    child.signal(reason == .delete ? SIGKILL : SIGTERM)
  }

  /// Reads the log; whether there was a step.
  func tick() -> Bool {
    // A step may take minutes; what it has checkpointed stays.
    if stop == .cancel, Console.seconds - stopTime > 20 { child.signal(SIGKILL) }
    if child.isTooLoud { child.signal(SIGKILL) }
    return progress.update()
  }

  /// What has become of the job; nil where it is not over: the service ends, or the painter was stopped by somebody else.
  func ended(_ end: Child.End) -> (job: Job, isDeleted: Bool)? {
    _ = progress.update()
    job.step = progress.step > 0 ? progress.step : nil
    job.cost = progress.cost
    if stop == .delete { return (job, true) }
    if end.code == 0 {
      take(LogLine(child.outputBytes))
      return (job, false)
    }
    if stop == .cancel {
      job.state = .cancelled
      job.problem = nil
      return (job, false)
    }
    if end.code == 2 || stop == .service && end.signal != 0 { return nil }
    let problem = child.problem(end)
    // The painter of a service that was killed a moment ago, which ends, too.
    if end.code == 1, problem.hasSuffix(FileOutputError.busy.description) { return nil }
    job.state = .failed
    job.problem = folder.renamed(problem, job.request, title: job.title)
      .replacing(folder.jobFolder(job.id).description + "/", with: "")
    return (job, false)
  }

  private func take(_ report: LogLine?) {
    guard let report, let hash = report.text("image_sha256") else {
      job.state = .failed
      job.problem = "the program has told no result"
      return
    }
    job.state = .done
    job.problem = nil
    job.hash = hash
    job.step = report.number("steps")
    job.cost = report.real("total")
    job.seconds = report.real("seconds")
    // The place of the results has finished pictures alone.
    for (name, ending) in [("result.png", "png"), ("preview.jpg", "jpg")] as [(FilePath, String)] {
      guard folder.file(job.id, name).moves(to: folder.result(job.id, ending)) else {
        job.state = .failed
        job.problem = "the result can not be moved to the results"
        return
      }
    }
    folder.path.appending("results").flushFolder()
  }
}
