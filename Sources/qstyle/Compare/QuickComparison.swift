internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// `qstyle compare --quick`: whether the arithmetic of the weights is right, without a run.
struct QuickComparison {
  let options: CompareOptions
  let runs: ComparedRuns

  func run() throws(Failure) -> ExitCode {
    let begin = Console.seconds
    let pool = WorkerPool(threads: options.shared.threads)
    let limit = try options.transfer.transfer(runs.float.first.weights).limit
    if options.transfer.isDryRun {
      let transfer = try options.transfer(runs.quantized[0].first, limit: limit.bytes)
      try CheckPlan(transfer).report(isJSON: options.shared.isJSON)
      return .done
    }
    var checks: [ArithmeticCheck] = []
    for run in runs.quantized {
      let transfer = try options.transfer(run.first, limit: limit.bytes)
      checks.append(
        try Failure.from { () throws(TransferError) in
          try ArithmeticCheck(
            transfer, reference: runs.float.first.weights, poolings: Pooling.allCases, pool: pool)
        })
    }
    let json = document(checks, seconds: Console.seconds - begin)
    var output = ReportOutput()
    if !options.folder.isEmpty {
      try OutputFile.makeFolder(options.folder)
      try output.write(options.document) { (path) throws(Failure) in
        let file = try OutputFile(path)
        try file.write(json)
        try file.commit()
      }
    }
    if options.shared.isJSON {
      Console.print(json)
    } else if !options.shared.isQuiet {
      for (run, check) in zip(runs.quantized, checks) {
        Console.print("\(run.first.name): \(check.verdict.sentence)\n\(check.text)")
      }
    }
    try output.finish()
    return checks.allSatisfy { $0.verdict.passes } ? .done : .wrongArithmetic
  }

  private func document(_ checks: [ArithmeticCheck], seconds: Double) -> String {
    var document = JSONObject()
    document.add("version", QStyle.version)
    document.add("content", options.transfer.content.description)
    document.add("styles", options.transfer.styles.map { $0.json })
    let verdict = checks.map { $0.verdict }.first { !$0.passes } ?? checks[0].verdict
    var verdicts = JSONObject()
    verdicts.add("arithmetic", verdict.json)
    document.add("verdict", verdicts)
    document.add(
      "int8",
      zip(runs.quantized, checks).map { run, check in
        var entry = JSONObject()
        entry.add("name", run.first.name)
        entry.add("weights", run.first.weights.name)
        entry.add("arithmetic", check.json)
        return entry
      })
    document.add("seconds", seconds)
    document.add("peak_bytes", Console.peakBytes)
    return document.text + "\n"
  }
}
