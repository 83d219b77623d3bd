import CQuantKernels
import QuantVGG
import TestSupport
import Testing

/// The convolution kernels: forward, the first layer's, backward and its weights.
@Suite struct ConvolutionKernelTests {
  @Test func mirroredPanel() {
    var random = TestRandom("mirroredPanel")
    for (inputs, outputs) in [(32, 32), (64, 32), (64, 128), (96, 64)] {
      let weights = random.weights(outputs * inputs * 9)
      for panel in 0..<inputs / 32 {
        Kernels.compare("I \(inputs) O \(outputs) panel \(panel)") { table, buffers -> [Int8] in
          let out = buffers.empty(Int8.self, count: 9 * outputs * 32, aligned: true)
          var call = qv_s8_mirror_panel(
            forward: buffers.make(weights, aligned: true).base, out: out.base,
            inputs: Int32(inputs),
            outputs: Int32(outputs), panel: Int32(panel))
          table.s8_mirror_panel(&call)
          return out.values
        }
      }
    }
  }

  @Test func convolutionForward() {
    var random = TestRandom("convolutionForward")
    for width in Kernels.widths {
      for channels in Kernels.channels where width < 20 || channels == 64 {
        let rows = (0..<3).map { _ in random.bytes((width + 2) * channels) }
        let weights = random.weights(9 * channels * 32)
        let sums = Kernels.panelSums(weights, blocks: 1)
        let bias = random.floats(32, scale: 1e6).map { Int32($0) }
        let multiplier = random.floats(32, scale: 2e-5).map { abs($0) }
        for stride in [32, 41] {
          Kernels.compare("W \(width) K \(channels)") { table, buffers -> [UInt32] in
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

  @Test func imageConvolution() {
    var random = TestRandom("imageConvolution")
    for width in Kernels.widths {
      let rows = (0..<3).map { _ in
        random.floats((width + 2) * 4, scale: 32767).enumerated().map {
          $0 % 4 == 3 ? 0 : Int16($1)
        }
      }
      let weights = random.weights(3 * 12 * 32).map { Int16($0) }
      let bias = random.floats(32, scale: 1e6).map { Int32($0) }
      let multiplier = random.floats(32, scale: 1e-5).map { abs($0) }
      Kernels.compare("W \(width)") { table, buffers -> [UInt32] in
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

  @Test func imageGradient() {
    var random = TestRandom("imageGradient")
    let columns = Int(QV_IMAGE_COLUMNS)
    for width in Kernels.widths + [62, 63, 64, 125] {
      for channels in Kernels.channels where width < 20 || channels == 64 {
        let rows = (0..<3).map { _ in
          random.bytes((width + 2) * channels).map { max($0, 1) }
        }
        let scales = (0..<3).map { _ in random.floats(width + 2).map { $0 < -0.5 ? 0 : abs($0) } }
        let weights = random.weights(3 * channels * columns).enumerated().map {
          $0 / 4 % columns < 9 ? $1 : 0
        }
        var sums = [Int32](repeating: 0, count: 3 * columns)
        for (i, weight) in weights.enumerated() {
          sums[i / (channels * columns) * columns + i / 4 % columns] += Int32(weight)
        }
        Kernels.compare("W \(width) K \(channels)") { table, buffers -> [UInt32] in
          let inputs = rows.map { buffers.make($0) }
          let factors = scales.map { buffers.make($0) }
          let packed = buffers.make(weights, aligned: true)
          let s = buffers.make(sums)
          let out = buffers.empty(Float.self, count: 3 * width)
          var call = qv_u8_image_gradient(
            rows: (inputs[0].constant, inputs[1].constant, inputs[2].constant),
            scales: (factors[0].constant, factors[1].constant, factors[2].constant),
            weights: packed.base, weight_sums: s.base, out: out.base, width: Int32(width),
            channels: Int32(channels))
          table.u8_image_gradient(&call)
          return out.values.map { $0.bitPattern }
        }
      }
    }
  }
}
