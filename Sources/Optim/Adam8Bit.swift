package import Rows

/// Adam whose moments take a byte each.
///
/// A block of 256 numbers of a row shares an exponent, and each moment is a small floating-point
/// number below it (`Minifloat`): block-wise dynamic quantization as in Dettmers et al., "8-bit
/// optimizers via block-wise quantization", arXiv 2110.02861. Unlike there, rounding is stochastic,
/// because the second moment moves by less than a code's width in most steps and would stand still;
/// the random bits are a function of the place and the step alone, so the result has the same bits
/// on every machine.
package final class Adam8Bit: AdamOptimizer {
  /// Numbers that share an exponent.
  static let block = 256

  private var steps: UInt32 = 0

  /// An optimizer with its state.
  package override init(
    rowLength: Int, settings: AdamSettings = AdamSettings(), bounds: [ClosedRange<Float>] = [],
    state: StateRows<UInt8>
  ) {
    super.init(rowLength: rowLength, settings: settings, bounds: bounds, state: state)
  }

  /// Shows the number of steps, and the numbers of both forms.
  package override func visitScalars(_ visit: (inout UInt64) -> Void) -> Bool {
    var count = UInt64(steps)
    visit(&count)
    steps = UInt32(truncatingIfNeeded: count)
    return super.visitScalars(visit) && count == UInt64(steps)
  }

  /// Bytes of a row's state: 2 for each number and 2 for each block, in whole words of 4.
  static func rowBytes(_ rowLength: Int) -> Int {
    (2 * rowLength + 2 * ((rowLength + block - 1) / block) + 3) & ~3
  }

  /// Counts the step, too.
  package override func beginStep(loss: Double) {
    super.beginStep(loss: loss)
    steps &+= 1
  }

  /// Updates a row.
  package override func receive(
    _ gradient: MemorySlice<Float>, values: MemorySlice<Float>, row: Int
  ) {
    check(gradient, row: row)
    check(values, row: row)
    withTemporarySlice(of: Float.self, count: 2 * Self.block) { moments in
      forEachBlock(of: row) { range, codes in
        update(
          values[range], gradient[range], range.lowerBound, codes: codes,
          m: moments[0..<range.count], v: moments[Self.block..<Self.block + range.count],
          random: RandomBits(step: steps, index: row * rowLength + range.lowerBound))
      }
    }
  }

  /// Takes a part of the change back, as it follows from the rounded moments.
  package override func shorten(_ values: MemorySlice<Float>, row: Int) {
    check(values, row: row)
    let step = step
    forEachBlock(of: row) { range, codes in
      let mCode = Minifloat(exponent: codes[0], exponentBits: 3)
      let vCode = Minifloat(exponent: codes[1], exponentBits: 4)
      for i in 0..<range.count {
        let m = Self.signed(mCode, codes[2 + i])
        let v = vCode.decode(codes[2 + range.count + i])
        let place = range.lowerBound + i
        takeBack(&values[place], change: step.change(m, v), place)
      }
    }
  }

  /// The places of a row's blocks, and their exponents and codes.
  private func forEachBlock(of row: Int, _ body: (Range<Int>, MemorySlice<UInt8>) -> Void) {
    let state = state.row(row)
    var place = 0
    for first in stride(from: 0, to: rowLength, by: Self.block) {
      let range = first..<min(first + Self.block, rowLength)
      let bytes = 2 * range.count + 2
      body(range, state[place..<place + bytes])
      place += bytes
    }
  }

  /// The number of a code whose highest bit is its sign.
  private static func signed(_ format: Minifloat, _ code: UInt8) -> Float {
    let sign = UInt32(code & 0x80) << 24
    return Float(bitPattern: format.decode(code & 0x7f).bitPattern | sign)
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
      let moment = Self.signed(mCode, first[i])
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
