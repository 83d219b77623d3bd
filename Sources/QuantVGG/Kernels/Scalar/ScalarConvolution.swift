internal import CQuantKernels

/// The scalar specification of the convolution kernels (see CQuantKernels.h for layouts and ranges).
enum ScalarConvolution {
  static let panel = Int(QV_PANEL)

  static func u8Forward(_ a: qv_u8_conv_forward) {
    Bounds.check(a, qv_check_u8_conv_forward)
    let rows: [3 of _] = [a.rows.0, a.rows.1, a.rows.2]
    let channels = Int(a.channels)
    for x in 0..<Int(a.width) {
      var mask: UInt32 = 0
      for n in 0..<panel {
        var sum = a.bias[n]
        for row in 0..<3 {
          // The three taps of a row are 3K neighbouring bytes.
          let pixels = rows[row] + x * channels
          let weights = a.weights + row * 3 * channels * panel
          for k in 0..<3 * channels {
            sum &+= Int32(pixels[k]) &* Int32(weights[(k / 4 * panel + n) * 4 + k % 4])
          }
        }
        a.out[x * Int(a.out_stride) + n] = FixedPoint.requantize(sum, multiplier: a.multiplier[n])
        if sum > 0 { mask |= 1 << UInt32(n) }
      }
      a.mask[x * Int(a.mask_stride)] = mask
    }
  }

  static func s16Forward(_ a: qv_s16_conv_forward) {
    Bounds.check(a, qv_check_s16_conv_forward)
    let rows: [3 of _] = [a.rows.0, a.rows.1, a.rows.2]
    for x in 0..<Int(a.width) {
      var mask: UInt32 = 0
      for n in 0..<panel {
        var sum = a.bias[n]
        for row in 0..<3 {
          let pixels = rows[row] + x * 4
          let weights = a.weights + row * 12 * panel
          for k in 0..<12 {
            sum &+= Int32(pixels[k]) &* Int32(weights[(k / 2 * panel + n) * 2 + k % 2])
          }
        }
        a.out[x * Int(a.out_stride) + n] = FixedPoint.requantize(sum, multiplier: a.multiplier[n])
        if sum > 0 { mask |= 1 << UInt32(n) }
      }
      a.mask[x * Int(a.mask_stride)] = mask
    }
  }

  static func u8Backward(_ a: qv_u8_conv_backward) {
    Bounds.check(a, qv_check_u8_conv_backward)
    let rows: [3 of _] = [a.rows.0, a.rows.1, a.rows.2]
    let scales: [3 of _] = [a.scales.0, a.scales.1, a.scales.2]
    let channels = Int(a.channels)
    for x in 0..<Int(a.width) {
      for n in 0..<panel {
        var sum: Float = 0
        for row in 0..<3 {
          for tap in 0..<3 {
            let pixel = rows[row] + (x + tap) * channels
            let weights = a.weights + (row * 3 + tap) * channels * panel
            var dot: Int32 = 0
            for k in 0..<channels {
              let gradient = Int32(pixel[k]) - 128
              dot &+= gradient &* Int32(weights[(k / 4 * panel + n) * 4 + k % 4])
            }
            sum = sum.addingProduct(scales[row][x + tap], Float(dot))
          }
        }
        a.out[x * Int(a.out_stride) + n] = sum
      }
    }
  }

  static func f32Dot(_ a: qv_f32_dot) {
    Bounds.check(a, qv_check_f32_dot)
    let rows: [3 of _] = [a.rows.0, a.rows.1, a.rows.2]
    let length = Int(a.length)
    for x in 0..<Int(a.width) {
      let out = a.out + x * Int(a.out_stride)
      for n in 0..<panel {
        var sum = a.accumulate != 0 ? out[n] : a.start[n]
        for row in 0..<Int(a.row_count) {
          let values = rows[row] + x * Int(a.pixel_stride)
          let weights = a.weights + row * length * panel
          for j in 0..<length {
            sum = sum.addingProduct(values[j], weights[j * panel + n])
          }
        }
        out[n] = a.relu != 0 ? (sum > 0 ? sum : 0) : sum
      }
    }
  }
}
