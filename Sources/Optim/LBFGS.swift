package import Rows

/// L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.4) over rows of numbers.
///
/// What is remembered is rounded to whole numbers, of which blocks of a row share a scale
/// (`BlockCode`): of each of the last steps the change s of the values and the change y of the
/// gradient, and the gradient itself in 16 bits. The values change by the rounded s, and all products
/// are those of rounded vectors, so that the recursion is that of its own history. It works on
/// coefficients of the remembered vectors (Chen et al., "Large-scale L-BFGS using MapReduce", NIPS
/// 2014): a step reads the history once for the new products, as rows of the gradient arrive, and
/// once for the direction. Products are exact within a block and added in the order of blocks and
/// rows, so the result has the same bits on every machine.
///
/// Values at a bound that the gradient pushes outwards are held: their gradient and its change are
/// remembered as 0 (a projected quasi-Newton method; Bertsekas, "Projected Newton methods", 1982).
package final class LBFGS: Optimizer {
  private let layout: LBFGSLayout
  private var recursion: LBFGSRecursion
  /// Slot of the last change of the values; its change of the gradient is not known yet.
  private var pending: Int?
  /// Factors of the vectors in the change that is made now.
  private var factors: [Double]
  private var target = 0
  /// Of the products of the rows that were collected.
  private var sums: [Double]

  /// An optimizer with its state.
  package init(
    rowLength: Int, settings: LBFGSSettings = LBFGSSettings(), bounds: [ClosedRange<Float>] = [],
    state: StateRows<UInt8>
  ) {
    precondition(settings.history > 0)
    layout = LBFGSLayout(rowLength: rowLength, settings)
    recursion = LBFGSRecursion(settings, count: rowLength * state.rows)
    factors = [Double](repeating: 0, count: 2 * settings.history + 1)
    sums = [Double](repeating: 0, count: layout.productCount)
    super.init(rowLength: rowLength, bounds: bounds, state: state, tolerance: 4)
  }

  /// Bytes of a row's state.
  static func rowBytes(_ rowLength: Int, settings: LBFGSSettings) -> Int {
    LBFGSLayout(rowLength: rowLength, settings).bytes
  }

  /// Bytes of the sums of `withSums`.
  static func sumBytes(settings: LBFGSSettings) -> Int {
    LBFGSLayout(rowLength: 1, settings).productCount * MemoryLayout<Double>.stride
  }

  /// Bytes of it that a step changes, but for the first.
  static func changedBytes(_ rowLength: Int, settings: LBFGSSettings) -> Int {
    let layout = LBFGSLayout(rowLength: rowLength, settings)
    let parts = (layout.receivedParts(0), layout.movedParts(0))
    return (0..<2).reduce(0) { $0 + parts.0[$1].count + parts.1[$1].count }
  }

  /// Forgets all pairs after a change that has doubled the loss, or had to be taken back as a whole.
  package override func beginStep(loss: Double) {
    if control.isUndone || control.isDoubled(loss) { recursion.forget() }
    super.beginStep(loss: loss)
    for vector in sums.indices { sums[vector] = 0 }
  }

  /// Drops the last change, which has not led to the new values; the pairs are as true as before.
  package override func valuesWereReplaced() {
    super.valuesWereReplaced()
    pending = nil
  }

  /// Shortens the remembered change and that of the values alike.
  package override func shorten(_ values: MemorySlice<Float>, row: Int) {
    check(values, row: row)
    switch layout.historyBits {
    case .eight: shorten(values, LBFGSRow<Int8>(state.row(row), layout))
    case .sixteen: shorten(values, LBFGSRow<Int16>(state.row(row), layout))
    }
  }

  private func shorten<Code: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ values: MemorySlice<Float>, _ stored: LBFGSRow<Code>
  ) {
    guard let pending else { return }
    let codes = stored.codes(pending)
    for block in 0..<layout.blocks {
      let scale = stored.scales(pending)[block]
      // Exact, since what is left of a change is a power of 2 of it.
      let left = scale * Float(control.remainder)
      stored.scales(pending)[block] = left
      for i in layout.range(block) {
        values[i] -= (scale - left) * Float(Int32(truncatingIfNeeded: codes[i]))
      }
    }
  }

  /// Stores the gradient's row and its change, and multiplies them by all that is remembered.
  package override func receive(
    _ gradient: MemorySlice<Float>, values: MemorySlice<Float>, row: Int
  ) {
    check(gradient, row: row)
    check(values, row: row)
    switch layout.historyBits {
    case .eight: store(gradient, values, LBFGSRow<Int8>(state.row(row), layout))
    case .sixteen: store(gradient, values, LBFGSRow<Int16>(state.row(row), layout))
    }
  }

  private func store<Code: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ gradient: MemorySlice<Float>, _ values: MemorySlice<Float>, _ stored: LBFGSRow<Code>
  ) {
    stored.products.fill(0)
    withTemporarySlice(of: Float.self, count: 2 * LBFGSLayout.block) { numbers in
      for block in 0..<layout.blocks {
        let range = layout.range(block)
        let change = numbers[0..<range.count]
        let free = numbers[LBFGSLayout.block..<LBFGSLayout.block + range.count]
        let g = stored.gradient[range]
        for i in 0..<range.count {
          let place = range.lowerBound + i
          free[i] = bounds.project(gradient[place], at: values[place], place)
        }
        if let pending {
          let scale = stored.gradientScales[block]
          for i in 0..<range.count {
            change[i] = free[i] == 0 ? 0 : free[i] - Float(g[i]) * scale
          }
          let y = layout.history + pending
          stored.scales(y)[block] = BlockCode<Code>.encode(
            change, into: stored.codes(y)[range])
        }
        let scale = BlockCode<Int16>.encode(free, into: g)
        stored.gradientScales[block] = scale
        multiply(stored, block, range)
      }
    }
  }

  /// Adds a block's products of the pending pair and the gradient with all vectors.
  private func multiply<Code: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ stored: LBFGSRow<Code>, _ block: Int, _ range: Range<Int>
  ) {
    let products = stored.products
    let g = stored.gradient[range]
    let gScale = Double(stored.gradientScales[block])
    let vectors = 2 * layout.history
    for vector in 0..<vectors where recursion.isUsed(vector % layout.history, pending: pending) {
      let codes = stored.codes(vector)[range]
      let scale = Double(stored.scales(vector)[block])
      products[vector] += scale * gScale * BlockCode<Code>.dot(codes, g)
      guard let pending else { continue }
      let (s, y) = (pending, layout.history + pending)
      products[vectors + 1 + vector] +=
        scale * Double(stored.scales(s)[block])
        * BlockCode<Code>.dot(codes, stored.codes(s)[range])
      products[2 * vectors + 1 + vector] +=
        scale * Double(stored.scales(y)[block])
        * BlockCode<Code>.dot(codes, stored.codes(y)[range])
    }
    products[vectors] += gScale * gScale * BlockCode<Int16>.dot(g, g)
  }

  /// Not the codes of the changes that are remembered.
  package override var receivedParts: [2 of Range<Int>] {
    layout.receivedParts(pending.map { layout.history + $0 })
  }

  /// Likewise.
  package override var movedParts: [2 of Range<Int>] { layout.movedParts(target) }

  /// Adds up the rows' products.
  package override func collect(_ rows: Range<Int>) {
    for row in rows {
      let products = LBFGSRow<Int8>(state.row(row), layout).products
      for vector in sums.indices { sums[vector] += products[vector] }
    }
  }

  /// The sums of the rows' products.
  package override func withSums(_ body: (MemorySlice<Double>) -> Void) {
    unsafe sums.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe body(MemorySlice(base: base, count: buffer.count))
    }
  }

  /// Finds the direction.
  package override func endStep() {
    let vectors = 2 * layout.history
    for vector in 0..<layout.productCount {
      let sum = sums[vector]
      if vector <= vectors {
        recursion.set(sum, vectors, vector)
      } else if let pending {
        let index = vector - vectors - 1
        let own = index < vectors ? pending : layout.history + pending
        recursion.set(sum, own, index % vectors)
      }
    }
    recursion.accept(pending)
    recursion.solve(&factors, reach: control.reach)
    target = recursion.freeSlot()
    pending = target
  }

  /// Shows the slot of the last change, and the recursion.
  package override func visitScalars(_ visit: (inout UInt64) -> Void) -> Bool {
    var slot = UInt64(pending.map { $0 + 1 } ?? 0)
    visit(&slot)
    guard slot <= UInt64(layout.history) else { return false }
    pending = slot == 0 ? nil : Int(slot) - 1
    let isPossible = super.visitScalars(visit)
    return recursion.visitScalars(pending: pending, visit) && isPossible
  }

  /// Values change when all of the gradient is known.
  package override var movesAfterStep: Bool { true }

  /// Changes a row by the direction, and stores the change.
  package override func move(_ values: MemorySlice<Float>, row: Int) {
    check(values, row: row)
    switch layout.historyBits {
    case .eight: move(values, LBFGSRow<Int8>(state.row(row), layout))
    case .sixteen: move(values, LBFGSRow<Int16>(state.row(row), layout))
    }
  }

  private func move<Code: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ values: MemorySlice<Float>, _ stored: LBFGSRow<Code>
  ) {
    withTemporarySlice(of: Float.self, count: LBFGSLayout.block) { numbers in
      for block in 0..<layout.blocks {
        let range = layout.range(block)
        let (count, first) = (range.count, range.lowerBound)
        let change = numbers[0..<count]
        let g = stored.gradient[range]
        let factor = Float(factors[2 * layout.history] * Double(stored.gradientScales[block]))
        for i in 0..<count { change[i] = factor * Float(g[i]) }
        for vector in 0..<2 * layout.history where factors[vector] != 0 {
          let factor = Float(factors[vector] * Double(stored.scales(vector)[block]))
          let codes = stored.codes(vector)[range]
          for i in 0..<count {
            change[i] += factor * Float(Int32(truncatingIfNeeded: codes[i]))
          }
        }
        for i in 0..<count {
          let value = values[first + i]
          change[i] = bounds.limit(value + change[i], first + i) - value
        }
        let codes = stored.codes(target)[range]
        let scale = BlockCode<Code>.encode(change, into: codes)
        stored.scales(target)[block] = scale
        for i in 0..<count {
          values[first + i] += scale * Float(Int32(truncatingIfNeeded: codes[i]))
        }
      }
    }
  }
}
