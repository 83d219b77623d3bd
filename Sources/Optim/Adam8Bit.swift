package import Rows

/// Adam whose moments take a byte each.
///
/// A block of 256 numbers of a row shares an exponent, and each moment is a small floating-point
/// number below it (`Minifloat`): block-wise dynamic quantization as in Dettmers et al., "8-bit
/// optimizers via block-wise quantization", arXiv 2110.02861. Unlike there, rounding is stochastic,
/// because the second moment moves by less than a code's width in most steps and would stand still;
/// the random bits are a function of the place and the step alone, so the result has the same bits
/// on every machine.
package final class Adam8Bit: Optimizer {
  /// Numbers that share an exponent.
  static let block = 256

  private var step: AdamStep
  private var steps: UInt32 = 0

  /// State of zeros: 2 bytes for each number, and 2 for each block.
  ///
  /// - Throws: `MemoryError.refused`.
  package init(
    rowLength: Int, rows: Int, settings: AdamSettings = AdamSettings(),
    bounds: [ClosedRange<Float>] = []
  ) throws(MemoryError) {
    step = AdamStep(settings)
    try super.init(
      rowLength: rowLength, rows: rows, bounds: bounds,
      stateBytes: Self.stateBytes(rowLength: rowLength, rows: rows))
  }

  /// Bytes of the state.
  package static func stateBytes(rowLength: Int, rows: Int) -> Int {
    rows * rowBytes(rowLength)
  }

  /// Shows the powers of the decays and the number of steps.
  package override func visitScalars(_ visit: (inout UInt64) -> Void) -> Bool {
    var count = UInt64(steps)
    visit(&count)
    steps = UInt32(truncatingIfNeeded: count)
    return step.visitScalars(visit) && count == UInt64(steps)
  }

  private static func rowBytes(_ rowLength: Int) -> Int {
    2 * rowLength + 2 * ((rowLength + block - 1) / block)
  }

  /// Sets the corrections of the moments' bias.
  package override func beginStep(loss: Double) {
    step.advance()
    steps &+= 1
  }

  /// Updates a row.
  package override func receive(
    _ gradient: MemorySlice<Float>, values: MemorySlice<Float>, row: Int
  ) {
    check(gradient, row: row)
    check(values, row: row)
    withTemporarySlice(of: Float.self, count: 2 * Self.block) { moments in
      var place = row * Self.rowBytes(rowLength)
      for first in stride(from: 0, to: rowLength, by: Self.block) {
        let range = first..<min(first + Self.block, rowLength)
        let bytes = 2 * range.count + 2
        update(
          values[range], gradient[range], first, codes: state[place..<place + bytes],
          m: moments[0..<range.count], v: moments[Self.block..<Self.block + range.count],
          random: RandomBits(step: steps, index: row * rowLength + first))
        place += bytes
      }
    }
  }

  /// Updates the block from `place` on: its exponents in `codes[0]` and `codes[1]`, then both moments' codes.
  private func update(
    _ x: MemorySlice<Float>, _ g: MemorySlice<Float>, _ place: Int, codes: MemorySlice<UInt8>,
    m: MemorySlice<Float>, v: MemorySlice<Float>, random: RandomBits
  ) {
    let count = x.count
    let first = codes[2..<2 + count]
    let second = codes[2 + count..<2 + 2 * count]
    let step = step
    var mCode = Minifloat(exponent: codes[0], exponentBits: 3)
    var vCode = Minifloat(exponent: codes[1], exponentBits: 4)
    var (mLargest, vLargest): (Float, Float) = (0, 0)
    for i in 0..<count {
      let sign = UInt32(first[i] & 0x80) << 24
      let moment = Float(bitPattern: mCode.decode(first[i] & 0x7f).bitPattern | sign)
      (m[i], v[i]) = step.moments(moment, vCode.decode(second[i]), gradient: g[i])
      mLargest = max(mLargest, abs(m[i]))
      vLargest = max(vLargest, v[i])
    }
    for i in 0..<count { x[i] = bounds.limit(x[i] - step.change(m[i], v[i]), place + i) }
    mCode = Minifloat(largest: mLargest, exponentBits: 3)
    vCode = Minifloat(largest: vLargest, exponentBits: 4)
    (codes[0], codes[1]) = (mCode.exponent, vCode.exponent)
    for i in 0..<count {
      let sign = UInt8(truncatingIfNeeded: m[i].bitPattern >> 24) & 0x80
      first[i] = mCode.encode(abs(m[i]), random: random.first(i)) | sign
      // Never down to 0, which would make a step without bounds.
      second[i] = max(vCode.encode(v[i], random: random.second(i)), v[i] > 0 ? 1 : 0)
    }
  }
}
