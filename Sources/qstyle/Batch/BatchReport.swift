internal import CommandOptions
internal import FileNames

/// The output of a batch: a line for each job, and one at the end.
struct BatchReport {
  private let shared: SharedOptions
  private let isDryRun: Bool
  private var done = 0
  private var before = 0
  private var elsewhere = 0
  private var seconds = 0.0
  private(set) var failed = 0

  init(_ options: BatchOptions) {
    shared = options.shared
    isDryRun = options.isDryRun
  }

  /// What stands before the progress of a job.
  static func place(_ number: Int, of count: Int) -> String { "\(number) of \(count)  " }

  /// Tells what has come of a job; `wasTaken` says that another program had it before.
  mutating func tell(
    _ job: BatchJob, _ end: JobEnd, number: Int, of count: Int, wasTaken: Bool
  ) {
    let status: String
    var text: String
    var more = JSONObject()
    switch end {
    case .taken, .stopped: return
    case .done(let seconds, let document):
      done += 1
      (status, text) = ("done", "done in \(Format.duration(seconds))")
      more = document
    case .planned(let run):
      done += 1
      seconds += run.seconds
      (status, text) = ("planned", run.text)
      run.add(to: &more)
    case .doneBefore where wasTaken:
      elsewhere += 1
      (status, text) = ("elsewhere", "done by another program")
    case .doneBefore:
      before += 1
      (status, text) = ("skipped", "skipped, done before")
    case .failed(let reason):
      failed += 1
      (status, text) = ("failed", "failed: \(reason)")
      more.add("reason", reason)
      if shared.isQuiet { Console.error(reason) }
    }
    if shared.isJSON {
      var document = JSONObject()
      document.add("job", number)
      document.add("jobs", count)
      document.add("status", status)
      document.add("content", job.content.description)
      if case .done = end {} else { document.add("output", job.output.description) }
      document.add(more)
      Console.print(document.text + "\n")
    } else if !shared.isQuiet {
      text = Self.place(number, of: count) + job.title + "  " + text
      Console.print(Console.oneLine(text) + "\n")
    }
  }

  /// Tells of jobs that other programs are painting.
  func wait(for count: Int) {
    guard !shared.isQuiet else { return }
    Console.note("waiting for \(Format.count(count, "picture")) that other programs paint\n")
  }

  /// Tells of all jobs, of which some may be left.
  func finish(count: Int, left: Int) {
    if shared.isJSON {
      var document = JSONObject()
      document.add("jobs", count)
      document.add(isDryRun ? "planned" : "done", done)
      document.add("skipped", before)
      document.add("elsewhere", elsewhere)
      document.add("failed", failed)
      document.add("left", left)
      if isDryRun { document.add("predicted_seconds", seconds) }
      Console.print(document.text + "\n")
      return
    }
    guard !shared.isQuiet else { return }
    var text = "\(done) of \(Format.count(count, "picture")) \(isDryRun ? "to paint" : "done")"
    if isDryRun, done > 0 { text += " in about \(Format.shortDuration(seconds))" }
    if before > 0 { text += ", \(before) skipped (done before)" }
    if elsewhere > 0 { text += ", \(elsewhere) done by other programs" }
    if failed > 0 { text += ", \(failed) failed" }
    if left > 0 { text += ", \(left) left: the same command goes on" }
    Console.print(text + "\n")
  }
}
