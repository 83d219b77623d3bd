internal import Optim
internal import QuantVGG
internal import Rows

/// The image of a session and what changes it: rows of its gradient come in, the terms of the image
/// add theirs, and the optimizer moves the rows.
final class ImageUpdate: ParallelWork {
  let optimizer: Optimizer
  /// `[rows][rowLength]`, RGB minus mean, as passes forward read it.
  let image: StateRows<Float>
  /// The same rows where they move.
  private let moving: StateRows<Float>
  /// See `SessionLayout.pictureBlock`.
  let pictureBlock: MemorySlice<Float>?
  /// See `SessionLayout.colorBlock`.
  let colorBlock: MemorySlice<UInt8>?
  /// See `SessionLayout.givenRows`.
  let givenRows: MemorySlice<UInt8>?
  /// The rows that move.
  let strip: Strip
  let terms: [any ImageTerm]
  /// Whether a step only measures and the image stays as it is.
  var isFrozen = false
  private var isShortening = false
  private let rowLength: Int
  /// The row of the first item.
  private var first = 0
  private var unmoved: UnmovedRows?
  /// The last gradient, in the form of the image; nil where it is not kept.
  let gradient: MemorySlice<Float>?
  // What the slices above are parts of.
  private let stepMemory: Arena?
  private let regions: ImageRegions?
  private let gradientMemory: Arena?

  /// Makes the optimizer and asks for what steps need beside `memory`, in which the image is, or its windows where it is
  /// in a file.
  ///
  /// - Throws: `TransferError.memory`.
  init<Numbers: LossArithmetic>(
    _ shape: NetworkShape, strip: Strip, layout: SessionLayout<Numbers>, memory: Arena,
    file: RowFile?, regions: ImageRegions?, settings: TransferSettings,
    optimizer: OptimizerSettings,
    recordsGradient: Bool
  ) throws(TransferError) {
    precondition(!recordsGradient || strip.isAlone, "a gradient is recorded of whole images")
    self.strip = strip
    rowLength = 3 * shape.width
    self.regions = regions
    image = StateRows(layout.image, memory: memory, file: file)
    moving = StateRows(layout.moving, memory: memory, file: file)
    do throws(MemoryError) {
      // The optimizer's rows keep it.
      let stateMemory = try Arena(layout.stateMemory)
      pictureBlock = layout.pictureBlock.map { stateMemory.slice($0) }
      colorBlock = layout.colorBlock.map { stateMemory.slice($0) }
      givenRows = layout.givenRows.map { stateMemory.slice($0) }
      self.optimizer = optimizer.makeOptimizer(
        rowLength: rowLength,
        state: StateRows(layout.state, memory: stateMemory, file: file, isBlank: true))
      if recordsGradient {
        var plan = ArenaPlan()
        let reservation = plan.reserve(rowLength * shape.height, of: Float.self)
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
            width: shape.width, height: shape.height, weight: settings.smoothness,
            rowSums: arena.slice(sums))
        ]
        unmoved = UnmovedRows(ring, of: image, memory: arena)
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
    for term in terms { term.measure(moving, strip: strip, pool: pool) }
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
    changeAll(pool)
    isShortening = false
    return true
  }

  /// Begins a step with the cost of the image as it is.
  func begin(loss: Double) {
    unmoved?.restart(strip.own)
    if !isFrozen { optimizer.beginStep(loss: loss) }
  }

  /// Copies the rows that the image's own terms still read, before those of `rows` move, and brings these into memory.
  func prepare(_ rows: Range<Int>) {
    unmoved?.prepare(rows)
    guard !isFrozen else { return }
    moving.read(rows)
    optimizer.state.read(rows)
  }

  /// Keeps what has come of rows whose gradient was received.
  func complete(_ rows: Range<Int>) {
    guard !isFrozen else { return }
    if !optimizer.movesAfterStep { moving.write(rows) }
    optimizer.state.write(rows, parts: optimizer.receivedParts)
    if strip.isAlone { optimizer.collect(rows) }
  }

  /// Takes a row of the network's gradient; called on any worker.
  func receive(_ row: MutableRow<Real>, row y: Int) {
    if let unmoved {
      for term in terms { term.addGradient(row: y, rows: unmoved, into: row) }
    }
    regions?.clearKept(row, row: y)
    gradient?[y * rowLength..<(y + 1) * rowLength].copy(row.elements)
    if !isFrozen { optimizer.receive(row.elements, values: moving.row(y), row: y) }
  }

  /// Ends a step: an optimizer that waits for the whole gradient moves the rows now.
  func end(pool: WorkerPool) {
    guard !isFrozen else { return }
    if !strip.isAlone { collect() }
    optimizer.endStep()
    if optimizer.movesAfterStep { changeAll(pool) }
  }

  /// Adds up what `endStep` needs of the rows of all processes, in the order of rows.
  private func collect() {
    optimizer.withSums { strip.takeSums($0.bytes) }
    optimizer.collect(strip.own)
    optimizer.withSums {
      strip.handSums($0.bytes)
      strip.combine($0.bytes, .inOrder)
    }
  }

  /// Changes all rows, as many at once as are in memory.
  private func changeAll(_ pool: WorkerPool) {
    var rows = moving.batch(from: strip.own.lowerBound).clamped(to: strip.own)
    while !rows.isEmpty {
      moving.read(rows)
      optimizer.state.read(rows)
      first = rows.lowerBound
      pool.run(self, items: rows.count)
      moving.write(rows)
      optimizer.state.write(rows, parts: optimizer.movedParts)
      rows = moving.batch(from: rows.upperBound).clamped(to: strip.own)
    }
  }

  override func run(item: Int, worker: Int) {
    let y = first + item
    if isShortening {
      optimizer.shorten(moving.row(y), row: y)
    } else {
      optimizer.move(moving.row(y), row: y)
    }
  }
}
