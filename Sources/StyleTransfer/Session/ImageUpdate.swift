internal import Optim
internal import QuantVGG

/// The image of a session and what changes it: rows of its gradient come in, the terms of the image
/// add theirs, and the optimizer moves the rows.
final class ImageUpdate: ParallelWork {
  let optimizer: Optimizer
  /// `[rows][rowLength]`, RGB minus mean.
  let image: UnsafeMutablePointer<Float>
  let terms: [any ImageTerm]
  /// Whether a step only measures and the image stays as it is.
  var isFrozen = false
  private let rowLength, rows: Int
  private var unmoved: UnmovedRows?
  /// The last gradient, in the form of the image; nil where it is not kept.
  private let gradient: UnsafeMutablePointer<Float>?
  // What the pointers above lead into.
  private let memory: Arena
  private let stepMemory: Arena?
  private let gradientMemory: Arena?

  /// Makes the optimizer and asks for what steps need beside `memory`, in which the image is.
  ///
  /// - Throws: `TransferError.memory`.
  init<Numbers: Arithmetic>(
    _ shape: NetworkShape, layout: SessionLayout<Numbers>, memory: Arena,
    settings: TransferSettings, optimizer: OptimizerSettings, recordsGradient: Bool
  ) throws(TransferError) {
    rowLength = 3 * shape.width
    rows = shape.height
    do throws(OptimizerError) {
      self.optimizer = try optimizer.makeOptimizer(rowLength: rowLength, rows: rows)
    } catch {
      throw TransferError(error)
    }
    self.memory = memory
    image = memory.at(layout.image)
    do throws(MemoryError) {
      if recordsGradient {
        var plan = ArenaPlan()
        let offset = plan.reserve(rowLength * rows * MemoryLayout<Float>.stride)
        let arena = try Arena(plan)
        (gradientMemory, gradient) = (arena, arena.at(offset))
      } else {
        (gradientMemory, gradient) = (nil, nil)
      }
      if let sums = layout.variationSums, let ring = layout.unmoved {
        let arena = try Arena(layout.stepMemory)
        stepMemory = arena
        terms = [
          TotalVariation(
            width: shape.width, height: rows, weight: settings.smoothness, rowSums: arena.at(sums))
        ]
        unmoved = UnmovedRows(ring, of: image, rows: rows, memory: arena)
      } else {
        stepMemory = nil
        terms = []
      }
    } catch {
      throw TransferError(error)
    }
  }

  /// All numbers of the image.
  var pixels: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: image, count: rowLength * rows)
  }

  /// dJ/dx of the last step; nil where it is not kept.
  var recordedGradient: UnsafeBufferPointer<Float>? {
    gradient.map { UnsafeBufferPointer(start: $0, count: rowLength * rows) }
  }

  /// Lets the image's own terms measure it.
  func measure(pool: WorkerPool) {
    for term in terms { term.measure(image, pool: pool) }
  }

  /// Begins a step with the cost of the image as it is.
  func begin(loss: Double) {
    unmoved?.restart()
    if !isFrozen { optimizer.beginStep(loss: loss) }
  }

  /// Copies the rows that the image's own terms still read, before those of `rows` move.
  func prepare(_ rows: Range<Int>) {
    unmoved?.prepare(rows)
  }

  /// Takes a row of the network's gradient; called on any worker.
  func receive(_ row: UnsafeMutablePointer<Float>, row y: Int) {
    if let unmoved {
      for term in terms { term.addGradient(row: y, rows: unmoved, into: row) }
    }
    gradient.map { ($0 + y * rowLength).update(from: row, count: rowLength) }
    if !isFrozen { optimizer.receive(row, values: image + y * rowLength, row: y) }
  }

  /// Ends a step: an optimizer that waits for the whole gradient moves the rows now.
  func end(pool: WorkerPool) {
    guard !isFrozen else { return }
    optimizer.endStep()
    if optimizer.moves { pool.run(self, items: rows) }
  }

  override func run(item: Int, worker: Int) {
    optimizer.move(image + item * rowLength, row: item)
  }
}
