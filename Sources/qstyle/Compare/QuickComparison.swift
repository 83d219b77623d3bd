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
      try CheckPlan.report(options, runs, limit: limit)
      return .done
    }
    var checks: [ArithmeticCheck] = []
    var rankings: [LayerRanking?] = []
    for run in runs.quantized {
      let transfer = try options.transfer(run.first, limit: limit.bytes)
      checks.append(
        try Failure.from { () throws(TransferError) in
          try ArithmeticCheck(
            transfer, reference: runs.float.first.weights, poolings: Pooling.allCases, pool: pool)
        })
      rankings.append(
        options.ranksLayers ? try ranking(run.first, limit: limit.bytes, pool: pool) : nil)
    }
    let json = document(checks, rankings, seconds: Console.seconds - begin)
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
      for (index, check) in checks.enumerated() {
        let name = runs.quantized[index].first.name
        Console.print("\(name): \(check.verdict.sentence)\n\(check.text)")
        if let ranking = rankings[index] { Console.print(ranking.text) }
      }
    }
    try output.finish()
    return checks.allSatisfy { $0.verdict.passes } ? .done : .wrongArithmetic
  }

  /// At the start, as there is no result.
  private func ranking(
    _ run: ComparedRun, limit: Int, pool: WorkerPool
  ) throws(Failure) -> LayerRanking {
    let transfer = try options.ranking(run, limit: limit)
    let truth = try options.scoring(runs, limit: limit)
    return try Failure.from { () throws(TransferError) in
      try LayerRanking(transfer, truth: truth, picture: nil, pool: pool)
    }
  }

  private func document(
    _ checks: [ArithmeticCheck], _ rankings: [LayerRanking?], seconds: Double
  ) -> String {
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
      checks.indices.map { index in
        let run = runs.quantized[index].first
        var entry = JSONObject()
        entry.add("name", run.name)
        entry.add("weights", run.weights.name)
        entry.add("arithmetic", checks[index].json)
        rankings[index]?.add(to: &entry)
        return entry
      })
    document.add("seconds", seconds)
    document.add("peak_bytes", Console.peakBytes)
    return document.text + "\n"
  }
}
