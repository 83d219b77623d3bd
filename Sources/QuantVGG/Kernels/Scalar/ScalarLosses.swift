internal import CQuantKernels

/// The scalar specification of the loss kernels (see CQuantKernels.h for layouts and ranges).
enum ScalarLosses {
  static let panel = Int(QV_PANEL)

  static func u8Interleave(_ a: qv_u8_interleave) {
    unsafe Bounds.check(a, qv_check_u8_interleave)
    let channels = unsafe Int(a.channels)
    let width = unsafe Int(a.width)
    for group in 0..<(width + 3) / 4 {
      for c in 0..<channels {
        for i in 0..<4 {
          let x = group * 4 + i
          unsafe a.out[(group * channels + c) * 4 + i] =
            unsafe x < width ? a.row[x * channels + c] : 0
        }
      }
    }
  }

  static func u8Gram(_ a: qv_u8_gram) {
    unsafe Bounds.check(a, qv_check_u8_gram)
    let channels = unsafe Int(a.channels)
    for i in 0..<8 {
      for j in 0..<panel {
        var sum: Int64 = 0
        for group in unsafe 0..<Int(a.groups) {
          let left = unsafe a.positions + (group * channels + Int(a.first) + i) * 4
          let right = unsafe a.positions + (group * channels + Int(a.panel) + j) * 4
          for p in 0..<4 { unsafe sum += Int64(left[p]) * Int64(right[p]) }
        }
        unsafe a.sums[i * channels + j] += sum
      }
    }
  }

  static func u8StyleGradient(_ a: qv_u8_style_gradient) {
    unsafe Bounds.check(a, qv_check_u8_style_gradient)
    let channels = unsafe Int(a.channels)
    for x in unsafe 0..<Int(a.width) {
      let pixel = unsafe a.row + x * channels
      let out = unsafe a.out + x * Int(a.out_stride)
      for n in 0..<panel {
        var high: Int32 = 0
        var low: Int32 = 0
        for k in 0..<channels {
          let index = (k / 4 * panel + n) * 4 + k % 4
          unsafe high &+= Int32(pixel[k]) &* Int32(a.high[index])
          unsafe low &+= Int32(pixel[k]) &* Int32(a.low[index])
        }
        unsafe out[n] = unsafe out[n].addingProduct(
          a.scale[n], Float(low).addingProduct(Float(high), 128))
      }
    }
  }

  static func u8SquaredDifference(_ a: qv_u8_squared_difference) {
    unsafe Bounds.check(a, qv_check_u8_squared_difference)
    let channels = unsafe Int(a.channels)
    for x in unsafe 0..<Int(a.width) {
      let (row, target) = unsafe (a.row + x * channels, a.target + x * channels)
      for c in 0..<channels {
        let difference = unsafe Int64(row[c]) - Int64(target[c])
        unsafe a.sums[c] += difference * difference
      }
    }
  }

  static func u8ContentGradient(_ a: qv_u8_content_gradient) {
    unsafe Bounds.check(a, qv_check_u8_content_gradient)
    let channels = unsafe Int(a.channels)
    for x in unsafe 0..<Int(a.width) {
      let (row, target) = unsafe (a.row + x * channels, a.target + x * channels)
      let out = unsafe a.out + x * channels
      for c in 0..<channels {
        let difference = unsafe Int32(row[c]) - Int32(target[c])
        unsafe out[c] = unsafe out[c].addingProduct(a.factor[c], Float(difference))
      }
    }
  }

  static func f32Gram(_ a: qv_f32_gram) {
    unsafe Bounds.check(a, qv_check_f32_gram)
    let channels = unsafe Int(a.channels)
    for i in 0..<8 {
      for j in 0..<panel {
        var sum: Float = 0
        for x in unsafe 0..<Int(a.width) {
          let pixel = unsafe a.row + x * channels
          sum = unsafe sum.addingProduct(pixel[Int(a.first) + i], pixel[Int(a.panel) + j])
        }
        unsafe a.sums[i * channels + j] += Double(sum)
      }
    }
  }
}
