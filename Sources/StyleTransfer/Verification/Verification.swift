internal import ImageIO
public import QuantVGG
internal import Rows

/// The distance of a run of this build from a reference case.
public struct Verification: Sendable {
  /// Costs of the start image.
  public let start: LossValues
  /// |X - reference| / |reference| of the start image's total, content and style cost; nil where
  /// the reference is 0.
  public let startErrors: (total: Double?, content: Double?, style: Double?)
  /// Cosine between dJ/dx and the reference's.
  public let gradientCosine: Double
  /// |g - reference| / |reference| in the Euclidean norm.
  public let gradientError: Double
  /// Steps of Adam that were run.
  public let steps: Int
  /// The total cost after them, by the arithmetic that ran.
  public let end: LossValues
  /// The image after them.
  public let image: ImageTensor
  /// The instruction set that computed.
  public let instructionSet: InstructionSet

  /// Runs `steps` steps of the article's Adam from the case's start image.
  ///
  /// - Parameters:
  ///   - reference: the case.
  ///   - weights: the network.
  ///   - steps: at least 1, at most as many as the case's trajectory has.
  ///   - instructionSet: what computes.
  ///   - pool: the threads.
  /// - Throws: `TransferError`.
  public init(
    _ reference: ReferenceCase, _ weights: Weights, steps: Int, instructionSet: InstructionSet,
    pool: WorkerPool
  ) throws(TransferError) {
    var transfer = reference.transfer(weights, start: reference.start)
    transfer.instructionSet = instructionSet
    transfer.recordsGradient = true
    self.steps = max(steps, 1)
    let run = try transfer.startResident(pool: pool)
    start = run.session.step()
    let gradient = run.session.gradient.array
    for _ in 1..<self.steps { run.session.step() }
    end = run.session.evaluate()
    image = run.picture.tensor
    self.instructionSet = run.session.instructionSet
    let truth = reference.trajectory[0]
    startErrors = (
      Agreement.relative(start.total, truth.total),
      Agreement.relative(start.content, truth.content), Agreement.relative(start.style, truth.style)
    )
    gradientCosine = Agreement.cosine(gradient, reference.gradient)
    gradientError = Agreement.relativeError(gradient, reference.gradient)
  }
}

extension ReferenceCase {
  /// The case as a transfer from an image, by the article's Adam, along the picture's own rows.
  ///
  /// - Parameters:
  ///   - weights: the network.
  ///   - start: the image before the first step, of the case's size.
  /// - Returns: the transfer, which a caller may change before it starts.
  public func transfer(_ weights: Weights, start: ImageTensor) -> Transfer {
    var transfer = Transfer.article(
      content: content, styles: styles, start: start, weights: weights, settings: settings,
      pooling: pooling)
    transfer.regions = regions
    transfer.colors = colors
    return transfer
  }

  /// The costs of an image, without a step.
  ///
  /// - Parameters:
  ///   - image: of the case's size.
  ///   - weights: the network that judges.
  ///   - instructionSet: what computes.
  ///   - pool: the threads.
  /// - Returns: the costs by these weights.
  /// - Throws: `TransferError`.
  public func score(
    _ image: ImageTensor, _ weights: Weights, instructionSet: InstructionSet, pool: WorkerPool
  ) throws(TransferError) -> LossValues {
    var transfer = transfer(weights, start: image)
    transfer.instructionSet = instructionSet
    return try transfer.startResident(pool: pool).session.evaluate()
  }
}

extension Transfer {
  /// Starts with the resident plan, where there is memory for it, on a pool's threads.
  package func startResident(pool: WorkerPool) throws(TransferError) -> TransferRun {
    var transfer = self
    transfer.threads = pool.threads
    transfer.plan = .resident
    return try transfer.start(pool: pool)
  }
}
