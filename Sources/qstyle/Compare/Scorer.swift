internal import CommandOptions
internal import ImageIO
internal import Optim
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

  private var styleLayers: [TransferSettings.LayerWeight] { options.transfer.settings.styleLayers }

  /// Everything but what the pictures say.
  func figures() throws(Failure) -> Figures {
    let pictures = try Pictures(options.transfer)
    let transfer = try Self.planned(pictures, options, runs.float.weights.file.network)
    let plan = try transfer.choose(options.transfer.plan, limit: limit).plan
    let numbers = try runs.float.weights.float32(
      deepest: transfer.settings.deepest, pooling: transfer.pooling,
      kernels: options.shared.kernels, transposed: transfer.isTransposed)
    var figures = try score(numbers, pictures, transfer, plan)
    for index in runs.quantized.indices {
      figures.networks[index].activations = try activations(
        runs.quantized[index], numbers, transfer)
    }
    return figures
  }

  /// The transfer whose memory scoring takes; the optimizer's state stands for what is small.
  static func planned(
    _ pictures: Pictures, _ options: CompareOptions, _ network: NetworkTable
  ) throws(Failure) -> PlannedTransfer {
    var transfer = try pictures.transfer(
      options.transfer, network, precision: .float32)
    transfer.imageCopies = 4
    return transfer
  }

  // MARK: Costs, gradients and Gram matrices

  private func score(
    _ numbers: Float32Arithmetic, _ pictures: Pictures, _ transfer: PlannedTransfer,
    _ plan: MemoryPlan
  ) throws(Failure) -> Figures {
    let size = transfer.engineSize(transfer.resultSize)
    let recorder: GradientRecorder
    do throws(OptimizerError) {
      recorder = try GradientRecorder(rowLength: 3 * size.width, rows: size.height)
    } catch {
      throw Failure(TransferError(error).description)
    }
    let session = try options.transfer.session(
      numbers, pictures, transfer, plan, recorder, pool)
    let float = try costs(of: runs.float, session)
    let truth = session.grams
    var figures = Figures(float: float)
    for run in runs.quantized {
      var network = NetworkFigures()
      var own = RunFigures(run: run, measures: try file(run).measures())
      for step in run.samples {
        try file(run).read("image_\(step)", into: session.pixels)
        own.costs.append((step, session.step()))
        let gradient = try file(run).values("gradient_\(step)", count: session.pixels.count)
        network.cosines.append((step, Agreement.cosine(gradient, Array(recorder.gradient))))
      }
      let grams = session.grams
      for (layer, gram) in zip(styleLayers, grams) {
        let name = layer.layer.description
        let values = try file(run).values("gram_\(name)", count: gram.count)
        network.gramErrors.append(Agreement.relativeError(values, gram))
      }
      figures.quantized.append(own)
      figures.networks.append(network)
      figures.results.append(result(own, grams, float, truth))
    }
    for run in runs.seeds {
      let own = try costs(of: run, session)
      figures.seeds.append(own)
      figures.seedResults.append(result(own, session.grams, float, truth))
    }
    return figures
  }

  /// Costs of a run's kept images; the session's Gram matrices are then those of its result.
  private func costs(
    of run: ComparedRun, _ session: TransferSession<Float32Arithmetic>
  ) throws(Failure) -> RunFigures {
    var figures = RunFigures(run: run, measures: try file(run).measures())
    for step in run.samples {
      try file(run).read("image_\(step)", into: session.pixels)
      figures.costs.append((step, session.evaluate()))
    }
    return figures
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

  // MARK: Activations

  /// Rows by which both networks advance side by side.
  static let activationPlan = NetworkPlan(chunkRows: 16, kept: .none)

  private func activations(
    _ run: ComparedRun, _ reference: Float32Arithmetic, _ transfer: PlannedTransfer
  ) throws(Failure) -> [ActivationAgreement.Layer] {
    let deepest = transfer.settings.deepest
    let numbers = try run.weights.int8(
      deepest: deepest, pooling: transfer.pooling, kernels: options.shared.kernels,
      copies: .forward, transposed: transfer.isTransposed)
    let size = transfer.engineSize(transfer.resultSize)
    let image = try file(runs.float).values(
      "image_\(options.transfer.steps)", count: 3 * size.pixelCount)
    let agreement: Result<ActivationAgreement, TransferError> = image.withUnsafeBufferPointer {
      values in
      do throws(TransferError) {
        guard let base = values.baseAddress else { throw .memory(bytes: 0) }
        return .success(
          try ActivationAgreement(
            numbers, reference: reference, image: MemorySlice(base: UnsafeMutablePointer(mutating: base), count: values.count), width: size.width, height: size.height,
            deepest: deepest, plan: Self.activationPlan, pool: pool))
      } catch {
        return .failure(error)
      }
    }
    switch agreement {
    case .success(let agreement): return agreement.layers
    case .failure(let error): throw Failure(error.description)
    }
  }
}
