internal import CQuantKernels

/// The scalar specification of F(4x4, 3x3) in tiles (see CQuantKernels.h for matrices, layouts and ranges).
enum ScalarTiles {
  private static let panel = Int(QV_PANEL)
  private static let group = Int(QV_TILE_CHANNELS)

  /// B d.
  static func pixels(_ d: [6 of Int32]) -> [6 of Int32] {
    [
      4 * d[0] - 5 * d[2] + d[4],
      4 * d[1] + 4 * d[2] - d[3] - d[4],
      4 * d[2] - 4 * d[1] + d[3] - d[4],
      2 * d[3] - 2 * d[1] + d[4] - d[2],
      2 * d[1] - 2 * d[3] + d[4] - d[2],
      4 * d[1] - 5 * d[3] + d[5],
    ]
  }

  /// G g.
  private static func filter(_ g: [3 of Int32]) -> [6 of Int32] {
    [
      6 * g[0], 4 * (g[0] + g[1] + g[2]), 4 * (g[0] - g[1] + g[2]),
      g[0] + 2 * g[1] + 4 * g[2], g[0] - 2 * g[1] + 4 * g[2], 12 * g[2],
    ]
  }

  /// A m modulo 2^32.
  static func sums(_ m: [6 of Int32]) -> [4 of Int32] {
    let (s, d) = (m[1] &+ m[2], m[1] &- m[2])
    let (t, e) = (m[3] &+ m[4], m[3] &- m[4])
    return [
      m[0] &+ s &+ t, d &+ 2 &* e, s &+ 4 &* t, d &+ 8 &* e &+ 2 &* m[5],
    ]
  }

  static func u8Pixels(_ a: qv_u8_tile_pixels) {
    unsafe Bounds.check(a, qv_check_u8_tile_pixels)
    let rows: [6 of _] = unsafe [
      a.rows.0, a.rows.1, a.rows.2, a.rows.3, a.rows.4, a.rows.5,
    ]
    let (width, channels, tiles) = unsafe (Int(a.width), Int(a.channels), Int(a.tiles))
    let part = tiles * channels + group
    for tile in unsafe 0..<Int(a.count) {
      let first = unsafe 4 * (Int(a.first) + tile)
      for k in 0..<channels {
        let place = (k / group * tiles + tile) * group + k % group
        var columns = [6 of [6 of Int32]](repeating: [6 of Int32](repeating: 0))
        for i in 0..<min(6, width + 2 - first) {
          var column = [6 of Int32](repeating: 0)
          for y in 0..<6 { column[y] = unsafe Int32(rows[y][(first + i) * channels + k]) }
          columns[i] = pixels(column)
        }
        for y in 0..<6 {
          var row = [6 of Int32](repeating: 0)
          for i in 0..<6 { row[i] = columns[i][y] }
          let values = pixels(row)
          for i in 0..<6 { unsafe a.out[(6 * y + i) * part + place] = Int16(values[i]) }
        }
      }
    }
  }

  static func s8Products(_ a: qv_s8_tile_products) {
    unsafe Bounds.check(a, qv_check_s8_tile_products)
    let (channels, tiles) = unsafe (Int(a.channels), Int(a.tiles))
    let (pixelPart, sumPart) = (tiles * channels + group, panel * tiles + 16)
    for part in 0..<Int(QV_TILE_PARTS) {
      for i in 0..<tiles * panel { unsafe a.sums[part * sumPart + i] = 0 }
    }
    for k in 0..<channels {
      for n in 0..<panel {
        var columns = [3 of [6 of Int32]](repeating: [6 of Int32](repeating: 0))
        for i in 0..<3 {
          var column = [3 of Int32](repeating: 0)
          for y in 0..<3 {
            let group = (3 * y + i) * (channels / 4) + k / 4
            column[y] = unsafe Int32(a.weights[(group * panel + n) * 4 + k % 4])
          }
          columns[i] = filter(column)
        }
        for y in 0..<6 {
          let weights = filter([columns[0][y], columns[1][y], columns[2][y]])
          for i in 0..<6 {
            let pixels = unsafe a.pixels + (6 * y + i) * pixelPart + k % group
            let sums = unsafe a.sums + (6 * y + i) * sumPart + n
            for tile in 0..<tiles {
              let pixel = unsafe Int32(pixels[(k / group * tiles + tile) * group])
              unsafe sums[tile * panel] &+= pixel &* weights[i]
            }
          }
        }
      }
    }
  }

  static func s32Requant(_ a: qv_s32_tile_requant) {
    unsafe Bounds.check(a, qv_check_s32_tile_requant)
    let out: [4 of _] = unsafe [a.out.0, a.out.1, a.out.2, a.out.3]
    let masks: [4 of _] = unsafe [a.mask.0, a.mask.1, a.mask.2, a.mask.3]
    let part = unsafe panel * Int(a.tiles) + 16
    for tile in unsafe 0..<Int(a.count) {
      let first = unsafe 4 * (Int(a.first) + tile)
      let columns = unsafe min(4, Int(a.width) - first)
      for n in 0..<panel {
        let pixels = unsafe pixels(a.sums + tile * panel + n, part: part)
        for y in unsafe 0..<Int(a.rows) {
          for i in 0..<columns {
            let sum = unsafe pixels[y][i] &+ a.bias[n]
            unsafe out[y][(first + i) * Int(a.out_stride) + n] = unsafe FixedPoint.requantize(
              sum, multiplier: a.multiplier[n])
            let mask = unsafe masks[y] + (first + i) * Int(a.mask_stride)
            let bit: UInt32 = 1 << UInt32(n)
            unsafe mask.pointee = unsafe sum > 0 ? mask.pointee | bit : mask.pointee & ~bit
          }
        }
      }
    }
  }

  /// A M A^T / 576: the sums of a tile's 4 x 4 pixels and of a channel, whose parts lie `part` apart.
  static func pixels(_ parts: UnsafePointer<Int32>, part: Int) -> [4 of [4 of Int32]] {
    var between = [6 of [4 of Int32]](repeating: [4 of Int32](repeating: 0))
    for x in 0..<6 {
      var column = [6 of Int32](repeating: 0)
      for y in 0..<6 { column[y] = unsafe parts[(6 * y + x) * part] }
      between[x] = sums(column)
    }
    var pixels = [4 of [4 of Int32]](repeating: [4 of Int32](repeating: 0))
    for y in 0..<4 {
      var row = [6 of Int32](repeating: 0)
      for x in 0..<6 { row[x] = between[x][y] }
      let values = sums(row)
      for x in 0..<4 { pixels[y][x] = dividedBy576(values[x]) }
    }
    return pixels
  }

  /// The number in -2^25 ..< 2^25 whose product with 576 is `value` modulo 2^32.
  private static func dividedBy576(_ value: Int32) -> Int32 {
    (value &* Int32(QV_NINTH)) >> 6
  }
}
