internal import CommandOptions
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// Runs the transfers of a comparison one after the other, each within the memory that is allowed.
struct RunPerformer {
  let options: CompareOptions
  let pool: WorkerPool
  /// Most bytes of the process.
  let limit: Int

  /// Runs a transfer and stores it; false where the user has stopped it.
  func perform(_ file: RunFile) throws(Failure) -> Bool {
    let pictures = try Pictures(options.transfer)
    var transfer = try pictures.transfer(
      options.transfer, file.run.weights.file.network, precision: file.run.precision)
    transfer.imageCopies = file.run.keepsGradients ? 1 : 0
    let plan = try transfer.choose(options.transfer.plan, limit: limit).plan
    Console.resetPeak()
    let (weights, deepest) = (file.run.weights, options.transfer.settings.deepest)
    switch file.run.precision {
    case .int8:
      let numbers = try weights.int8(
        deepest: deepest, pooling: transfer.pooling, kernels: options.shared.kernels,
        copies: plan.copies, transposed: transfer.isTransposed)
      return try perform(file, numbers, pictures, transfer, plan)
    case .float32:
      let numbers = try weights.float32(
        deepest: deepest, pooling: transfer.pooling, kernels: options.shared.kernels,
        transposed: transfer.isTransposed)
      return try perform(file, numbers, pictures, transfer, plan)
    }
  }

  private func perform<Numbers: LossArithmetic>(
    _ file: RunFile, _ numbers: Numbers, _ pictures: Pictures, _ transfer: PlannedTransfer,
    _ plan: MemoryPlan
  ) throws(Failure) -> Bool {
    let run = file.run
    let optimizer = try options.transfer.optimizer.make(for: transfer)
    let recorder = run.keepsGradients ? try Self.recorder(optimizer) : nil
    let session = try options.transfer.session(
      numbers, pictures, transfer, plan, recorder ?? optimizer, pool, seed: run.seed)
    let steps = options.transfer.steps
    var line = ProgressLine(isQuiet: options.shared.isQuiet)
    defer { line.erase() }
    let deepest = options.transfer.settings.deepest
    var output = try UnfinishedRun(
      file, session.state,
      header: file.header(
        plan: plan, weightBytes: Numbers.packedBytes(
          numbers.network.convolutions.filter { $0.name <= deepest }, copies: numbers.copies)))
    let first = output.step
    guard first <= steps else {
      throw Failure(file.checkpointPath, CheckpointError.damaged.description)
    }
    if first > 0, !options.shared.isQuiet {
      Console.note("\(run.name): resumed at step \(first)\n")
    }
    for step in first...steps {
      let isStopped = Console.isInterrupted
      if isStopped || step % options.transfer.checkpointEvery == 0, step > output.step {
        guard session.state.isFinite else { throw divergence(output, run, step) }
        try output.save(session.state, step: step)
      }
      if isStopped { return false }
      let isSample = run.samples.contains(step)
      if isSample { try output.write(session.image) }
      if step == steps, recorder == nil { break }
      recorder?.isFrozen = step == steps
      let before = Console.seconds
      let costs = session.step()
      guard costs.isFinite else { throw divergence(output, run, step) }
      if step < steps { output.seconds += Console.seconds - before }
      if isSample, let recorder { try output.write(recorder.gradient) }
      line.draw(
        "\(run.name): step \(step)/\(steps)  total \(Format.general(costs.total, digits: 5))  "
          + "\(Format.duration(line.remaining(done: step - first, of: steps - first))) left")
    }
    guard session.state.isFinite else { throw divergence(output, run, steps) }
    if recorder != nil {
      for gram in session.grams { try output.write(gram.span.bytes) }
    }
    let measures = [output.seconds / Double(steps), Double(output.peakBytes)]
    try output.write(measures.span.bytes)
    try output.finish()
    return true
  }

  private func divergence(_ output: UnfinishedRun, _ run: ComparedRun, _ step: Int) -> Failure {
    output.discard()
    return Failure("\(run.name) diverged by step \(step): lower --learning-rate or --style-weight")
  }

  private static func recorder(_ optimizer: Optimizer) throws(Failure) -> GradientRecorder {
    do throws(OptimizerError) {
      return try GradientRecorder(optimizer)
    } catch {
      throw Failure(TransferError(error).description)
    }
  }
}
