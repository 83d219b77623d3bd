internal import CQuantKernels

/// The scalar specification of the row-by-row kernels (see CQuantKernels.h for layouts and ranges).
enum ScalarRows {
  static func s8MirrorPanel(_ a: qv_s8_mirror_panel) {
    Bounds.check(a, qv_check_s8_mirror_panel)
    let (inputs, outputs, panel) = (Int(a.inputs), Int(a.outputs), Int(QV_PANEL))
    for tap in 0..<9 {
      for o in 0..<outputs {
        let block = (o / panel * 9 + 8 - tap) * (inputs / 4) + Int(a.panel) * panel / 4
        for i in 0..<panel {
          let weight = a.forward[((block + i / 4) * panel + o % panel) * 4 + i % 4]
          a.out[((tap * (outputs / 4) + o / 4) * panel + i) * 4 + o % 4] = weight
        }
      }
    }
  }

  static func f32QuantizeImage(_ a: qv_f32_quantize_image) {
    Bounds.check(a, qv_check_f32_quantize_image)
    for x in 0..<Int(a.width) {
      for c in 0..<3 { a.out[4 * x + c] = FixedPoint.imageUnits(a.row[3 * x + c]) }
      a.out[4 * x + 3] = 0
    }
  }

  static func u8PoolAverage(_ a: qv_u8_pool) {
    pool(a) { FixedPoint.average($0, $1, $2, $3, carry: &$4) }
  }

  static func u8PoolMax(_ a: qv_u8_pool) {
    pool(a) { top, right, bottom, last, _ in max(max(top, right), max(bottom, last)) }
  }

  private static func pool(
    _ a: qv_u8_pool, _ combine: (UInt8, UInt8, UInt8, UInt8, inout UInt32) -> UInt8
  ) {
    Bounds.check(a, qv_check_u8_pool)
    let channels = Int(a.channels)
    for c in 0..<channels {
      var carry: UInt32 = 2
      for x in 0..<Int(a.width) {
        let left = 2 * x * channels + c
        let right = left + channels
        a.out[x * channels + c] = combine(
          a.top[left], a.top[right], a.bottom[left], a.bottom[right], &carry)
      }
    }
  }

  static func u8QuantizeGradient(_ a: qv_u8_quantize_gradient) {
    Bounds.check(a, qv_check_u8_quantize_gradient)
    let channels = Int(a.channels)
    for x in 0..<Int(a.width) {
      let gradient = a.gradient + x * channels
      let mask = a.mask + x * channels / 32
      let out = a.out + x * channels
      var largest: Float = 0
      for c in 0..<channels where mask[c / 32] >> UInt32(c % 32) & 1 == 1 {
        largest = max(largest, (gradient[c] * a.weight_scale[c]).magnitude)
      }
      guard largest >= FixedPoint.smallestGradient else {
        a.scales[x] = 0
        for c in 0..<channels { out[c] = 128 }
        continue
      }
      a.scales[x] = largest / 127
      let inverse = 127 / largest
      for c in 0..<channels {
        let passes = mask[c / 32] >> UInt32(c % 32) & 1 == 1
        let value = passes ? gradient[c] * a.weight_scale[c] : 0
        out[c] = UInt8(truncatingIfNeeded: 128 + FixedPoint.nearestEven(value * inverse))
      }
    }
  }

  static func u8UnpoolMax(_ a: qv_u8_unpool_max) {
    Bounds.check(a, qv_check_u8_unpool_max)
    let channels = Int(a.channels)
    let pooled = Int(a.width) / 2
    for x in 0..<Int(a.width) {
      for c in 0..<channels {
        guard x / 2 < pooled else {
          a.out[x * channels + c] = 0
          continue
        }
        let left = (x & ~1) * channels + c
        let right = left + channels
        let window: [4 of UInt8] = [a.top[left], a.top[right], a.bottom[left], a.bottom[right]]
        var most = window[0]
        for i in 1..<4 { most = max(most, window[i]) }
        var count = 0
        for i in 0..<4 where window[i] == most { count += 1 }
        let shares: [4 of Float] = [1, 0.5, 1 / 3, 0.25]
        let mine = window[(a.is_bottom != 0 ? 2 : 0) + (x & 1)]
        let gradient = a.gradient[x / 2 * channels + c]
        a.out[x * channels + c] = mine == most ? shares[count - 1] * gradient : 0
      }
    }
  }

  static func f32UnpoolAverage(_ a: qv_f32_unpool_average) {
    Bounds.check(a, qv_check_f32_unpool_average)
    let channels = Int(a.channels)
    let pooled = Int(a.width) / 2
    for x in 0..<Int(a.width) {
      for c in 0..<channels {
        let value = x / 2 < pooled ? 0.25 * a.gradient[x / 2 * channels + c] : 0
        a.out[x * channels + c] = value
      }
    }
  }
}
