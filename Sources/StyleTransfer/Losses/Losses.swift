internal import Optim
internal import QuantVGG
internal import Rows

/// The content and style losses of a transfer, as the client of its network: they see every row on
/// the way down and add their gradients on the way back.
final class Losses<Numbers: LossArithmetic>: GradientClient {
  /// What passing rows are used for.
  enum Mode {
    /// The rows are the style image's: sum Gram matrices.
    case styleTarget
    /// The rows are the content image's: keep them.
    case contentTarget
    /// The rows are the image's: measure them.
    case image
  }

  var mode = Mode.image
  let contents: [ContentLoss<Numbers>]
  let styles: [StyleLoss<Numbers>]
  /// By layer; looked up for every item of a step.
  private let hasLossAt: [Bool]
  private let settings: TransferSettings
  private let pool: WorkerPool
  private let optimizer: Optimizer
  /// Layer sizes of the image whose rows pass.
  var shape: NetworkShape
  /// The image that is optimised, `[height][width][3]`.
  private let image: MemorySlice<Float>

  init(
    _ numbers: Numbers, shape: NetworkShape, settings: TransferSettings,
    layout: SessionLayout<Numbers>, memory: Arena, optimizer: Optimizer, pool: WorkerPool
  ) {
    self.shape = shape
    self.settings = settings
    hasLossAt = settings.hasLoss(shape)
    image = memory.slice(layout.image)
    self.optimizer = optimizer
    self.pool = pool
    contents = zip(settings.contentLayers, layout.contents).map {
      ContentLoss(
        numbers, shape: shape.layers[shape.place(of: $0.layer)], weight: $0.weight,
        contentWeight: settings.contentWeight, layout: $1, memory: memory)
    }
    let scratch = GramScratch(layout.scratch, memory: memory)
    styles = zip(settings.styleLayers, layout.styles).map {
      StyleLoss(
        numbers, shape: shape.layers[shape.place(of: $0.layer)], weight: $0.weight,
        styleWeight: settings.styleWeight, scratch: scratch, layout: $1, memory: memory)
    }
  }

  /// Forgets measured rows.
  func reset() {
    for content in contents { content.reset() }
    for style in styles { style.reset() }
  }

  /// The costs of the rows that have passed since `reset`; gradients can be added afterwards.
  func measure() -> LossValues {
    for style in styles { style.differentiate(pool: pool) }
    var values = LossValues(total: 0, content: 0, style: 0)
    for content in contents { values.content += content.value }
    for style in styles { values.style += style.value }
    values.total = settings.contentWeight * values.content + settings.styleWeight * values.style
    return values
  }

  func didProduce(
    rows: Range<Int>, layer: Int, activations: ActivationRows<Numbers.Activation>
  ) {
    if mode != .styleTarget {
      for content in contents where content.layer == layer {
        content.observe(
          rows: rows, activations: activations, capturing: mode == .contentTarget, pool: pool)
      }
    }
    if mode != .contentTarget {
      for style in styles where style.layer == layer {
        style.observe(
          rows: rows, width: shape.layers[layer].width, activations: activations, pool: pool)
      }
    }
  }

  func hasLoss(layer: Int) -> Bool {
    hasLossAt[layer]
  }

  func addLossGradient(
    row: Int, columns: Range<Int>, layer: Int, activations: Row<Numbers.Activation>,
    into gradient: MutableRow<Real>
  ) {
    for content in contents where content.layer == layer {
      content.addGradient(row: row, columns: columns, activations: activations, into: gradient)
    }
    for style in styles where style.layer == layer {
      style.addGradient(activations: activations, into: gradient)
    }
  }

  func willProduceImageGradient(rows: Range<Int>) {}

  func consumeImageGradient(_ gradient: MutableRow<Real>, row: Int, worker: Int) {
    let count = shape.width * 3
    optimizer.receive(
      gradient.elements, values: image[row * count..<(row + 1) * count], row: row)
  }
}
