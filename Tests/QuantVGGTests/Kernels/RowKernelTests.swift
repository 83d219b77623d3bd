import CQuantKernels
import QuantVGG
import TestSupport
import Testing

/// The row-by-row kernels: pooling and its adjoints, stored gradients, the image; and the float dot products.
@Suite struct RowKernelTests {
  @Test func rowsOfPooling() {
    var random = TestRandom("rowsOfPooling")
    for width in [1, 2, 3, 8] {
      for channels in [16, 48, 64] {
        let (top, bottom) = (
          random.bytes(2 * width * channels), random.bytes(2 * width * channels)
        )
        Kernels.compare("pool W \(width) C \(channels)") { table, buffers -> [UInt8] in
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
        Kernels.compare("unpool W \(width) C \(channels)") { table, buffers -> [UInt32] in
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
        for magnitude in [1, 1e-20, 1e-35, 0, 1e30, .infinity, -.infinity, .nan] as [Float] {
          var gradient = random.floats(
            width * channels, scale: magnitude.isFinite ? magnitude : 1)
          // Every second pixel has one value that is not finite, which the mask may hide.
          if !magnitude.isFinite {
            for x in stride(from: 0, to: width, by: 2) {
              let c = Int(random.next() % UInt64(channels))
              gradient[x * channels + c] = magnitude
            }
          }
          let mask = (0..<width * channels / 32).map { _ in
            UInt32(truncatingIfNeeded: random.next())
          }
          let scale = random.floats(channels).map { abs($0) + 0.01 }
          Kernels.compare("W \(width) C \(channels) \(magnitude)") { table, buffers -> [UInt32] in
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

  @Test func imageRows() {
    var random = TestRandom("imageRows")
    for width in Kernels.widths {
      let row = random.floats(width * 3, scale: 700)
      Kernels.compare("image \(width)") { table, buffers -> [Int16] in
        let input = buffers.make(row)
        let out = buffers.empty(Int16.self, count: width * 4)
        var call = qv_f32_quantize_image(row: input.base, out: out.base, width: Int32(width))
        table.f32_quantize_image(&call)
        return out.values
      }
    }
  }

  @Test func float32Dot() {
    var random = TestRandom("float32Dot")
    for width in Kernels.widths {
      for (length, pixelStride, rowCount) in [
        (12, 4, 3), (96, 32, 3), (33, 7, 3), (64, 64, 1), (1, 1, 1),
      ] {
        let rows = (0..<3).map { _ in random.floats((width - 1) * pixelStride + length) }
        let weights = random.floats(rowCount * length * 32)
        let start = random.floats(32)
        let before = random.floats((width - 1) * 33 + 32)
        for (relu, accumulate) in [(0, 0), (1, 0), (0, 1)] as [(Int32, Int32)] {
          Kernels.compare("W \(width) L \(length)") { table, buffers -> [UInt32] in
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
}
