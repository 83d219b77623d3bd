internal import ImageIO
internal import Optim
internal import QuantVGG
internal import Rows

/// What a process has to do at the result's size, where several paint a picture.
package struct PlannedStrip: BitwiseCopyable {
  /// The engine's rows that are its own; 0 where it only waits.
  package let rows: Int
  /// Multiply-accumulates of a step, forward and back, those of rows around its own included.
  package let multiplyAccumulates: Int
  /// Bytes of sums and rows that it gives to others in a step.
  package let stepExchange: Int
  /// Peak memory of the process.
  package let bytes: Int
}

extension Transfer {
  /// The part of this process, by its plan.
  package func plannedStrip(_ planned: PlannedMemory) throws(TransferError) -> PlannedStrip {
    try precision.accept(StripVisitor(transfer: scale(coarse.count), planned: planned))
  }
}

/// Plans a process's part of a transfer of one scale.
private struct StripVisitor: ArithmeticVisitor {
  let transfer: Transfer
  let planned: PlannedMemory

  func visit<Numbers: WeightedArithmetic>(
    _ numbers: Numbers.Type
  ) throws(TransferError) -> PlannedStrip {
    guard let own = transfer.ownStrip else {
      return PlannedStrip(rows: 0, multiplyAccumulates: 0, stepExchange: 0, bytes: planned.bytes)
    }
    let size = transfer.engineSize(transfer.resultSize)
    let shape = NetworkShape(
      transfer.engineNetwork, width: size.width, height: size.height,
      deepest: transfer.settings.deepest)
    let plan = planned.plan.network
    let layout = SessionLayout<Numbers>(
      shape, of: transfer, plan: plan, state: .memory, threads: transfer.threads)
    let strip = Strip(shape, all: transfer.strips, communicator: transfer.communicator)
    return PlannedStrip(
      rows: own.count, multiplyAccumulates: layout.rows.multiplyAccumulates(shape),
      stepExchange: layout.stepExchange(strip, transfer), bytes: planned.bytes)
  }
}

extension SessionLayout {
  /// Bytes of sums and rows that a process gives to others in a step.
  fileprivate func stepExchange(_ strip: Strip, _ transfer: Transfer) -> Int {
    // Sums in order go to the process below, and come back to all.
    let times = strip.isLast ? 1 : 2
    var bytes = 0
    for term in grams { bytes += term.sums.bytes * (Numbers.hasExactSums ? 1 : times) }
    for term in moments { bytes += term.foldedBytes * (Numbers.hasExactSums ? 1 : times) }
    for term in histograms { bytes += term.counts.bytes }
    for term in contents { bytes += term.foldedBytes }
    bytes += variationSums?.bytes ?? 0
    bytes += transfer.usedOptimizer.sumBytes * times
    return bytes + strip.givenRows * image.rowLength * MemoryLayout<Float>.stride
  }
}
