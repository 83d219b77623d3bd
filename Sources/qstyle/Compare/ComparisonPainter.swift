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
    let scale = try UnfinishedRun.scale(file)
    guard scale < planned.scales.count else {
      throw Failure(file.checkpointPath, CheckpointError.damaged.description)
    }
    Console.resetPeak()
    let run: TransferRun
    do throws(TransferError) {
      run = try transfer.start(planned, pool: pool, scale: scale) { _ in
        Console.isInterrupted ? .stop : .proceed
      }
    } catch {
      guard error == .stopped else { throw Failure(error) }
      return false
    }
    var output = try UnfinishedRun(
      file, run.session, transfer.stop,
      header: file.header(plan: planned.plan, weightBytes: run.session.weightBytes))
    if output.step > 0, !options.shared.isQuiet {
      Console.note("\(file.run.name): resumed at step \(output.step)\n")
    }
    while let made = try step(run, file, &output) {
      guard run.scale < planned.scales.count - 1 else {
        try finish(run, file, &output, steps: made)
        return true
      }
      try Failure.from { () throws(TransferError) in try run.beginNextScale() }
      output.beginScale()
    }
    return false
  }

  /// Goes on with a run to the end of its scale.
  ///
  /// - Returns: the steps of the scale; nil where the user has stopped it.
  private func step(
    _ painted: TransferRun, _ file: RunFile, _ output: inout UnfinishedRun
  ) throws(Failure) -> Int? {
    let (run, session, scale) = (file.run, painted.session, painted.scale)
    let scales = painted.planned.scales
    let isLast = scale == scales.count - 1
    let steps = scales[scale].steps
    var line = ProgressLine(isQuiet: options.shared.isQuiet)
    defer { line.erase() }
    var pace = Pace(scales)
    guard output.step <= steps else {
      throw Failure(file.checkpointPath, CheckpointError.damaged.description)
    }
    var isWarned = false
    var (made, isSettled) = (output.step, false)
    for step in output.step...steps {
      let isEnd = step == steps || output.costs.isConverged
      let isStopped = Console.isInterrupted
      // Nothing is stepped after the end: a run that is stopped there goes on from before.
      if isStopped || step % options.checkpointEvery == 0, step > output.step, !isSettled {
        guard session.isFinite else { throw divergence(output, run, step) }
        if let failure = try output.save(painted, step: step) {
          if isStopped { throw failure }
          if !isWarned {
            line.erase()
            Console.error(failure.message + "; the run goes on")
          }
          isWarned = true
        }
      }
      if isStopped { return nil }
      // What ends a coarse scale is that the next one begins.
      if isEnd, !isLast { return made }
      let isSample = isLast && run.samples.contains(step)
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
      let seconds = Console.seconds - before
      if !isEnd {
        output.costs.add(costs.total, step: step)
        if isLast { output.seconds += seconds }
        made = step + 1
      }
      if isSample, run.keepsGradients {
        try session.withGradient { (gradient) throws(Failure) in
          try unsafe output.write(gradient.bytes)
        }
      }
      pace.add(seconds, scale: scale)
      let place =
        "\(run.name): " + (scales.count == 1 ? "" : "scale \(scale + 1)/\(scales.count)  ")
        + "step \(step)/\(steps)  "
      let left = "\(Format.duration(pace.left(after: step))) left"
      line.draw(
        place + "total \(Format.general(costs.total, digits: 5))  " + left, place + left, left)
    }
    guard session.isFinite else { throw divergence(output, run, steps) }
    return made
  }

  /// Completes the file of a run.
  private func finish(
    _ painted: TransferRun, _ file: RunFile, _ output: inout UnfinishedRun, steps: Int
  ) throws(Failure) {
    if file.run.keepsGradients {
      for gram in painted.session.grams { try unsafe output.write(gram.span.bytes) }
    }
    let measures = [output.seconds / Double(steps), Double(output.peakBytes), Double(steps)]
    try unsafe output.write(measures.span.bytes)
    try output.finish()
  }

  private func divergence(_ output: UnfinishedRun, _ run: ComparedRun, _ step: Int) -> Failure {
    output.discard()
    return Failure("\(run.name) diverged by step \(step): lower --learning-rate or --style-weight")
  }
}
