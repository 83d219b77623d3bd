internal import CQuantKernels

/// The scalar specification of the row-by-row kernels (see CQuantKernels.h for layouts and ranges).
enum ScalarRows {
  static func s8MirrorPanel(_ a: qv_s8_mirror_panel) {
    unsafe Bounds.check(a, qv_check_s8_mirror_panel)
    let (inputs, outputs, panel) = unsafe (Int(a.inputs), Int(a.outputs), Int(QV_PANEL))
    for tap in 0..<9 {
      for o in 0..<outputs {
        let block = unsafe (o / panel * 9 + 8 - tap) * (inputs / 4) + Int(a.panel) * panel / 4
        for i in 0..<panel {
          let weight = unsafe a.forward[((block + i / 4) * panel + o % panel) * 4 + i % 4]
          unsafe a.out[((tap * (outputs / 4) + o / 4) * panel + i) * 4 + o % 4] = weight
        }
      }
    }
  }

  static func f32QuantizeImage(_ a: qv_f32_quantize_image) {
    unsafe Bounds.check(a, qv_check_f32_quantize_image)
    for x in unsafe 0..<Int(a.width) {
      for c in 0..<3 { unsafe a.out[4 * x + c] = unsafe FixedPoint.imageUnits(a.row[3 * x + c]) }
      unsafe a.out[4 * x + 3] = 0
    }
  }

  static func u8PoolAverage(_ a: qv_u8_pool) {
    unsafe pool(a) { FixedPoint.average($0, $1, $2, $3, carry: &$4) }
  }

  static func u8PoolMax(_ a: qv_u8_pool) {
    unsafe pool(a) { top, right, bottom, last, _ in max(max(top, right), max(bottom, last)) }
  }

  private static func pool(
    _ a: qv_u8_pool, _ combine: (UInt8, UInt8, UInt8, UInt8, inout UInt32) -> UInt8
  ) {
    unsafe Bounds.check(a, qv_check_u8_pool)
    let channels = unsafe Int(a.channels)
    for c in 0..<channels {
      var carry: UInt32 = 2
      for x in unsafe 0..<Int(a.width) {
        let left = 2 * x * channels + c
        let right = left + channels
        unsafe a.out[x * channels + c] = unsafe combine(
          a.top[left], a.top[right], a.bottom[left], a.bottom[right], &carry)
      }
    }
  }

  static func u8QuantizeGradient(_ a: qv_u8_quantize_gradient) {
    unsafe Bounds.check(a, qv_check_u8_quantize_gradient)
    let channels = unsafe Int(a.channels)
    for x in unsafe 0..<Int(a.width) {
      let gradient = unsafe a.gradient + x * channels
      let mask = unsafe a.mask + x * channels / 32
      let out = unsafe a.out + x * channels
      var largest: Float = 0
      var isFinite = true
      for c in 0..<channels where unsafe mask[c / 32] >> UInt32(c % 32) & 1 == 1 {
        let value = unsafe gradient[c] * a.weight_scale[c]
        largest = max(largest, value.magnitude)
        isFinite = isFinite && value.isFinite
      }
      guard isFinite, largest >= FixedPoint.smallestGradient else {
        unsafe a.scales[x] = isFinite ? 0 : .infinity
        for c in 0..<channels { unsafe out[c] = 128 }
        continue
      }
      unsafe a.scales[x] = largest / 127
      let inverse = 127 / largest
      for c in 0..<channels {
        let passes = unsafe mask[c / 32] >> UInt32(c % 32) & 1 == 1
        let value = unsafe passes ? gradient[c] * a.weight_scale[c] : 0
        unsafe out[c] = UInt8(truncatingIfNeeded: 128 + FixedPoint.nearestEven(value * inverse))
      }
    }
  }

  static func u8UnpoolMax(_ a: qv_u8_unpool_max) {
    unsafe Bounds.check(a, qv_check_u8_unpool_max)
    let channels = unsafe Int(a.channels)
    let pooled = unsafe Int(a.width) / 2
    for x in unsafe 0..<Int(a.width) {
      for c in 0..<channels {
        guard x / 2 < pooled else {
          unsafe a.out[x * channels + c] = 0
          continue
        }
        let left = (x & ~1) * channels + c
        let right = left + channels
        let window: [4 of UInt8] = unsafe [
          a.top[left], a.top[right], a.bottom[left], a.bottom[right],
        ]
        var most = window[0]
        for i in 1..<4 { most = max(most, window[i]) }
        var count = 0
        for i in 0..<4 where window[i] == most { count += 1 }
        let shares: [4 of Float] = [1, 0.5, 1 / 3, 0.25]
        let mine = unsafe window[(a.is_bottom != 0 ? 2 : 0) + (x & 1)]
        let gradient = unsafe a.gradient[x / 2 * channels + c]
        unsafe a.out[x * channels + c] = mine == most ? shares[count - 1] * gradient : 0
      }
    }
  }

  static func f32UnpoolAverage(_ a: qv_f32_unpool_average) {
    unsafe Bounds.check(a, qv_check_f32_unpool_average)
    let channels = unsafe Int(a.channels)
    let pooled = unsafe Int(a.width) / 2
    for x in unsafe 0..<Int(a.width) {
      for c in 0..<channels {
        let value = unsafe x / 2 < pooled ? 0.25 * a.gradient[x / 2 * channels + c] : 0
        unsafe a.out[x * channels + c] = value
      }
    }
  }
}
