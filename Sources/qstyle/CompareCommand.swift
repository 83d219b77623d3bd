internal import CSystem
internal import CommandOptions
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
    let runs = try openWeights()
    // All that can be wrong is found before the first file is made.
    let pictures = try Pictures(options.transfer)
    let transfer = try pictures.transfer(
      options.transfer, runs.float.weights.file.network, precision: .float32)
    let limit = options.transfer.memory ?? PlannedTransfer.availableBytes
    let parts = try planned(
      pictures, runs.float.weights.file.network, limit: limit)
    let pool = WorkerPool(threads: options.shared.threads)
    if options.transfer.isDryRun {
      for part in parts { DryRun(options.transfer, part.transfer, part.memory).report(pool) }
      return .done
    }
    var keys: [RunKey] = []
    for run in runs.all { keys.append(try RunKey(run, transfer, options.transfer)) }
    let folder = options.folder
    let size = transfer.engineSize(transfer.resultSize)
    func file(_ run: ComparedRun) -> RunFile {
      guard let index = runs.all.firstIndex(where: { $0.name == run.name }) else {
        preconditionFailure("the run is one of them")
      }
      return RunFile(
        run: run, key: keys[index], folder: folder + "/runs", width: size.width,
        height: size.height, settings: options.transfer.settings)
    }
    try OutputFile.makeFolder(folder)
    try OutputFile.makeFolder(folder + "/runs")
    let performer = RunPerformer(options: options, pool: pool, limit: limit)
    var peak = 0
    for run in runs.all {
      if file(run).exists {
        _ = unlink(file(run).checkpointPath)
        note("\(run.name): done before, taken from \(file(run).path)\n")
        continue
      }
      note("\(run.name): \(options.transfer.steps) steps\n")
      guard try performer.perform(file(run)) else {
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
    let seen = try ReportPictures(options, runs, file: file)
    try compare(seen, &figures, transfer, file: file)
    peak = max(peak, Console.peakBytes)
    try write(figures, seen, transfer, seconds: Console.seconds - begin, peak: peak)
    return .done
  }

  /// The weights of all runs, each of its kind.
  private func openWeights() throws(Failure) -> ComparedRuns {
    var weights: [Weights] = []
    for path in options.weights {
      weights.append(try WeightLocation.open(path, precision: .int8))
    }
    if let path = options.reference {
      let reference = try WeightLocation.open(path, precision: .float32)
      return ComparedRuns(options, weights: weights, reference: reference)
    }
    guard let reference = try WeightLocation.reference() else {
      throw Failure(
        "there are no float32 weights (\(WeightLocation.fileName(.float32))) beside the program or in "
          + "the data folder; name them with --reference FILE")
    }
    return ComparedRuns(options, weights: weights, reference: reference)
  }

  /// The int8 and the float32 part; refuses a limit that any part would not fit in.
  private func planned(
    _ pictures: Pictures, _ network: NetworkTable, limit: Int
  ) throws(Failure) -> [(transfer: PlannedTransfer, memory: PlannedMemory)] {
    let plan = options.transfer.plan
    var int8 = try pictures.transfer(
      options.transfer, network, precision: .int8)
    int8.imageCopies = 1
    let float = try Scorer.planned(pictures, options, network)
    let parts = [
      (transfer: int8, memory: try int8.choose(plan, limit: limit)),
      (transfer: float, memory: try float.choose(plan, limit: limit)),
    ]
    let agreement = float.agreementBytes(Scorer.activationPlan)
    guard agreement <= limit else {
      throw Failure(
        "comparing activations needs \(Format.bytes(agreement)), and \(Format.bytes(limit)) are "
          + "allowed: use a smaller --size, or allow more --memory")
    }
    return parts
  }

  /// Adds what the pictures say.
  private func compare(
    _ pictures: ReportPictures, _ figures: inout Figures, _ transfer: PlannedTransfer,
    file: (ComparedRun) -> RunFile
  ) throws(Failure) {
    func judge(_ own: PixelImage, _ result: inout ResultFigures) {
      result.difference = PixelDifference(own, pictures.float)
      result.similarity = StructuralSimilarity.mean(own, pictures.float)
      result.multiScale = MultiScaleSimilarity.mean(own, pictures.float)
    }
    for index in pictures.quantized.indices {
      judge(pictures.quantized[index], &figures.results[index])
    }
    for (index, seed) in figures.seeds.enumerated() {
      judge(try ReportPictures.result(file(seed.run), transfer), &figures.seedResults[index])
    }
  }

  private func write(
    _ figures: Figures, _ pictures: ReportPictures, _ transfer: PlannedTransfer, seconds: Double,
    peak: Int
  ) throws(Failure) {
    let folder = options.folder
    var images = [("float32", pictures.float), ("montage", pictures.montage)]
    for (index, image) in pictures.quantized.enumerated() {
      images.append(("int8" + (index == 0 ? "" : "-\(index + 1)"), image))
    }
    for (name, image) in images {
      let bytes = try image.encoded(.png)
      let file = try OutputFile("\(folder)/\(name).png")
      try file.write(bytes)
      try file.commit()
    }
    try ReportPage(options: options, transfer: transfer, figures: figures, pictures: pictures)
      .write(to: folder + "/report.html")
    let json = FiguresJSON(
      options: options, transfer: transfer, figures: figures, seconds: seconds, peakBytes: peak
    ).text
    let file = try OutputFile(folder + "/report.json")
    try file.write(json)
    try file.commit()
    if options.shared.isJSON {
      Console.print(json)
    } else if !options.shared.isQuiet {
      for result in figures.results {
        Console.print(Verdict(result, seeds: figures.seedResults).sentence + "\n")
      }
      Console.print(
        "saved \(folder)/report.html: \(Format.duration(seconds)), peak memory \(Format.bytes(peak))\n"
      )
    }
  }

  private func note(_ text: String) {
    if !options.shared.isQuiet { Console.note(text) }
  }
}
