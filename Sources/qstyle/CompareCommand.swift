internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import ImageIO
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// `qstyle compare`: the same transfer quantized and in float32, and a report of both.
struct CompareCommand {
  static let command = CompareOptions.command

  private let options: CompareOptions

  init(_ arguments: ParsedArguments) throws(UsageError) {
    options = try CompareOptions(arguments)
  }

  func run() throws(Failure) -> ExitCode {
    let begin = Console.seconds
    options.shared.warn(options.uselessOptions)
    let runs = try openWeights()
    if options.isQuick { return try QuickComparison(options: options, runs: runs).run() }
    // All that can be wrong is found before the first file is made.
    let transfer = try options.transfer.transfer(runs.float.first.weights)
    let notes = try Failure.from { () throws(TransferError) in try transfer.checkRegions() }
    let allowed = transfer.limit
    let parts = try planned(runs, limit: allowed)
    let limit = allowed.bytes
    let warnings = transfer.warnings
    options.shared.warn(
      options.transfer.remarks(on: transfer) + warnings + notes
        + ColorOptions.comparisonRemarks(transfer))
    if options.transfer.isDryRun {
      tell(parts, runs)
      try CheckPlan.report(options, runs, limit: allowed)
      return .done
    }
    var keys: [Fingerprint] = []
    for run in runs.all { keys.append(try run.key(try options.transfer(run, limit: limit))) }
    let folder = options.folder
    let size = transfer.engineSize(transfer.resultSize)
    func file(_ run: ComparedRun) -> RunFile {
      guard
        let index = runs.all.firstIndex(where: { $0.isSame(as: run) })
      else {
        preconditionFailure("the run is one of them")
      }
      return RunFile(
        run: run, key: keys[index], folder: folder.appending("runs"), width: size.width,
        height: size.height, settings: transfer.settings,
        regions: transfer.paintedRegions)
    }
    try OutputFile.makeFolder(folder)
    var lock: FileLock? = try Failure.about(options.page) { () throws(FileOutputError) in
      try FileLock(options.page)
    }
    defer { withExtendedLifetime(lock) {} }
    for path in [options.page, options.document, options.table] {
      try Failure.about(path) { () throws(FileOutputError) in try AtomicFile.check(path: path) }
    }
    try OutputFile.makeFolder(folder.appending("runs"))
    let pool = WorkerPool(threads: options.shared.threads)
    let painter = ComparisonPainter(options: options, pool: pool, limit: limit)
    var peak = 0
    for run in runs.all {
      if file(run).exists {
        file(run).checkpointPath.remove()
        note("\(run.name): done before, taken from \(file(run).path)\n")
        continue
      }
      note("\(run.name): \(Format.count(transfer.allSteps, "step"))\n")
      guard try painter.paint(file(run)) else {
        note(
          "stopped; what is done is in \(folder)/runs, and the same command goes on from that step\n"
        )
        return .interrupted
      }
      peak = max(peak, Console.peakBytes)
    }
    note("judging the results\n")
    Console.resetPeak()
    var figures = try Scorer(options: options, runs: runs, file: file, pool: pool, limit: limit)
      .figures()
    if let text = ContentShare(figures.float.result, transfer.settings).warning {
      options.shared.warn([text])
    }
    let seen = try ReportPictures(transfer, runs, file: file)
    options.shared.warn(transfer.warnings.filter { !warnings.contains($0) })
    try compare(seen, &figures, transfer, file: file)
    peak = max(peak, Console.peakBytes)
    try write(figures, seen, transfer, seconds: Console.seconds - begin, peak: peak) { lock = nil }
    return figures.verdict.passes ? .done : .wrongArithmetic
  }

  /// The weights of all runs, each of its kind.
  private func openWeights() throws(Failure) -> ComparedRuns {
    var weights: [Weights] = []
    do throws(TransferError) {
      for path in options.weights { weights.append(try Weights.find(path, precision: .int8)) }
    } catch {
      guard case .precision(let name, let held, _) = error else { throw Failure(error) }
      throw Failure(
        "\(name) holds \(held.rawValue) weights, which are for --reference; --weights takes int8 "
          + "weights")
    }
    let reference = try Weights.reference(named: options.reference)
    for own in weights where own.network != reference.network {
      throw Failure(
        "\(own.name) is of \(own.network.title) and \(reference.name) of "
          + "\(reference.network.title); name float32 weights of the same network with --reference "
          + "FILE")
    }
    let steps = try options.transfer.transfer(reference).steps
    return ComparedRuns(options, weights: weights, reference: reference, steps: steps)
  }

  /// What runs of the other arithmetic leave to the next, their code above all; by measurement.
  private static let leftBytes = 3 << 20

  /// A run of a kind that a comparison has, and what it takes.
  private struct PlannedRun {
    let transfer: Transfer
    let memory: PlannedMemory
    /// "float32", "int8 with conv2_1 in float32".
    let kind: String
    /// Runs of this kind.
    let count: Int
  }

  /// What a dry run prints: a run of each kind, and the time of all; scoring takes little of it.
  private func tell(_ parts: [PlannedRun], _ runs: ComparedRuns) {
    let peaks = MultiplicationPeaks(options.shared)
    var seconds = 0.0
    for part in parts {
      let run = DryRun(
        part.transfer, part.memory, peaks, left: Self.leftBytes)
      run.report(
        "\(Format.count(part.count, "run")) in \(part.kind), each ", isJSON: options.shared.isJSON)
      seconds += Double(part.count) * run.seconds
    }
    guard !options.shared.isJSON else { return }
    Console.print(
      "\(Format.count(runs.all.count, "run")), about \(Format.shortDuration(seconds)) in all\n")
  }

  /// The plans of the int8 runs, of scoring and of runs with a layer in float32; refuses a limit that one would not fit
  /// in.
  private func planned(
    _ runs: ComparedRuns, limit: MemoryLimit
  ) throws(Failure) -> [PlannedRun] {
    var parts: [PlannedRun] = []
    func add(_ transfer: Transfer, _ kind: String, count: Int) throws(Failure) {
      let memory = try Failure.from { () throws(TransferError) in
        try transfer.choosePlan(within: limit)
      }
      parts.append(PlannedRun(transfer: transfer, memory: memory, kind: kind, count: count))
    }
    let scoring = try options.scoring(runs, limit: limit.bytes)
    let group = runs.quantized[0]
    for transfer in [try options.transfer(group.first, limit: limit.bytes), scoring] {
      let count = runs.all.count { $0.precision == transfer.precision && $0.rankedLayer == nil }
      try add(transfer, transfer.precision.rawValue, count: count)
    }
    for run in group.ranked {
      guard let layer = run.rankedLayer else { continue }
      try add(
        try options.transfer(run, limit: limit.bytes), "int8 with \(layer) in float32",
        count: runs.quantized.count)
    }
    if options.ranksLayers {
      let ranking = try options.ranking(runs.quantized[0].first, limit: limit.bytes)
      _ = try Failure.from { () throws(TransferError) in try ranking.choosePlan(within: limit) }
    }
    let check = scoring.arithmeticBytes()
    guard check <= limit.bytes else {
      throw Failure(
        "checking the arithmetic needs \(Format.bytes(check)), and "
          + "\(Failure.allowance(limit)): use a smaller --size, or \(Failure.relief(limit))")
    }
    return parts
  }

  /// Adds what the pictures say.
  private func compare(
    _ pictures: ReportPictures, _ figures: inout Figures, _ transfer: Transfer,
    file: (ComparedRun) -> RunFile
  ) throws(Failure) {
    func judge(_ own: PixelImage, _ result: inout ResultFigures) {
      result.difference = PixelDifference(own, pictures.float)
      result.similarity = StructuralSimilarity.mean(own, pictures.float)
      result.multiScale = MultiScaleSimilarity.mean(own, pictures.float)
    }
    for index in pictures.quantized.indices {
      judge(pictures.quantized[index], &figures.results[index])
      let runs = figures.floatGroup + figures.group(index)
      let distances = try PictureDistances(count: runs.count) { (place) throws(Failure) in
        try ReportPictures.result(file(runs[place].run), transfer)
      }
      figures.chances.append(
        ChanceFigures(figures.floatGroup, figures.group(index), distances))
    }
    for (index, runs) in figures.ranked.enumerated() {
      for (place, run) in runs.enumerated() {
        judge(
          try ReportPictures.result(file(run.run), transfer), &figures.rankedResults[index][place])
      }
    }
    for (index, seed) in figures.seeds.enumerated() {
      judge(try ReportPictures.result(file(seed.run), transfer), &figures.seedResults[index])
    }
  }

  private func write(
    _ figures: Figures, _ pictures: ReportPictures, _ transfer: Transfer, seconds: Double,
    peak: Int, unlock: () -> Void
  ) throws(Failure) {
    let provenance = Provenance(options, transfer, figures)
    let page = ReportPage(
      options: options, transfer: transfer, figures: figures, pictures: pictures,
      provenance: provenance)
    let document = FiguresJSON(
      options: options, transfer: transfer, figures: figures, provenance: provenance,
      seconds: seconds, peakBytes: peak
    ).document
    let json = document.text + "\n"
    var output = ReportOutput()
    let place = try output.write(options.page, page.write)
    for (path, text) in [(options.document, json), (options.table, document.table)] {
      try output.write(path) { (path) throws(Failure) in
        let file = try OutputFile(path)
        try file.write(text)
        try file.commit()
      }
    }
    for (path, image) in zip(
      options.pictures, [pictures.float, pictures.montage] + pictures.quantized)
    {
      output.tryWriting(path) { () throws(Failure) in
        let file = try OutputFile(path)
        try file.write(try image.encoded(.png))
        try file.commit()
      }
    }
    unlock()
    if options.shared.isJSON {
      Console.print(json)
    } else if !options.shared.isQuiet {
      for network in figures.networks { Console.print(network.arithmetic.verdict.sentence + "\n") }
      for (run, chance) in zip(figures.quantized, figures.chances) {
        Console.print(Verdict(run.run.name, chance).sentence + "\n")
      }
      for index in figures.quantized.indices {
        if let ranking = figures.pictureRanking(index) { Console.print(ranking.sentence + "\n") }
      }
      Console.print(
        "saved \(place): \(Format.duration(seconds)), peak memory \(Format.bytes(peak))\n"
      )
    }
    try output.finish()
  }

  private func note(_ text: String) {
    if !options.shared.isQuiet { Console.note(text) }
  }
}
