internal import CQuantKernels

/// The scalar specification of the way back in tiles of 4 x 4 pixels, whose windows have one scale each (see
/// CQuantKernels.h for layouts and ranges).
enum ScalarGradientTiles {
  private static let panel = Int(QV_PANEL)
  private static let group = Int(QV_TILE_CHANNELS)

  /// The window of one tile in six rows of a stored gradient.
  @safe
  private struct Window {
    private let rows: [6 of UnsafePointer<UInt8>]
    private let channels, first, columns: Int
    /// q of each pixel, 0 beyond the padded row.
    private let factors: [6 of [6 of Int32]]
    /// T.
    let scale: Float

    /// The window that begins at the pixel `first` of padded rows.
    init(
      rows: [6 of UnsafePointer<UInt8>], scales: [6 of UnsafePointer<Float>], width: Int,
      channels: Int, first: Int
    ) {
      unsafe self.rows = rows
      self.channels = channels
      self.first = first
      columns = min(6, width + 2 - first)
      var most: Float = 0
      for y in 0..<6 {
        for x in 0..<columns { most = unsafe max(most, scales[y][first + x]) }
      }
      scale = most
      var factors = [6 of [6 of Int32]](repeating: [6 of Int32](repeating: 0))
      for y in 0..<6 {
        for x in 0..<columns {
          let product = unsafe scales[y][first + x] * (32768 / most)
          guard product > 0 else { continue }
          factors[y][x] = Int32(min(product, 32767).rounded(.toNearestOrEven))
        }
      }
      self.factors = factors
    }

    /// h' of a pixel's channel.
    func value(_ y: Int, _ x: Int, _ k: Int) -> Int32 {
      guard x < columns else { return 0 }
      let gradient = unsafe Int32(rows[y][(first + x) * channels + k]) - 128
      return (gradient * factors[y][x] + 16384) >> 15
    }
  }

  static func u8Gradients(_ a: qv_u8_tile_gradients) {
    unsafe Bounds.check(a, qv_check_u8_tile_gradients)
    let rows: [6 of _] = unsafe [
      a.rows.0, a.rows.1, a.rows.2, a.rows.3, a.rows.4, a.rows.5,
    ]
    let scales: [6 of _] = unsafe [
      a.scales.0, a.scales.1, a.scales.2, a.scales.3, a.scales.4, a.scales.5,
    ]
    let (channels, tiles) = unsafe (Int(a.channels), Int(a.tiles))
    let part = tiles * channels + group
    for tile in unsafe 0..<Int(a.count) {
      let window = unsafe Window(
        rows: rows, scales: scales, width: Int(a.width), channels: channels,
        first: 4 * (Int(a.first) + tile))
      unsafe a.tile_scales[tile] = window.scale
      for k in 0..<channels {
        let place = (k / group * tiles + tile) * group + k % group
        var columns = [6 of [6 of Int32]](repeating: [6 of Int32](repeating: 0))
        for x in 0..<6 {
          var column = [6 of Int32](repeating: 0)
          for y in 0..<6 { column[y] = window.value(y, x, k) }
          columns[x] = ScalarTiles.pixels(column)
        }
        for y in 0..<6 {
          var row = [6 of Int32](repeating: 0)
          for x in 0..<6 { row[x] = columns[x][y] }
          let values = ScalarTiles.pixels(row)
          for x in 0..<6 { unsafe a.out[(6 * y + x) * part + place] = Int16(values[x]) }
        }
      }
    }
  }

  static func u8Windows(_ a: qv_u8_gradient_windows) {
    unsafe Bounds.check(a, qv_check_u8_gradient_windows)
    let rows: [6 of _] = unsafe [
      a.rows.0, a.rows.1, a.rows.2, a.rows.3, a.rows.4, a.rows.5,
    ]
    let scales: [6 of _] = unsafe [
      a.scales.0, a.scales.1, a.scales.2, a.scales.3, a.scales.4, a.scales.5,
    ]
    let channels = unsafe Int(a.channels)
    for tile in unsafe 0..<Int(a.count) {
      let window = unsafe Window(
        rows: rows, scales: scales, width: Int(a.width), channels: channels,
        first: 4 * (Int(a.first) + tile))
      unsafe a.tile_scales[tile] = window.scale
      let out = unsafe a.out + tile * 36 * channels
      for y in 0..<6 {
        for x in 0..<6 {
          for k in 0..<channels {
            unsafe out[(6 * y + x) * channels + k] = UInt8(window.value(y, x, k) + 128)
          }
        }
      }
    }
  }

  static func s32Gradient(_ a: qv_s32_tile_gradient) {
    unsafe Bounds.check(a, qv_check_s32_tile_gradient)
    let out: [4 of _] = unsafe [a.out.0, a.out.1, a.out.2, a.out.3]
    let part = unsafe panel * Int(a.tiles) + 16
    for tile in unsafe 0..<Int(a.count) {
      let first = unsafe 4 * (Int(a.first) + tile)
      let columns = unsafe min(4, Int(a.width) - first)
      for n in 0..<panel {
        let pixels = unsafe ScalarTiles.pixels(a.sums + tile * panel + n, part: part)
        for y in unsafe Int(a.top)..<Int(a.rows) {
          for x in 0..<columns {
            unsafe out[y][(first + x) * Int(a.out_stride) + n] =
              a.tile_scales[tile] * Float(pixels[y][x])
          }
        }
      }
    }
  }

  static func u8Gradient(_ a: qv_u8_window_gradient) {
    unsafe Bounds.check(a, qv_check_u8_window_gradient)
    let out: [4 of _] = unsafe [a.out.0, a.out.1, a.out.2, a.out.3]
    let channels = unsafe Int(a.channels)
    for tile in unsafe 0..<Int(a.count) {
      let window = unsafe a.windows + tile * 36 * channels
      let first = unsafe 4 * (Int(a.first) + tile)
      for y in unsafe Int(a.top)..<Int(a.rows) {
        for x in unsafe 0..<min(4, Int(a.width) - first) {
          for n in 0..<panel {
            var sum: Int32 = 0
            for row in 0..<3 {
              // The three taps of a row are 3K neighbouring bytes.
              let pixels = unsafe window + ((y + row) * 6 + x) * channels
              let weights = unsafe a.weights + row * 3 * channels * panel
              for k in 0..<3 * channels {
                let gradient = unsafe Int32(pixels[k]) - 128
                unsafe sum += gradient * Int32(weights[(k / 4 * panel + n) * 4 + k % 4])
              }
            }
            unsafe out[y][(first + x) * Int(a.out_stride) + n] = a.tile_scales[tile] * Float(sum)
          }
        }
      }
    }
  }
}
