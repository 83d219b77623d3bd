internal import CommandOptions
internal import QuantVGG
internal import StyleTransfer

/// Runs the transfers of a comparison one after the other, each within the memory that is allowed.
struct ComparisonPainter {
  let options: CompareOptions
  let pool: WorkerPool
  /// Most bytes of the process.
  let limit: Int

  /// Runs a transfer and stores it; false where the user has stopped it.
  func paint(_ file: RunFile) throws(Failure) -> Bool {
    let transfer = try options.transfer(file.run, limit: limit)
    let planned = try Failure.from { () throws(TransferError) in try transfer.choosePlan() }
    Console.resetPeak()
    let session: Session
    do throws(TransferError) {
      session = try transfer.start(planned, pool: pool) { _ in
        Console.isInterrupted ? .stop : .proceed
      }.session
    } catch {
      guard error == .stopped else { throw Failure(error) }
      return false
    }
    var output = try UnfinishedRun(
      file, session, transfer.stop,
      header: file.header(plan: planned.plan, weightBytes: session.weightBytes))
    return try step(session, file, &output)
  }

  /// Goes on with a run to its last step; false where the user has stopped it.
  private func step(
    _ session: Session, _ file: RunFile, _ output: inout UnfinishedRun
  ) throws(Failure) -> Bool {
    let (run, steps) = (file.run, options.transfer.steps)
    var line = ProgressLine(isQuiet: options.shared.isQuiet)
    defer { line.erase() }
    let first = output.step
    guard first <= steps else {
      throw Failure(file.checkpointPath, CheckpointError.damaged.description)
    }
    if first > 0, !options.shared.isQuiet {
      Console.note("\(run.name): resumed at step \(first)\n")
    }
    var isWarned = false
    var (made, isSettled) = (first, false)
    for step in first...steps {
      let isEnd = step == steps || output.costs.isConverged
      let isStopped = Console.isInterrupted
      // Nothing is stepped after the end: a run that is stopped there goes on from before.
      if isStopped || step % options.checkpointEvery == 0, step > output.step, !isSettled {
        guard session.isFinite else { throw divergence(output, run, step) }
        if let failure = try output.save(session, step: step) {
          if isStopped { throw failure }
          if !isWarned {
            line.erase()
            Console.error(failure.message + "; the run goes on")
          }
          isWarned = true
        }
      }
      if isStopped { return false }
      let isSample = run.samples.contains(step)
      if isSample || isEnd, !isSettled {
        let costs = session.settle()
        if isEnd { session.settleEnd(costs) }
        isSettled = isEnd
      }
      if isSample {
        try session.withPixels { (image) throws(Failure) in try unsafe output.write(image.bytes) }
      }
      if isEnd, !(run.keepsGradients && isSample) { continue }
      let before = Console.seconds
      // The gradient of the result is measured, too, and the result stays as it is.
      let costs = isEnd ? session.measureGradient() : session.step()
      guard costs.isFinite else { throw divergence(output, run, step) }
      if !isEnd {
        output.costs.add(costs.total, step: step)
        output.seconds += Console.seconds - before
        made = step + 1
      }
      if isSample, run.keepsGradients {
        try session.withGradient { (gradient) throws(Failure) in
          try unsafe output.write(gradient.bytes)
        }
      }
      let place = "\(run.name): step \(step)/\(steps)  "
      let left = "\(Format.duration(line.remaining(done: step - first, of: steps - first))) left"
      line.draw(
        place + "total \(Format.general(costs.total, digits: 5))  " + left, place + left, left)
    }
    guard session.isFinite else { throw divergence(output, run, steps) }
    if run.keepsGradients {
      for gram in session.grams { try unsafe output.write(gram.span.bytes) }
    }
    let measures = [output.seconds / Double(made), Double(output.peakBytes), Double(made)]
    try unsafe output.write(measures.span.bytes)
    try output.finish()
    return true
  }

  private func divergence(_ output: UnfinishedRun, _ run: ComparedRun, _ step: Int) -> Failure {
    output.discard()
    return Failure("\(run.name) diverged by step \(step): lower --learning-rate or --style-weight")
  }
}
