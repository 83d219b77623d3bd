internal import CQuantKernels

/// The scalar specification of the convolution kernels (see CQuantKernels.h for layouts and ranges).
enum ScalarConvolution {
  static let panel = Int(QV_PANEL)

  static func u8Forward(_ a: qv_u8_conv_forward) {
    unsafe Bounds.check(a, qv_check_u8_conv_forward)
    let rows: [3 of _] = unsafe [a.rows.0, a.rows.1, a.rows.2]
    let channels = unsafe Int(a.channels)
    for x in unsafe 0..<Int(a.width) {
      var mask: UInt32 = 0
      for n in 0..<panel {
        var sum = unsafe a.bias[n]
        for row in 0..<3 {
          // The three taps of a row are 3K neighbouring bytes.
          let pixels = unsafe rows[row] + x * channels
          let weights = unsafe a.weights + row * 3 * channels * panel
          for k in 0..<3 * channels {
            unsafe sum &+= Int32(pixels[k]) &* Int32(weights[(k / 4 * panel + n) * 4 + k % 4])
          }
        }
        unsafe a.out[x * Int(a.out_stride) + n] = unsafe FixedPoint.requantize(
          sum, multiplier: a.multiplier[n])
        if sum > 0 { mask |= 1 << UInt32(n) }
      }
      unsafe a.mask[x * Int(a.mask_stride)] = mask
    }
  }

  static func s16Forward(_ a: qv_s16_conv_forward) {
    unsafe Bounds.check(a, qv_check_s16_conv_forward)
    let rows: [3 of _] = unsafe [a.rows.0, a.rows.1, a.rows.2]
    for x in unsafe 0..<Int(a.width) {
      var mask: UInt32 = 0
      for n in 0..<panel {
        var sum = unsafe a.bias[n]
        for row in 0..<3 {
          let pixels = unsafe rows[row] + x * 4
          let weights = unsafe a.weights + row * 12 * panel
          for k in 0..<12 {
            unsafe sum &+= Int32(pixels[k]) &* Int32(weights[(k / 2 * panel + n) * 2 + k % 2])
          }
        }
        unsafe a.out[x * Int(a.out_stride) + n] = unsafe FixedPoint.requantize(
          sum, multiplier: a.multiplier[n])
        if sum > 0 { mask |= 1 << UInt32(n) }
      }
      unsafe a.mask[x * Int(a.mask_stride)] = mask
    }
  }

  static func u8ImageGradient(_ a: qv_u8_image_gradient) {
    unsafe Bounds.check(a, qv_check_u8_image_gradient)
    let rows: [3 of _] = unsafe [a.rows.0, a.rows.1, a.rows.2]
    let scales: [3 of _] = unsafe [a.scales.0, a.scales.1, a.scales.2]
    let (channels, columns) = unsafe (Int(a.channels), Int(QV_IMAGE_COLUMNS))
    for x in unsafe 0..<Int(a.width) {
      for c in 0..<3 {
        var sum: Float = 0
        for row in 0..<3 {
          let weights = unsafe a.weights + row * channels * columns
          for tap in 0..<3 {
            let pixel = unsafe rows[row] + (x + tap) * channels
            let column = 3 * tap + c
            var dot: Int32 = 0
            for k in 0..<channels {
              let gradient = unsafe Int32(pixel[k]) - 128
              unsafe dot &+= gradient &* Int32(weights[(k / 4 * columns + column) * 4 + k % 4])
            }
            sum = unsafe sum.addingProduct(scales[row][x + tap], Float(dot))
          }
        }
        unsafe a.out[3 * x + c] = sum
      }
    }
  }

  static func f32Dot(_ a: qv_f32_dot) {
    unsafe Bounds.check(a, qv_check_f32_dot)
    let rows: [3 of _] = unsafe [a.rows.0, a.rows.1, a.rows.2]
    let length = unsafe Int(a.length)
    for x in unsafe 0..<Int(a.width) {
      let out = unsafe a.out + x * Int(a.out_stride)
      for n in 0..<panel {
        var sum = unsafe a.accumulate != 0 ? out[n] : a.start[n]
        for row in unsafe 0..<Int(a.row_count) {
          let values = unsafe rows[row] + x * Int(a.pixel_stride)
          let weights = unsafe a.weights + row * length * panel
          for j in 0..<length {
            sum = unsafe sum.addingProduct(values[j], weights[j * panel + n])
          }
        }
        unsafe out[n] = unsafe a.relu != 0 ? (sum > 0 ? sum : 0) : sum
      }
    }
  }
}
