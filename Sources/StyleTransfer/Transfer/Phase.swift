internal import ImageIO
internal import Optim
package import QuantVGG
internal import Rows

/// A part of a transfer at one of its scales: what is done before its steps, each style in turn, and its steps.
///
/// The content is read last, or first where colours are matched to its own (`Transfer.Colors.match`).
public enum TransferPhase: Sendable {
  /// Decodes a style picture.
  case readStyle
  /// Runs the style forward and adds its Gram matrices to the targets.
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
  /// Where, as the place in `Transfer.scales`.
  package let scale: Int
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
    scales.enumerated().flatMap { $1.phases(plan, for: numbers, scale: $0) }
  }

  /// The phases of a transfer of one scale.
  private func phases<Numbers: LossArithmetic>(
    _ plan: MemoryPlan, for numbers: Numbers.Type, scale: Int
  ) -> [PhaseMemory] {
    let result = engineSize(resultSize)
    // A process that paints no strip waits.
    guard let strip = ownStrip else { return [] }
    let (network, deepest) = (engineNetwork, settings.deepest)
    let shape = NetworkShape(
      network, width: result.width, height: result.height, deepest: deepest)
    let layout = SessionLayout<Numbers>(
      shape, of: self, plan: plan.network, state: plan.state, threads: threads)
    let hasTerm = settings.hasTerm(shape)
    func rings(_ shape: NetworkShape, backward: Bool, strip: Range<Int>? = nil) -> Int {
      networkMemory(
        Numbers.self, shape, plan: plan.network, strip: strip, pooling: pooling,
        copies: plan.copies,
        instructionSet: instructionSet, hasLoss: hasTerm, backward: backward, threads: threads
      ).bytes
    }
    let image = result.imageBytes
    // Pictures go to and come from a file, or several processes, in blocks.
    let block =
      plan.spills || communicator != nil ? blockBytes(resultSize, rowsAtOnce: Picture.blockRows) : 0
    var startReading = 0
    if case .picture(let picture) = start {
      startReading = picture.readingBytes(resultSize) + block
    }
    if let earlier {
      startReading = max(startReading, resamplingBytes(earlier.size, to: result))
    }
    // What the next scale starts from is the image less its own start, read once more.
    let handingOver =
      hasNext
      ? EarlierScale(size: result).keptBytes(plan)
        + max(startReading, content.readingBytes(resultSize) + block) : 0
    let optimizerBytes = layout.stateMemory.bytes + ValueBounds.bytes(rowLength: 3 * result.width)
    let images = (recordsGradient ? 1 : 0) + otherImages
    var phases: [PhaseMemory] = []
    func add(_ phase: TransferPhase, _ bytes: Int) {
      let kept = phase == .optimise ? 0 : earlier?.keptBytes(plan) ?? 0
      phases.append(PhaseMemory(scale: scale, phase: phase, bytes: bytes + kept))
    }
    let regionBytes =
      regions.map {
        ImageRegions.Layout(result, painted: $0.painted.count, settings: settings).memory.bytes
      } ?? 0
    // What is there of the content while styles are measured, and the other way round.
    let contentBytes = layout.imageBytes + layout.colorBytes
    let contentReading = content.readingBytes(resultSize) + block
    let readsFirst = colors.contains(.match)
    if readsFirst {
      add(.readContent, regionBytes + contentBytes + contentReading)
    }
    let earlierBytes = regionBytes + (readsFirst ? contentBytes : 0)
    let saving = savedStyle == nil ? 0 : layout.largestGramBytes
    var measuredBytes = earlierBytes
    for (index, style) in styles.enumerated() {
      let measured = engineSize(size(style))
      let pixels = measured.imageBytes
      let styleShape = NetworkShape(
        network, width: measured.width, height: measured.height, deepest: deepest)
      let labels = StyleRegions.bytes(self, style: index)
      let reading = max(
        style.readingBytes(size(style)), style.mask?.readingBytes ?? 0,
        regions?.mask.readingBytes ?? 0)
      guard style.picture != nil else {
        measuredBytes = earlierBytes + layout.styleBytes + layout.mixMemory.bytes
        add(.readStyle, measuredBytes + reading)
        continue
      }
      add(.readStyle, measuredBytes + pixels + labels + reading)
      measuredBytes = earlierBytes + layout.styleBytes + layout.mixMemory.bytes
      add(
        .measureStyle,
        measuredBytes + pixels + labels + rings(styleShape, backward: false) + saving)
    }
    // Targets are written from the mix, which is still there.
    add(.measureStyle, measuredBytes + layout.targetBytes)
    if !readsFirst {
      add(
        .readContent,
        regionBytes + layout.styleBytes + layout.targetBytes + contentBytes + contentReading)
    }
    let allBytes = regionBytes + layout.memory.bytes
    add(.measureContent, allBytes + rings(shape, backward: false, strip: strip) + startReading)
    add(
      .optimise,
      allBytes + rings(shape, backward: true, strip: strip) + optimizerBytes
        + layout.stepMemory.bytes + images * image + handingOver)
    return phases
  }
}
