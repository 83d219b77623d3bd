internal import ImageIO
internal import Optim
package import QuantVGG
internal import Rows

/// A part of a transfer: what is done before its steps, in this order, and its steps.
public enum TransferPhase: Sendable, CaseIterable {
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

/// A phase with the memory that it has in use at once.
package struct PhaseMemory {
  /// What is done.
  package let phase: TransferPhase
  /// Bytes beside the packed weights and what the process had before; memory counts from when it is
  /// first written.
  package let bytes: Int
}

extension Transfer {
  /// The phases of a run, in their order, with one arithmetic and one plan.
  package func phases<Numbers: LossArithmetic>(
    _ plan: MemoryPlan, for numbers: Numbers.Type
  ) -> [PhaseMemory] {
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
    return TransferPhase.allCases.map { phase in
      let bytes =
        switch phase {
        case .readStyle: style + self.style.readingBytes(styleSize)
        case .measureStyle: style + layout.styleBytes + rings(styleShape, backward: false)
        case .readContent: layout.styleBytes + image + content.readingBytes(resultSize)
        case .measureContent:
          layout.memory.bytes + rings(shape, backward: false) + startReading
        case .optimise:
          layout.memory.bytes + rings(shape, backward: true) + optimizerBytes
            + layout.stepMemory.bytes + images * image
        }
      return PhaseMemory(phase: phase, bytes: bytes)
    }
  }

  /// Bytes of an image.
  private static func bytes(of size: ImageSize) -> Int {
    3 * size.pixelCount * MemoryLayout<Float>.stride
  }
}
