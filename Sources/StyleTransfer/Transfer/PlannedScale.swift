public import ImageIO
internal import QuantVGG

/// A scale with what it takes.
public struct PlannedScale: Sendable {
  /// Upright size of its picture.
  public let size: ImageSize
  /// Steps, where nothing ends them early.
  public let steps: Int
  /// Peak of the whole process.
  public let bytes: Int
  /// The share that its steps take of the time of all steps.
  public let timeShare: Double

  /// The scales of a transfer with the bytes of each.
  static func all(_ transfer: Transfer, bytes: (Int) -> Int) -> [PlannedScale] {
    let scales = transfer.scales
    let times = scales.map { Double($0.stepWork) * Double($0.steps) }
    let sum = times.reduce(0, +)
    return scales.indices.map {
      PlannedScale(
        size: scales[$0].resultSize, steps: scales[$0].steps, bytes: bytes($0),
        timeShare: times[$0] / sum)
    }
  }
}

extension Transfer {
  /// Multiply-accumulates of a forward pass at the transfer's own size, to which a step's duration is proportional.
  public var stepWork: Int {
    network.multiplyAccumulates(
      through: settings.deepest, width: resultSize.width, height: resultSize.height)
  }
}
