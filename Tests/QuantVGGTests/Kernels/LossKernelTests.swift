import CQuantKernels
import QuantVGG
import TestSupport
import Testing

/// The kernels of the losses: Gram matrix, style gradient, content.
@Suite struct LossKernelTests {
  @Test func gram() {
    var random = TestRandom("gram")
    for width in [1, 2, 3, 4, 5, 13, 64] {
      for channels in [32, 64, 96] {
        let row = random.bytes(width * channels)
        let groups = (width + 3) / 4
        Kernels.compare("interleave W \(width) C \(channels)") { table, buffers -> [UInt8] in
          let input = buffers.make(row)
          let out = buffers.empty(UInt8.self, count: groups * channels * 4)
          var call = qv_u8_interleave(
            row: input.base, out: out.base, width: Int32(width), channels: Int32(channels))
          table.u8_interleave(&call)
          return out.values
        }
        let positions = random.bytes(groups * channels * 4)
        Kernels.compare("gram W \(width) C \(channels)") { table, buffers -> [Int64] in
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
    for set in Kernels.sets {
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
    for width in Kernels.widths {
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
        Kernels.compare("W \(width) K \(channels)") { table, buffers -> [UInt32] in
          let input = buffers.make(row)
          let (h, l) = (buffers.make(high, aligned: true), buffers.make(low, aligned: true))
          let hs = buffers.make(Kernels.panelSums(high, blocks: 1))
          let ls = buffers.make(Kernels.panelSums(low, blocks: 1))
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

  @Test func float32Gram() {
    var random = TestRandom("float32Gram")
    for width in [1, 2, 7, 32] {
      let row = random.floats(width * 64, scale: 50)
      Kernels.compare("W \(width)") { table, buffers -> [UInt64] in
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

  @Test func contentRows() {
    var random = TestRandom("contentRows")
    for width in [1, 2, 3, 5, 17, 64, 613] {
      for channels in [16, 32, 48, 64, 80, 512] {
        let (row, target) = (random.bytes(width * channels), random.bytes(width * channels))
        let before = random.floats(width * channels)
        let factor = random.floats(channels)
        Kernels.compare("W \(width) C \(channels)") { table, buffers -> [Int64] in
          let (r, t, f) = (buffers.make(row), buffers.make(target), buffers.make(factor))
          let (out, sums) = (
            buffers.make(before), buffers.make([Int64](repeating: 1 << 40, count: channels))
          )
          var measure = qv_u8_squared_difference(
            row: r.base, target: t.base, sums: sums.base, width: Int32(width),
            channels: Int32(channels))
          table.u8_squared_difference(&measure)
          var call = qv_u8_content_gradient(
            row: r.base, target: t.base, factor: f.base, out: out.base, width: Int32(width),
            channels: Int32(channels))
          table.u8_content_gradient(&call)
          return sums.values + out.values.map { Int64($0.bitPattern) }
        }
      }
    }
  }

  /// More columns than 32 bits hold the largest squared differences of: 255^2 * 66052 > 2^32.
  @Test func squaredDifferencesOfLongRows() {
    let width = 70_000
    let row = (0..<width * 16).map { $0 % 2 == 0 ? 255 : 0 as UInt8 }
    let target = row.map { 255 - $0 }
    for set in Kernels.sets {
      var sums = [Int64](repeating: 3, count: 16)
      row.withUnsafeBufferPointer { row in
        target.withUnsafeBufferPointer { target in
          sums.withUnsafeMutableBufferPointer { sums in
            guard let row = row.baseAddress, let target = target.baseAddress,
              let sums = sums.baseAddress
            else { return }
            var call = qv_u8_squared_difference(
              row: row, target: target, sums: sums, width: Int32(width), channels: 16)
            KernelTable(set).entries.u8_squared_difference(&call)
          }
        }
      }
      #expect(sums == [Int64](repeating: 70_000 * 255 * 255 + 3, count: 16), "\(set)")
    }
  }
}
