import CQuantKernels
import QuantVGG
import TestSupport
import Testing

/// Every kernel of every instruction set of this machine against the scalar specification: equal bit
/// for bit, on shapes around the tiles' edges, without touching a byte beyond what the header names.
@Suite struct KernelTests {
  static let sets = InstructionSet.allCases.filter { $0.isAvailable && $0 != .scalar }
  static let widths = Array(1...17) + [27, 28, 29, 31, 43, 57]
  static let channels = [16, 32, 48, 64, 128]

  /// Runs a kernel of every set and of the scalar table on fresh guarded copies, and compares.
  private func compare<Out: BitwiseCopyable & Equatable>(
    _ what: String,
    _ run: (qv_kernels, GuardedBuffers) -> [Out]
  ) {
    func result(_ set: InstructionSet, _ atHead: Bool) -> [Out] {
      let buffers = GuardedBuffers(atHead: atHead)
      return withExtendedLifetime(buffers) { run(KernelTable(set).entries, buffers) }
    }
    let expected = result(.scalar, false)
    for set in Self.sets {
      for atHead in [false, true] {
        let got = result(set, atHead)
        #expect(expected.count == got.count)
        if let index = expected.indices.first(where: { expected[$0] != got[$0] }) {
          Issue.record(
            "\(what) \(set): element \(index) is \(got[index]), not \(expected[index])")
        }
      }
    }
  }

  @Test func mirroredPanel() {
    var random = TestRandom("mirroredPanel")
    for (inputs, outputs) in [(32, 32), (64, 32), (64, 128), (96, 64)] {
      let weights = random.weights(outputs * inputs * 9)
      for panel in 0..<inputs / 32 {
        compare("I \(inputs) O \(outputs) panel \(panel)") { table, buffers -> [Int8] in
          let out = buffers.empty(Int8.self, count: 9 * outputs * 32)
          var call = qv_s8_mirror_panel(
            forward: buffers.make(weights).base, out: out.base, inputs: Int32(inputs),
            outputs: Int32(outputs), panel: Int32(panel))
          table.s8_mirror_panel(&call)
          return out.values
        }
      }
    }
  }

  @Test func convolutionForward() {
    var random = TestRandom("convolutionForward")
    for width in Self.widths {
      for channels in Self.channels where width < 20 || channels == 64 {
        let rows = (0..<3).map { _ in random.bytes((width + 2) * channels) }
        let weights = random.weights(9 * channels * 32)
        let sums = panelSums(weights, blocks: 1)
        let bias = random.floats(32, scale: 1e6).map { Int32($0) }
        let multiplier = random.floats(32, scale: 2e-5).map { abs($0) }
        for stride in [32, 41] {
          compare("W \(width) K \(channels)") { table, buffers -> [UInt32] in
            let inputs = rows.map { buffers.make($0) }
            let packed = buffers.make(weights, aligned: true)
            let out = buffers.empty(UInt8.self, count: (width - 1) * stride + 32)
            let mask = buffers.empty(UInt32.self, count: width)
            let (s, b, m) = (buffers.make(sums), buffers.make(bias), buffers.make(multiplier))
            var call = qv_u8_conv_forward(
              rows: (inputs[0].constant, inputs[1].constant, inputs[2].constant),
              weights: packed.base,
              weight_sums: s.base, bias: b.base, multiplier: m.base, out: out.base,
              mask: mask.base, width: Int32(width), channels: Int32(channels),
              out_stride: Int32(stride), mask_stride: 1)
            table.u8_conv_forward(&call)
            return out.values.map { UInt32($0) } + mask.values
          }
        }
      }
    }
  }

  /// The Winograd convolution against the direct one of the scalar specification, row by row.
  @Test func winogradConvolution() {
    var random = TestRandom("winogradConvolution")
    let scalar = KernelTable(.scalar).entries
    for width in Self.widths {
      for channels in Self.channels + [512] where width < 14 || channels == 64 {
        let isExtreme = width == 4
        let rows = (0..<4).map { _ in
          isExtreme
            ? [UInt8](repeating: 255, count: (width + 2) * channels)
            : random.bytes((width + 2) * channels)
        }
        let weights =
          isExtreme
          ? [Int8](repeating: 127, count: 9 * channels * 32) : random.weights(9 * channels * 32)
        let bias = random.floats(32, scale: 1e9).map { Int32($0) }
        let multiplier = random.floats(32, scale: 2e-5).map { abs($0) }
        let count = (width - 1) * 41 + 32
        for set in Self.sets {
          let table = KernelTable(set).entries
          guard let convolve = table.u8_conv_winograd, let transform = table.s8_winograd else {
            continue
          }
          for atHead in [false, true] {
            let buffers = GuardedBuffers(atHead: atHead)
            let inputs = rows.map { buffers.make($0) }
            let packed = buffers.make(weights, aligned: true)
            let (b, m) = (buffers.make(bias), buffers.make(multiplier))
            let sums = buffers.make([Int32](repeating: 0, count: 32))
            let transformed = buffers.make(
              [Int16](repeating: 0, count: Int(qv_winograd_count(Int64(channels)))), aligned: true)
            let out = (0..<4).map { _ in buffers.empty(UInt8.self, count: count) }
            let mask = (0..<4).map { _ in buffers.empty(UInt32.self, count: width) }
            withExtendedLifetime(buffers) {
              var filters = qv_s8_winograd(
                weights: packed.base, out: transformed.base, channels: Int32(channels))
              transform(&filters)
              var call = qv_u8_conv_winograd(
                rows: (
                  inputs[0].constant, inputs[1].constant, inputs[2].constant, inputs[3].constant
                ),
                weights: transformed.base, bias: b.base, multiplier: m.base,
                out: (out[0].base, out[1].base), mask: (mask[0].base, mask[1].base),
                width: Int32(width), channels: Int32(channels), out_stride: 41, mask_stride: 1)
              convolve(&call)
              for row in 0..<2 {
                var direct = qv_u8_conv_forward(
                  rows: (
                    inputs[row].constant, inputs[row + 1].constant, inputs[row + 2].constant
                  ),
                  weights: packed.base, weight_sums: sums.base, bias: b.base, multiplier: m.base,
                  out: out[2 + row].base, mask: mask[2 + row].base, width: Int32(width),
                  channels: Int32(channels), out_stride: 41, mask_stride: 1)
                scalar.u8_conv_forward(&direct)
                #expect(
                  out[row].values == out[2 + row].values, "\(set) W \(width) K \(channels)")
                #expect(
                  mask[row].values == mask[2 + row].values, "\(set) W \(width) K \(channels)")
              }
            }
          }
        }
      }
    }
  }

  @Test func imageConvolution() {
    var random = TestRandom("imageConvolution")
    for width in Self.widths {
      let rows = (0..<3).map { _ in
        random.floats((width + 2) * 4, scale: 32767).map { Int16($0) }
      }
      let weights = random.weights(3 * 12 * 32).map { Int16($0) }
      let bias = random.floats(32, scale: 1e6).map { Int32($0) }
      let multiplier = random.floats(32, scale: 1e-5).map { abs($0) }
      compare("W \(width)") { table, buffers -> [UInt32] in
        let inputs = rows.map { buffers.make($0) }
        let packed = buffers.make(weights, aligned: true)
        let out = buffers.empty(UInt8.self, count: (width - 1) * 64 + 32)
        let mask = buffers.empty(UInt32.self, count: 2 * width - 1)
        let (b, m) = (buffers.make(bias), buffers.make(multiplier))
        var call = qv_s16_conv_forward(
          rows: (inputs[0].constant, inputs[1].constant, inputs[2].constant), weights: packed.base,
          bias: b.base, multiplier: m.base, out: out.base, mask: mask.base, width: Int32(width),
          out_stride: 64, mask_stride: 2)
        table.s16_conv_forward(&call)
        return out.values.map { UInt32($0) } + mask.values
      }
    }
  }

  @Test func convolutionBackward() {
    var random = TestRandom("convolutionBackward")
    for width in Self.widths {
      for channels in Self.channels where width < 20 || channels == 64 {
        let rows = (0..<3).map { _ in
          random.bytes((width + 2) * channels).map { max($0, 1) }
        }
        let scales = (0..<3).map { _ in random.floats(width + 2).map { $0 < -0.5 ? 0 : abs($0) } }
        let weights = random.weights(9 * channels * 32)
        let sums = panelSums(weights, blocks: 9)
        compare("W \(width) K \(channels)") { table, buffers -> [UInt32] in
          let inputs = rows.map { buffers.make($0) }
          let factors = scales.map { buffers.make($0) }
          let packed = buffers.make(weights, aligned: true)
          let s = buffers.make(sums)
          let out = buffers.empty(Float.self, count: (width - 1) * 37 + 32)
          var call = qv_u8_conv_backward(
            rows: (inputs[0].constant, inputs[1].constant, inputs[2].constant),
            scales: (factors[0].constant, factors[1].constant, factors[2].constant),
            weights: packed.base,
            weight_sums: s.base, out: out.base, width: Int32(width), channels: Int32(channels),
            out_stride: 37)
          table.u8_conv_backward(&call)
          return out.values.map { $0.bitPattern }
        }
      }
    }
  }

  @Test func gram() {
    var random = TestRandom("gram")
    for width in [1, 2, 3, 4, 5, 13, 64] {
      for channels in [32, 64, 96] {
        let row = random.bytes(width * channels)
        let groups = (width + 3) / 4
        compare("interleave W \(width) C \(channels)") { table, buffers -> [UInt8] in
          let input = buffers.make(row)
          let out = buffers.empty(UInt8.self, count: groups * channels * 4)
          var call = qv_u8_interleave(
            row: input.base, out: out.base, width: Int32(width), channels: Int32(channels))
          table.u8_interleave(&call)
          return out.values
        }
        let positions = random.bytes(groups * channels * 4)
        compare("gram W \(width) C \(channels)") { table, buffers -> [Int64] in
          let input = buffers.make(positions)
          let sums = buffers.make([Int64](repeating: 1 << 40, count: channels * channels))
          for panel in stride(from: 0, to: channels, by: 32) {
            for first in stride(from: 0, to: channels, by: 8) {
              var call = qv_u8_gram(
                positions: input.base, sums: sums.base + first * channels + panel,
                groups: Int32(groups), channels: Int32(channels), first: Int32(first),
                panel: Int32(panel))
              table.u8_gram(&call)
            }
          }
          return sums.values
        }
      }
    }
  }

  @Test func gramOfLargestValuesDoesNotOverflow() {
    // 8192 groups of 255 are the most that a call takes.
    let positions = [UInt8](repeating: 255, count: 8192 * 32 * 4)
    for set in Self.sets + [.scalar] {
      var sums = [Int64](repeating: 0, count: 32 * 32)
      positions.withUnsafeBufferPointer { input in
        sums.withUnsafeMutableBufferPointer { output in
          guard let base = input.baseAddress, let out = output.baseAddress else { return }
          var call = qv_u8_gram(
            positions: base, sums: out, groups: 8192, channels: 32, first: 0, panel: 0)
          KernelTable(set).entries.u8_gram(&call)
        }
      }
      #expect(sums[0] == 8192 * 4 * 255 * 255, "\(set)")
    }
  }

  @Test func styleGradient() {
    var random = TestRandom("styleGradient")
    for width in Self.widths {
      for channels in [32, 64, 128] + (width == 7 ? [512] : []) {
        // The largest sums of the contract, and random ones.
        let isExtreme = channels == 512
        let row =
          isExtreme
          ? [UInt8](repeating: 255, count: width * channels) : random.bytes(width * channels)
        let high =
          isExtreme
          ? [Int8](repeating: -127, count: channels * 32) : random.weights(channels * 32)
        let low = isExtreme ? high.map { $0 / 2 - 1 } : random.weights(channels * 32).map { $0 / 2 }
        let scale = random.floats(32)
        let before = random.floats((width - 1) * 40 + 32, scale: 100)
        compare("W \(width) K \(channels)") { table, buffers -> [UInt32] in
          let input = buffers.make(row)
          let (h, l) = (buffers.make(high, aligned: true), buffers.make(low, aligned: true))
          let hs = buffers.make(panelSums(high, blocks: 1))
          let ls = buffers.make(panelSums(low, blocks: 1))
          let s = buffers.make(scale)
          let out = buffers.make(before)
          var call = qv_u8_style_gradient(
            row: input.base, high: h.base, low: l.base, high_sums: hs.base, low_sums: ls.base,
            scale: s.base, out: out.base, width: Int32(width), channels: Int32(channels),
            out_stride: 40)
          table.u8_style_gradient(&call)
          return out.values.map { $0.bitPattern }
        }
      }
    }
  }

  @Test func float32Dot() {
    var random = TestRandom("float32Dot")
    for width in Self.widths {
      for (length, pixelStride, rowCount) in [
        (12, 4, 3), (96, 32, 3), (33, 7, 3), (64, 64, 1), (1, 1, 1),
      ] {
        let rows = (0..<3).map { _ in random.floats((width - 1) * pixelStride + length) }
        let weights = random.floats(rowCount * length * 32)
        let start = random.floats(32)
        let before = random.floats((width - 1) * 33 + 32)
        for (relu, accumulate) in [(0, 0), (1, 0), (0, 1)] as [(Int32, Int32)] {
          compare("W \(width) L \(length)") { table, buffers -> [UInt32] in
            let inputs = rows.map { buffers.make($0) }
            let (w, s, out) = (buffers.make(weights), buffers.make(start), buffers.make(before))
            var call = qv_f32_dot(
              rows: (inputs[0].constant, inputs[1].constant, inputs[2].constant), weights: w.base,
              start: s.base, out: out.base, row_count: Int32(rowCount), length: Int32(length),
              pixel_stride: Int32(pixelStride), width: Int32(width), out_stride: 33, relu: relu,
              accumulate: accumulate)
            table.f32_dot(&call)
            return out.values.map { $0.bitPattern }
          }
        }
      }
    }
  }

  @Test func float32Gram() {
    var random = TestRandom("float32Gram")
    for width in [1, 2, 7, 32] {
      let row = random.floats(width * 64, scale: 50)
      compare("W \(width)") { table, buffers -> [UInt64] in
        let input = buffers.make(row)
        let sums = buffers.empty(Double.self, count: 64 * 64)
        for first in stride(from: 0, to: 64, by: 8) {
          var call = qv_f32_gram(
            row: input.base, sums: sums.base + first * 64 + 32, width: Int32(width),
            channels: 64, first: Int32(first), panel: 32)
          table.f32_gram(&call)
        }
        return sums.values.map { $0.bitPattern }
      }
    }
  }

  @Test func rowsOfPooling() {
    var random = TestRandom("rowsOfPooling")
    for width in [1, 2, 3, 8] {
      for channels in [16, 48, 64] {
        let (top, bottom) = (
          random.bytes(2 * width * channels), random.bytes(2 * width * channels)
        )
        compare("pool W \(width) C \(channels)") { table, buffers -> [UInt8] in
          let (t, b) = (buffers.make(top), buffers.make(bottom))
          let out = buffers.empty(UInt8.self, count: width * channels)
          let out2 = buffers.empty(UInt8.self, count: width * channels)
          var call = qv_u8_pool(
            top: t.base, bottom: b.base, out: out.base, width: Int32(width),
            channels: Int32(channels))
          table.u8_pool_average(&call)
          call.out = out2.base
          table.u8_pool_max(&call)
          return out.values + out2.values
        }
        // Few different values, so that equal maxima are common; an odd width has a rest.
        let full = 2 * width + 1
        let upper = random.bytes(full * channels).map { $0 / 90 }
        let lower = random.bytes(full * channels).map { $0 / 90 }
        let gradient = random.floats(width * channels)
        compare("unpool W \(width) C \(channels)") { table, buffers -> [UInt32] in
          let (t, b, g) = (buffers.make(upper), buffers.make(lower), buffers.make(gradient))
          var result: [UInt32] = []
          for isBottom in [0, 1] as [Int32] {
            let out = buffers.empty(Float.self, count: full * channels)
            var call = qv_u8_unpool_max(
              top: t.base, bottom: b.base, gradient: g.base, out: out.base, width: Int32(full),
              channels: Int32(channels), is_bottom: isBottom)
            table.u8_unpool_max(&call)
            result += out.values.map { $0.bitPattern }
          }
          let out = buffers.empty(Float.self, count: full * channels)
          var call = qv_f32_unpool_average(
            gradient: g.base, out: out.base, width: Int32(full), channels: Int32(channels))
          table.f32_unpool_average(&call)
          return result + out.values.map { $0.bitPattern }
        }
      }
    }
  }

  @Test func quantizedGradient() {
    var random = TestRandom("quantizedGradient")
    for width in [1, 3, 8] {
      for channels in [32, 64, 160] {
        for magnitude in [1, 1e-20, 1e-35, 0, 1e30] as [Float] {
          let gradient = random.floats(width * channels, scale: magnitude)
          let mask = (0..<width * channels / 32).map { _ in
            UInt32(truncatingIfNeeded: random.next())
          }
          let scale = random.floats(channels).map { abs($0) + 0.01 }
          compare("W \(width) C \(channels) \(magnitude)") { table, buffers -> [UInt32] in
            let (g, m, s) = (buffers.make(gradient), buffers.make(mask), buffers.make(scale))
            let out = buffers.empty(UInt8.self, count: width * channels)
            let scales = buffers.empty(Float.self, count: width)
            var call = qv_u8_quantize_gradient(
              gradient: g.base, mask: m.base, weight_scale: s.base, out: out.base,
              scales: scales.base, width: Int32(width), channels: Int32(channels))
            table.u8_quantize_gradient(&call)
            return out.values.map { UInt32($0) } + scales.values.map { $0.bitPattern }
          }
        }
      }
    }
  }

  @Test func contentAndImageRows() {
    var random = TestRandom("contentAndImageRows")
    for count in [1, 15, 64, 1000, 40_000] {
      let (row, target) = (random.bytes(count), random.bytes(count))
      let before = random.floats(count)
      compare("content \(count)") { table, buffers -> [UInt64] in
        let (r, t, out) = (buffers.make(row), buffers.make(target), buffers.make(before))
        var sum = qv_u8_squared_difference(row: r.base, target: t.base, count: Int64(count))
        let total = table.u8_squared_difference(&sum)
        var call = qv_u8_content_gradient(
          row: r.base, target: t.base, out: out.base, factor: 0.37, count: Int64(count))
        table.u8_content_gradient(&call)
        return [UInt64(total)] + out.values.map { UInt64($0.bitPattern) }
      }
    }
    for width in Self.widths {
      let row = random.floats(width * 3, scale: 700)
      compare("image \(width)") { table, buffers -> [Int16] in
        let input = buffers.make(row)
        let out = buffers.empty(Int16.self, count: width * 4)
        var call = qv_f32_quantize_image(row: input.base, out: out.base, width: Int32(width))
        table.f32_quantize_image(&call)
        return out.values
      }
    }
  }

  /// The sum of each lane's weights in packed order `[blocks][k / 4][32][4]`.
  private func panelSums(_ weights: [Int8], blocks: Int) -> [Int32] {
    let size = weights.count / blocks
    var sums = [Int32](repeating: 0, count: blocks * 32)
    for (i, weight) in weights.enumerated() {
      sums[i / size * 32 + i % size / 4 % 32] += Int32(weight)
    }
    return sums
  }
}
