internal import CommandOptions
internal import ImageIO
internal import QualityReport
internal import QuantVGG
internal import Rows
internal import StyleTransfer

/// Judges finished runs by the float32 network, and quantized networks by their gradients, Gram
/// matrices and activations.
struct Scorer {
  let options: CompareOptions
  let runs: ComparedRuns
  /// The file of a run.
  let file: (ComparedRun) -> RunFile
  let pool: WorkerPool
  /// Most bytes of the process.
  let limit: Int

  /// Everything but what the pictures say.
  func figures() throws(Failure) -> Figures {
    let transfer = try options.scoring(runs, limit: limit)
    let arithmetic = try runs.quantized.map { (run) throws(Failure) in
      try check(try options.transfer(run.first, limit: limit))
    }
    var figures = try score(transfer, arithmetic)
    for index in runs.quantized.indices where options.ranksLayers {
      figures.networks[index].ranking = try ranking(runs.quantized[index].first)
    }
    return figures
  }

  // MARK: Costs, gradients and Gram matrices

  private func score(
    _ transfer: Transfer, _ arithmetic: [ArithmeticCheck]
  ) throws(Failure) -> Figures {
    let session = try Failure.from { () throws(TransferError) in
      try transfer.start(pool: pool).session
    }
    let float = try costs(of: runs.float.first, session)
    let truth = session.grams
    var figures = Figures(float: float)
    figures.floatNearby = try costs(of: runs.float.nearby, session)
    func judged(
      _ runs: [ComparedRun]
    ) throws(Failure) -> (runs: [RunFigures], results: [ResultFigures]) {
      var (figures, results): ([RunFigures], [ResultFigures]) = ([], [])
      for run in runs {
        let own = try costs(of: run, session)
        figures.append(own)
        results.append(result(own, session.grams, float, truth))
      }
      return (figures, results)
    }
    for (group, arithmetic) in zip(runs.quantized, arithmetic) {
      let run = group.first
      var network = NetworkFigures(arithmetic: arithmetic)
      var own = RunFigures(run: run, measures: try file(run).measures())
      for step in run.samples {
        try load("image_\(step)", of: run, into: session)
        own.costs.append((step, session.measureGradient()))
        let count = 3 * transfer.resultSize.pixelCount
        let gradient = try file(run).values("gradient_\(step)", count: count)
        let cosine = session.withGradient { Agreement.cosine(gradient.span, $0) }
        network.cosines.append((step, cosine))
      }
      own.terms = session.terms
      let grams = session.grams
      for (layer, gram) in zip(transfer.settings.styleLayers, grams) {
        let name = layer.layer.description
        let values = try file(run).values("gram_\(name)", count: gram.count)
        network.gramErrors.append(Agreement.relativeError(values, gram))
      }
      figures.quantized.append(own)
      figures.networks.append(network)
      figures.results.append(result(own, grams, float, truth))
      figures.quantizedNearby.append(try costs(of: group.nearby, session))
      let ranked = try judged(group.ranked)
      figures.ranked.append(ranked.runs)
      figures.rankedResults.append(ranked.results)
    }
    (figures.seeds, figures.seedResults) = try judged(runs.seeds)
    return figures
  }

  /// Costs of a run's kept images; the session's Gram matrices are then those of its result.
  private func costs(
    of run: ComparedRun, _ session: Session
  ) throws(Failure) -> RunFigures {
    var figures = RunFigures(run: run, measures: try file(run).measures())
    for step in run.samples {
      try load("image_\(step)", of: run, into: session)
      figures.costs.append((step, session.evaluate()))
    }
    figures.terms = session.terms
    return figures
  }

  private func costs(
    of runs: [ComparedRun], _ session: Session
  ) throws(Failure) -> [RunFigures] {
    var figures: [RunFigures] = []
    for run in runs { figures.append(try costs(of: run, session)) }
    return figures
  }

  /// Makes a kept image the session's.
  private func load(
    _ name: String, of run: ComparedRun, into session: Session
  ) throws(Failure) {
    try session.editPixels { (pixels) throws(Failure) in
      try file(run).read(name, into: &pixels)
    }
  }

  private func result(
    _ own: RunFigures, _ grams: [[Float]], _ float: RunFigures, _ truth: [[Float]]
  ) -> ResultFigures {
    func change(_ value: Double, _ reference: Double) -> Double { (value - reference) / reference }
    var figures = ResultFigures(run: own.run)
    figures.totalChange = change(own.result.total, float.result.total)
    figures.contentChange = change(own.result.content, float.result.content)
    figures.styleChange = change(own.result.style, float.result.style)
    figures.gramErrors = zip(grams, truth).map { Agreement.relativeError($0, $1) }
    return figures
  }

  // MARK: Arithmetic

  /// Checks the weights of a transfer.
  private func check(_ transfer: Transfer) throws(Failure) -> ArithmeticCheck {
    try Failure.from { () throws(TransferError) in
      try ArithmeticCheck(transfer, reference: runs.float.first.weights, pool: pool)
    }
  }

  private func ranking(_ run: ComparedRun) throws(Failure) -> LayerRanking {
    let transfer = try options.ranking(run, limit: limit)
    let truth = try options.scoring(runs, limit: limit)
    return try onResult { (image) throws(TransferError) in
      try LayerRanking(transfer, truth: truth, picture: image, pool: pool)
    }
  }

  /// Does something with float32's result in the engine's rows.
  private func onResult<Result>(
    _ body: (MemorySlice<Float>) throws(TransferError) -> Result
  ) throws(Failure) -> Result {
    let transfer = try options.transfer(runs.float.first, limit: limit)
    let image: Block<Float>
    do throws(MemoryError) {
      image = try Block(count: 3 * transfer.resultSize.pixelCount)
    } catch {
      throw Failure(error.description)
    }
    return try image.withElements { (image) throws(Failure) in
      try image.withMutableSpan { (image) throws(Failure) in
        try file(runs.float.first).read("image_\(transfer.steps)", into: &image)
      }
      return try Failure.from { () throws(TransferError) in try body(image) }
    }
  }
}
