internal import ImageIO
internal import Optim
internal import QuantVGG
internal import Rows

/// A part of a transfer, with the memory that it has in use at once.
public struct Phase: Sendable, Equatable {
  /// The action of a phase.
  public enum Action: Sendable, CaseIterable {
    /// Decodes the style picture.
    case readStyle
    /// Runs the style forward and keeps its Gram matrices.
    case measureStyle
    /// Decodes the content picture into the image.
    case readContent
    /// Runs the content forward and keeps its features; then makes the start image.
    case measureContent
    /// Steps.
    case optimise
  }

  /// The action.
  public let action: Action
  /// Bytes beside the packed weights and what the process had before; memory counts from when it is
  /// first written.
  public let bytes: Int
}

extension Transfer {
  /// The phases of a run, in their order, with one arithmetic and one plan.
  func phases<Numbers: LossArithmetic>(_ plan: MemoryPlan, for numbers: Numbers.Type) -> [Phase] {
    let (result, measured) = (engineSize(resultSize), engineSize(styleSize))
    let deepest = settings.deepest
    let shape = NetworkShape(
      network, width: result.width, height: result.height, deepest: deepest)
    let styleShape = NetworkShape(
      network, width: measured.width, height: measured.height, deepest: deepest)
    let layout = SessionLayout<Numbers>(
      shape, widestStyle: measured.width, settings: settings, plan: plan.network, threads: threads)
    let hasTerm = settings.hasTerm(shape)
    func rings(_ shape: NetworkShape, backward: Bool) -> Int {
      networkBytes(
        Numbers.self, shape, plan: plan.network, pooling: pooling, copies: plan.copies,
        instructionSet: instructionSet, hasLoss: hasTerm, backward: backward, threads: threads)
    }
    let style = Self.bytes(of: measured)
    let image = Self.bytes(of: result)
    var startReading = 0
    if case .picture(let picture) = start { startReading = picture.readingBytes(resultSize) }
    let optimizerBytes =
      usedOptimizer.stateBytes(rowLength: 3 * result.width, rows: result.height)
      + ValueBounds.bytes(rowLength: 3 * result.width)
    let images = (recordsGradient ? 1 : 0) + otherImages
    return [
      Phase(action: .readStyle, bytes: style + self.style.readingBytes(styleSize)),
      Phase(
        action: .measureStyle,
        bytes: style + layout.styleBytes + rings(styleShape, backward: false)),
      Phase(
        action: .readContent,
        bytes: layout.styleBytes + image + content.readingBytes(resultSize)),
      Phase(
        action: .measureContent,
        bytes: layout.memory.bytes + rings(shape, backward: false) + startReading),
      Phase(
        action: .optimise,
        bytes: layout.memory.bytes + rings(shape, backward: true) + optimizerBytes
          + layout.stepMemory.bytes + images * image),
    ]
  }

  /// Bytes of an image.
  private static func bytes(of size: ImageSize) -> Int {
    3 * size.pixelCount * MemoryLayout<Float>.stride
  }
}
