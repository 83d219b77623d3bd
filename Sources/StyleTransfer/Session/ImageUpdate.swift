internal import Optim
internal import QuantVGG
internal import Rows

/// The image of a session and what changes it: rows of its gradient come in, the terms of the image
/// add theirs, and the optimizer moves the rows.
final class ImageUpdate: ParallelWork {
  let optimizer: Optimizer
  /// `[rows][rowLength]`, RGB minus mean.
  let image: MemorySlice<Float>
  let terms: [any ImageTerm]
  /// Whether a step only measures and the image stays as it is.
  var isFrozen = false
  private var isShortening = false
  private let rowLength, rows: Int
  private var unmoved: UnmovedRows?
  /// The last gradient, in the form of the image; nil where it is not kept.
  let gradient: MemorySlice<Float>?
  // What the slices above are parts of.
  private let memory: Arena
  private let stepMemory: Arena?
  private let regions: ImageRegions?
  private let gradientMemory: Arena?

  /// Makes the optimizer and asks for what steps need beside `memory`, in which the image is.
  ///
  /// - Throws: `TransferError.memory`.
  init<Numbers: LossArithmetic>(
    _ shape: NetworkShape, layout: SessionLayout<Numbers>, memory: Arena, regions: ImageRegions?,
    settings: TransferSettings, optimizer: OptimizerSettings, recordsGradient: Bool
  ) throws(TransferError) {
    rowLength = 3 * shape.width
    rows = shape.height
    self.optimizer = try TransferError.from { () throws(MemoryError) in
      try optimizer.makeOptimizer(rowLength: 3 * shape.width, rows: shape.height)
    }
    self.memory = memory
    self.regions = regions
    image = memory.slice(layout.image)
    do throws(MemoryError) {
      if recordsGradient {
        var plan = ArenaPlan()
        let reservation = plan.reserve(rowLength * rows, of: Float.self)
        let arena = try Arena(plan)
        (gradientMemory, gradient) = (arena, arena.slice(reservation))
      } else {
        (gradientMemory, gradient) = (nil, nil)
      }
      if let sums = layout.variationSums, let ring = layout.unmoved {
        let arena = try Arena(layout.stepMemory)
        stepMemory = arena
        terms = [
          TotalVariation(
            width: shape.width, height: rows, weight: settings.smoothness,
            rowSums: arena.slice(sums))
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

  /// Lets the image's own terms measure it.
  func measure(pool: WorkerPool) {
    for term in terms { term.measure(image, pool: pool) }
  }

  /// Takes back what the last step has changed too much.
  ///
  /// - Parameters:
  ///   - loss: the cost of the image as it is.
  ///   - isEnd: whether no step follows.
  ///   - pool: the threads.
  /// - Returns: whether the image is another one now.
  func shorten(loss: Double, isEnd: Bool, pool: WorkerPool) -> Bool {
    guard optimizer.rejects(loss: loss, isEnd: isEnd) else { return false }
    isShortening = true
    pool.run(self, items: rows)
    isShortening = false
    return true
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
  func receive(_ row: MutableRow<Real>, row y: Int) {
    let place = place(y)
    if let unmoved {
      for term in terms { term.addGradient(row: y, rows: unmoved, into: row) }
    }
    regions?.clearKept(row, row: y)
    gradient?[place].copy(row.elements)
    if !isFrozen { optimizer.receive(row.elements, values: image[place], row: y) }
  }

  /// Ends a step: an optimizer that waits for the whole gradient moves the rows now.
  func end(pool: WorkerPool) {
    guard !isFrozen else { return }
    optimizer.endStep()
    if optimizer.movesAfterStep { pool.run(self, items: rows) }
  }

  override func run(item: Int, worker: Int) {
    if isShortening {
      optimizer.shorten(image[place(item)], row: item)
    } else {
      optimizer.move(image[place(item)], row: item)
    }
  }

  /// The places of a row's numbers in the image.
  private func place(_ y: Int) -> Range<Int> { y * rowLength..<(y + 1) * rowLength }
}
