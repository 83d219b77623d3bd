internal import CSystem
internal import CommandOptions
internal import FileNames
internal import StyleTransfer

/// `qstyle batch`: many transfers one after the other, by any number of programs that share them.
struct BatchCommand {
  static let command = Command(
    "qstyle batch",
    "Paints every picture in FOLDER, or every job in JOBS, a JSON object on each line; what is done is skipped.",
    usage: "FOLDER|JOBS [--style FILE[:WEIGHT]]... -o DIR", arguments: 1...1,
    groups: [
      OptionGroup(
        "Batch",
        [
          BatchOptions.output, BatchOptions.format, BatchOptions.force, TransferOptions.dryRun,
          BatchOptions.watch, BatchOptions.watchEvery,
        ])
    ] + BatchOptions.transferGroups + [SharedOptions.group])

  /// Seconds between two looks at jobs that other programs have.
  private static let patience = 2

  private let options: BatchOptions

  init(_ arguments: ParsedArguments) throws(UsageError) {
    options = try BatchOptions(arguments)
  }

  func run() throws(Failure) -> ExitCode {
    var queue = BatchQueue(options)
    var waiting = try queue.begin()
    if let results = options.results, !options.isDryRun { try OutputFile.makeFolder(results) }
    var painter = BatchPainter(options)
    var report = BatchReport(options)
    var hasToldToWait = false
    while true {
      waiting = paint(waiting, of: queue.count, &painter, &report)
      if Console.isInterrupted || waiting.isEmpty && options.watchSeconds == nil { break }
      if !waiting.isEmpty, !hasToldToWait {
        report.wait(for: waiting.count)
        hasToldToWait = true
      }
      wait(seconds: options.watchSeconds ?? Self.patience)
      waiting += try queue.more()
    }
    report.finish(count: queue.count, left: waiting.count)
    if !waiting.isEmpty { return .interrupted }
    // A signal is how watching ends; what failed was told then.
    guard report.failed == 0 || options.watchSeconds != nil else {
      throw Failure(
        "\(report.failed) of \(Format.count(queue.count, "picture")) failed; the same command tries "
          + "them again, and skips what is done")
    }
    return .done
  }

  /// Paints jobs.
  ///
  /// - Returns: those that another program paints, and those that are left where the user has stopped.
  private func paint(
    _ jobs: [BatchQueue.Entry], of count: Int, _ painter: inout BatchPainter,
    _ report: inout BatchReport
  ) -> [BatchQueue.Entry] {
    var left: [BatchQueue.Entry] = []
    for var entry in jobs {
      guard !Console.isInterrupted else {
        left.append(entry)
        continue
      }
      let end =
        entry.problem.map { JobEnd.failed($0) }
        ?? painter.paint(entry.job, title: BatchReport.place(entry.number, of: count))
      report.tell(
        entry.job, end, number: entry.number, of: count, wasTaken: entry.wasTaken)
      switch end {
      case .taken:
        entry.wasTaken = true
        left.append(entry)
      case .stopped: left.append(entry)
      case .done, .planned, .doneBefore, .failed: break
      }
    }
    return left
  }

  /// Waits, or until the user stops.
  private func wait(seconds: Int) {
    let end = Console.seconds + Double(seconds)
    while Console.seconds < end, !Console.isInterrupted { system_sleep(0.2) }
  }
}
