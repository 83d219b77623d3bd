import CQuantKernels
import QuantVGG
import Rows
import TestSupport
import Testing

/// The roundings of whole rows against laws that they must obey, in every instruction set.
@Suite struct RowRoundingTests {
  /// A Float32 product or quotient, rounded once: 53 bits are enough for the second rounding to be
  /// the only one that matters.
  private static func product(_ a: Float, _ b: Float) -> Float { Float(Double(a) * Double(b)) }
  private static func quotient(_ a: Double, _ b: Float) -> Float { Float(a / Double(b)) }
  private static func nearest(_ value: Float) -> Int { Int(value.rounded(.toNearestOrEven)) }

  /// Rows whose largest magnitude makes the factor a power of two, with halves in every place; then
  /// rows of any numbers.
  private static func rows(_ name: String, largest: Int, count: Int) -> [[Float]] {
    var random = TestRandom(name)
    var rows: [[Float]] = []
    let halves = (-largest..<largest).map { Float($0) + 0.5 }
    for first in stride(from: 0, to: halves.count, by: count - 1) {
      for exponent in [0, -9, 20] {
        var row = [first % 2 == 0 ? Float(largest) : -Float(largest)]
        row += halves[first..<min(first + count - 1, halves.count)]
        row += [Float](repeating: -0.0, count: count - row.count)
        rows.append(row.map { $0 * Float(sign: .plus, exponent: exponent, significand: 1) })
      }
    }
    for _ in 0..<100 { rows.append(random.floats(count, scale: 3e-5)) }
    let smallest = Float(sign: .plus, exponent: -100, significand: 1)
    rows.append([smallest] + [Float](repeating: smallest / 3, count: count - 1))
    rows.append([Float](repeating: smallest.nextDown, count: count))
    return rows
  }

  /// The codes and the scale of one pixel's gradient.
  private static func quantized(
    _ gradient: [Float], _ mask: [UInt32], _ weightScales: [Float], _ set: InstructionSet
  ) -> (codes: [UInt8], scale: Float) {
    let buffers = GuardedBuffers(atHead: false)
    let out = buffers.empty(UInt8.self, count: gradient.count)
    let scale = buffers.empty(Float.self, count: 1)
    return withExtendedLifetime(buffers) {
      var call = qv_u8_quantize_gradient(
        gradient: buffers.make(gradient).base, mask: buffers.make(mask).base,
        weight_scale: buffers.make(weightScales).base, out: out.base, scales: scale.base, width: 1,
        channels: Int32(gradient.count))
      KernelTable(set).entries.u8_quantize_gradient(&call)
      return (out.values, scale.values[0])
    }
  }

  @Test(arguments: Kernels.sets)
  func gradients(set: InstructionSet) {
    let channels = 64
    var random = TestRandom("gradients")
    for (index, row) in Self.rows("gradients", largest: 127, count: channels).enumerated() {
      // A mask that lets the largest pass, and scales that move the binary point.
      let mask: [UInt32] = index % 3 == 0 ? [.max, .max] : [UInt32(random.next() >> 32) | 1, 77]
      let scales = (0..<channels).map { Float(sign: .plus, exponent: $0 % 5, significand: 1) }
      let gradient = zip(row, scales).map { $0 / $1 }
      let (codes, scale) = Self.quantized(gradient, mask, scales, set)
      let passed = row.indices.map { mask[$0 / 32] >> UInt32($0 % 32) & 1 == 1 ? row[$0] : 0 }
      let largest = passed.reduce(0) { max($0, abs($1)) }
      let isZero = Double(largest) * 0x1p100 < 1
      let inverse = isZero ? 0 : Self.quotient(127, largest)
      let expected = passed.map { UInt8(128 + Self.nearest(Self.product($0, inverse))) }
      #expect(codes == expected, "row \(index)")
      #expect(
        scale == (isZero ? 0 : Float(Double(largest) / 127)), "row \(index)")
    }
  }

  /// One value that is not finite, wherever it stands: no codes, and a scale that spoils all it meets.
  @Test(arguments: Kernels.sets)
  func gradientsThatAreNotFinite(set: InstructionSet) {
    let channels = 64
    let ones = [Float](repeating: 1, count: channels)
    for wrong in [.infinity, -.infinity, .nan, -.nan, .greatestFiniteMagnitude] as [Float] {
      for place in 0..<channels {
        // A finite gradient whose product with the scale is infinite, too.
        var scales = ones
        scales[place] = 2
        var gradient = ones
        gradient[place] = wrong
        for isOpen in [true, false] {
          var mask: [UInt32] = [.max, .max]
          if !isOpen { mask[place / 32] ^= 1 << UInt32(place % 32) }
          let (codes, scale) = Self.quantized(gradient, mask, scales, set)
          var expected = [UInt8](repeating: isOpen ? 128 : 255, count: channels)
          expected[place] = 128
          #expect(codes == expected, "\(wrong) at \(place)")
          #expect(scale == (isOpen ? .infinity : 1 / 127), "\(wrong) at \(place)")
        }
      }
    }
  }

  @Test func styleRowsThatAreNotFinite() {
    let channels = 64
    let memory = Block([UInt8](repeating: 0, count: PackedStyleMatrix.bytes(channels: channels)))
    let packed = PackedStyleMatrix(memory.elements, channels: channels)
    for wrong in [.infinity, -.infinity, .nan] as [Float] {
      for place in [0, 31, 63] {
        var row = [Float](repeating: 1, count: channels)
        Block(row).withElements { packed.pack($0, row: 5) }
        #expect(packed.scale[5] == 1 / 16256 && packed.highSums[5] == 127 * 64)
        row[place] = wrong
        Block(row).withElements { packed.pack($0, row: 5) }
        #expect(packed.scale[5] == .infinity)
        #expect(packed.highSums[5] == 0 && packed.lowSums[5] == 0)
        for k in 0..<channels {
          #expect(packed.high[k / 4 * 128 + 20 + k % 4] == 0)
          #expect(packed.low[k / 4 * 128 + 20 + k % 4] == 0)
        }
      }
    }
    withExtendedLifetime(memory) {}
  }

  /// 15 bits per element: the two parts of every element, their sums and the scale of a row.
  @Test(arguments: [0, 33])
  func styleMatrix(n: Int) {
    let channels = 64
    let memory = Block([UInt8](repeating: 0, count: PackedStyleMatrix.bytes(channels: channels)))
    let packed = PackedStyleMatrix(memory.elements, channels: channels)
    for (index, row) in Self.rows("styleMatrix", largest: 16256, count: channels).enumerated() {
      Block(row).withElements { packed.pack($0, row: n) }
      let largest = row.reduce(0) { max($0, abs($1)) }
      let isZero = Double(largest) * 0x1p100 < 1
      let inverse = isZero ? 0 : Self.quotient(16256, largest)
      var sums = (high: 0, low: 0)
      var wrong = 0
      for k in 0..<channels {
        let place = (n / 32 * (channels / 4) + k / 4) * 128 + n % 32 * 4 + k % 4
        let (high, low) = (Int(packed.high[place]), Int(packed.low[place]))
        sums = (sums.high + high, sums.low + low)
        let value = Self.nearest(Self.product(row[k], inverse))
        if 128 * high + low != value || !(-64...63).contains(low) || abs(high) > 127 { wrong += 1 }
      }
      #expect(wrong == 0, "row \(index)")
      #expect(Int(packed.highSums[n]) == sums.high)
      #expect(Int(packed.lowSums[n]) == sums.low)
      #expect(packed.scale[n] == (isZero ? 0 : Float(Double(largest) / 16256)))
    }
    withExtendedLifetime(memory) {}
  }

  /// The averages of a channel have the sum of its pixels, in quarters and half a step more.
  @Test(arguments: Kernels.sets)
  func averages(set: InstructionSet) {
    var random = TestRandom("averages")
    let (channels, width) = (64, 37)
    let table = KernelTable(set).entries
    let rows = (0..<2).map { _ in random.bytes(2 * width * channels) }
    let buffers = GuardedBuffers(atHead: false)
    let out = buffers.empty(UInt8.self, count: width * channels)
    withExtendedLifetime(buffers) {
      var call = qv_u8_pool(
        top: buffers.make(rows[0]).base, bottom: buffers.make(rows[1]).base, out: out.base,
        width: Int32(width), channels: Int32(channels))
      table.u8_pool_average(&call)
    }
    for c in 0..<channels {
      var (pixels, averages) = (2, 0)
      for x in 0..<width {
        for row in rows {
          pixels += Int(row[2 * x * channels + c]) + Int(row[(2 * x + 1) * channels + c])
        }
        averages += Int(out.values[x * channels + c])
        #expect(averages == pixels / 4, "x \(x), channel \(c)")
      }
    }
  }

  @Test(arguments: Kernels.sets)
  func imageRows(set: InstructionSet) {
    let row = (-65541...65541).map { Float($0) / 128 } + [1e30]
    let width = row.count / 3
    let table = KernelTable(set).entries
    let buffers = GuardedBuffers(atHead: false)
    let out = buffers.empty(Int16.self, count: 4 * width)
    withExtendedLifetime(buffers) {
      var call = qv_f32_quantize_image(
        row: buffers.make(row).base, out: out.base, width: Int32(width))
      table.f32_quantize_image(&call)
    }
    let values = out.values
    for i in 0..<3 * width {
      let expected = (ExactNumber(row[i]) * ExactNumber(64)).integer(in: -32768...32767)
      let got = Int(values[i / 3 * 4 + i % 3])
      guard got == expected else {
        Issue.record("\(row[i]) is \(got), not \(expected)")
        return
      }
    }
  }
}
