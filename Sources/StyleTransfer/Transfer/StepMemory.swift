internal import ImageIO
public import QuantVGG
internal import Rows

/// What the steps of a transfer at its own size have in memory, in bytes.
public struct StepMemory: Sendable, Equatable {
  /// The packed weights.
  public let weights: Int
  /// The image, as far as it is in memory.
  public let image: Int
  /// The optimizer's rows, as far as they are in memory.
  public let optimizer: Int
  /// The content's activations, as far as they are in memory.
  public let contents: Int
  /// Targets and sums of all other terms, and colours of the content that are kept.
  public let terms: Int
  /// Rows on their way through the network.
  public let network: NetworkMemory
}

extension Transfer {
  /// What the steps of the result's size have in memory with a plan.
  ///
  /// - Throws: `TransferError.tooSmall`, `.missingLayer`.
  public func stepMemory(_ plan: MemoryPlan) throws(TransferError) -> StepMemory {
    try check()
    return try precision.accept(
      StepMemoryVisitor(transfer: scale(coarse.count), plan: plan))
  }
}

private struct StepMemoryVisitor: ArithmeticVisitor {
  let transfer: Transfer
  let plan: MemoryPlan

  func visit<Numbers: WeightedArithmetic>(_ numbers: Numbers.Type) -> StepMemory {
    let size = transfer.engineSize(transfer.resultSize)
    let shape = NetworkShape(
      transfer.engineNetwork, width: size.width, height: size.height,
      deepest: transfer.settings.deepest)
    let layout = SessionLayout<Numbers>(
      shape, of: transfer, plan: plan.network, state: plan.state, threads: transfer.threads)
    let contents = layout.contents.reduce(0) { $0 + $1.target.memoryBytes }
    return StepMemory(
      weights: Numbers.packedBytes(shape.layers.map { $0.convolution }, copies: plan.copies),
      image: layout.imageBytes, optimizer: layout.stateMemory.bytes, contents: contents,
      terms: layout.memory.bytes + layout.stepMemory.bytes - layout.imageBytes - contents,
      network: networkMemory(
        numbers, shape, plan: plan.network, pooling: transfer.pooling, copies: plan.copies,
        instructionSet: transfer.instructionSet, hasLoss: transfer.settings.hasTerm(shape),
        backward: true,
        threads: transfer.threads))
  }
}
