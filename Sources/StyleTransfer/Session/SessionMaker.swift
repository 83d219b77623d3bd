internal import QuantVGG

/// Makes a session for each scale of a transfer, of weights that are packed once.
protocol SessionMaker: AnyObject {
  /// A session that is ready to step.
  ///
  /// - Parameters:
  ///   - scale: the transfer at one scale.
  ///   - progress: is told what is measured, and may stop it.
  /// - Returns: the session, at the image that the scale starts from.
  /// - Throws: `TransferError`.
  func session(
    _ scale: Transfer, progress: (TransferProgress) -> TransferControl
  ) throws(TransferError) -> Session
}

/// Makes sessions of one arithmetic, with one plan and one pool of threads.
final class PackedSessions<Numbers: LossArithmetic>: SessionMaker {
  private let numbers: Numbers
  private let plan: NetworkPlan
  private let pool: WorkerPool

  init(_ numbers: Numbers, plan: NetworkPlan, pool: WorkerPool) {
    self.numbers = numbers
    self.plan = plan
    self.pool = pool
  }

  func session(
    _ scale: Transfer, progress: (TransferProgress) -> TransferControl
  ) throws(TransferError) -> Session {
    try Session(numbers, scale, plan: plan, pool: pool, progress: progress)
  }
}
