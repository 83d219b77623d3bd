public import ImageIO

/// The state of a transfer that is under way.
public struct TransferProgress: Sendable {
  /// The phase that is being carried out: a measurement, or `.optimise` after a step.
  public let phase: TransferPhase
  /// The share of the phase that is done, in 0...1.
  public let share: Double
  /// The place of the scale in `Transfer.scales`.
  public internal(set) var scale = 0
  /// Steps that are done, at all scales and those of earlier runs included.
  public var step = 0
  /// Steps of the whole run.
  public internal(set) var steps: Int
  /// Costs before the last step; nil before the first.
  public var losses: LossValues?
  /// Duration of the last step.
  public var seconds = 0.0

  init(phase: TransferPhase, share: Double, steps: Int) {
    self.phase = phase
    self.share = share
    self.steps = steps
  }
}

/// A caller's answer to progress.
public enum TransferControl: Sendable {
  /// Go on.
  case proceed
  /// Stop; after a step, with all that is done.
  case stop
}

/// What has been done at a scale.
public struct PaintedScale: Sendable {
  /// Upright size of its picture.
  public let size: ImageSize
  /// Steps that are done, those of earlier runs included.
  public private(set) var steps = 0
  /// Duration of those of this run.
  public private(set) var seconds = 0.0

  init(size: ImageSize) { self.size = size }

  mutating func add(steps: Int, seconds: Double) {
    self.steps += steps
    self.seconds += seconds
  }
}

/// A transfer that has ended.
public struct TransferResult {
  /// The image.
  public let picture: PaintedPicture
  /// Steps that are done, at all scales and those of earlier runs included.
  public let steps: Int
  /// The scales that it has come to.
  public let scales: [PaintedScale]
  /// Whether there are fewer than were wanted, because it was stopped.
  public let wasStopped: Bool
  /// Steps that were not made because the cost hardly changed any more.
  public let stepsSaved: Int
  /// Costs of the image.
  public let losses: LossValues
  /// The same, term by term.
  public let terms: [TermCost]
  /// The reason why the last checkpoint could not be written; nil where it was, or none was wanted.
  public let checkpointFailure: TransferError?
}
