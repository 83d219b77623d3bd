import CQuantKernels
import QuantVGG
import TestSupport
import Testing

/// The way back in tiles: windows and transforms of every set against the scalar specification and the models,
/// and both ways against a convolution in Int64.
@Suite struct GradientTileKernelTests {
  /// Some pixels have no gradient, some are padding, and a few are not finite.
  private static func scales(_ random: inout TestRandom, _ count: Int, _ kind: Kind) -> [Float] {
    (0..<count).map { _ in
      let bits = random.next() >> 20
      switch kind {
      case .ordinary: return bits % 7 == 0 ? 0 : abs(random.floats(1, scale: 1e-3)[0])
      case .far: return [0, 1e-38, 1e-30, 1e-20, 1e-12, 1, 3e38][Int(bits % 7)]
      case .subnormal: return [0, 1e-45, 1e-44, 1e-42, 1e-40][Int(bits % 5)]
      case .zero: return 0
      case .infinite: return bits % 40 == 0 ? .infinity : 1
      }
    }
  }

  enum Kind: CaseIterable {
    case ordinary, far, subnormal, zero, infinite
  }

  @Test(arguments: Kind.allCases)
  func windowsAndTiles(_ kind: Kind) {
    var random = TestRandom("gradientTiles")
    for (width, channels) in [
      (1, 32), (2, 64), (3, 32), (4, 32), (5, 96), (14, 64), (21, 32), (9, 512),
    ] {
      for (top, rows) in [(0, 4), (0, 1), (1, 3), (2, 4), (3, 4)]
      where channels < 512 || rows - top == 4 {
        let problem = Problem(
          width: width, channels: channels, top: top, rows: rows,
          weights: random.weights(9 * channels * 32).map { channels < 256 ? $0 : $0 / 3 },
          pixels: (0..<6).map { _ in random.gradients((width + 2) * channels) },
          scales: (0..<6).map { _ in Self.scales(&random, width + 2, kind) })
        let name = "\(kind) W \(width) K \(channels) rows \(top)..<\(rows)"
        Kernels.compare(name) { problem.windows($0, $1) }
        Kernels.compare(name) { problem.fromWindows($0, $1) }
        Kernels.compare(name) { problem.transformed($0, $1) }
        Kernels.compare(name) { problem.inTiles($0, $1) }
        let (buffers, table) = (GuardedBuffers(atHead: false), KernelTable(.scalar).entries)
        let expected = problem.convolution(problem.windows(table, buffers))
        #expect(problem.fromWindows(table, buffers) == expected, "\(name)")
        #expect(problem.inTiles(table, buffers) == expected, "\(name)")
      }
    }
  }

  /// What the header says of one window, written out for three pixels.
  @Test func oneScale() {
    let channels = 32
    var pixels = [[UInt8]](repeating: [UInt8](repeating: 128, count: 3 * channels), count: 6)
    var scales = [[Float]](repeating: [0, 0, 0], count: 6)
    for (row, scale) in [(0, Float(2)), (2, 1), (5, 0x1p-20)] {
      scales[row][1] = scale
      for k in 0..<channels { pixels[row][channels + k] = UInt8(1 + 8 * k) }
    }
    let problem = Problem(
      width: 1, channels: channels, top: 0, rows: 4,
      weights: [Int8](repeating: 0, count: 9 * channels * 32), pixels: pixels, scales: scales)
    for set in Kernels.sets {
      let bytes = problem.windows(KernelTable(set).entries, GuardedBuffers(atHead: false))
      for k in 0..<channels {
        let h = 8 * k - 127
        // Its own scale keeps a value; half of it halves it, rounded half up; a millionth leaves nothing.
        #expect(bytes[channels + k] == UInt32(128 + h), "\(set)")
        #expect(bytes[(2 * 6 + 1) * channels + k] == UInt32(128 + (h + 1) >> 1), "\(set)")
        #expect(bytes[(5 * 6 + 1) * channels + k] == 128, "\(set)")
      }
      #expect(bytes[36 * channels] == Float(2).bitPattern)
    }
  }

  /// Weights whose absolute sum is the most that is allowed give the convolution's result for the largest gradient;
  /// with one more the tiles' result differs.
  @Test(arguments: [1, -1])
  func mostWeights(_ sign: Int) {
    let channels = 512
    for excess in [0, 1] {
      let total = Int(QV_MOST_GRADIENT_WEIGHTS) + excess
      let count = 9 * channels
      let channel = (0..<count).map { i -> Int8 in
        Int8(sign * (total / count + (i < total % count ? 1 : 0)))
      }
      var packed = [Int8](repeating: 0, count: count * 32)
      for k in 0..<count { packed[k / 4 * 128 + k % 4] = channel[k] }
      let problem = Problem(
        width: 4, channels: channels, top: 0, rows: 4, weights: packed,
        pixels: [[UInt8]](repeating: [UInt8](repeating: 255, count: 6 * channels), count: 6),
        scales: [[Float]](repeating: [Float](repeating: 1, count: 6), count: 6))
      for set in Kernels.sets {
        let (table, buffers) = (KernelTable(set).entries, GuardedBuffers(atHead: false))
        let expected = problem.convolution(problem.windows(table, buffers))
        #expect(problem.fromWindows(table, buffers) == expected, "\(set)")
        #expect((problem.inTiles(table, buffers) == expected) == (excess == 0), "\(set)")
      }
    }
  }
}

extension TestRandom {
  /// A stored gradient: bytes but 0.
  fileprivate mutating func gradients(_ count: Int) -> [UInt8] { bytes(count).map { max($0, 1) } }
}

/// A panel of up to four rows; results are bits, those that are not numbers among them.
private struct Problem {
  static let stride = 41
  let width, channels, top, rows: Int
  let weights: [Int8]
  let pixels: [[UInt8]]
  let scales: [[Float]]

  private var tiles: Int { (width + 3) / 4 }
  private var rowCount: Int { (width - 1) * Self.stride + 32 }

  /// Windows, then the tiles' scales.
  func windows(_ table: qv_kernels, _ buffers: GuardedBuffers) -> [UInt32] {
    let (rows, scales) = inputs(buffers)
    let out = buffers.empty(UInt8.self, count: tiles * 36 * channels)
    let tileScales = buffers.empty(Float.self, count: tiles)
    var call = qv_u8_gradient_windows(
      rows: rows, scales: scales, out: out.base, tile_scales: tileScales.base,
      width: Int32(width), channels: Int32(channels), first: 0, count: Int32(tiles))
    table.u8_gradient_windows(&call)
    return out.values.map { UInt32($0) } + tileScales.values.map { $0.bitPattern }
  }

  /// Transformed windows, then the tiles' scales.
  func transformed(_ table: qv_kernels, _ buffers: GuardedBuffers) -> [UInt32] {
    let (out, tileScales) = transform(table, buffers)
    return out.values.map { UInt32(UInt16(bitPattern: $0)) }
      + tileScales.values.map { $0.bitPattern }
  }

  func fromWindows(_ table: qv_kernels, _ buffers: GuardedBuffers) -> [UInt32] {
    let made = windows(table, buffers)
    let bytes = buffers.make(made.dropLast(tiles).map { UInt8($0) })
    let tileScales = buffers.make(made.suffix(tiles).map { Float(bitPattern: $0) })
    let sums = buffers.make(Kernels.panelSums(weights, blocks: 9))
    let out = (0..<4).map { _ in buffers.empty(Float.self, count: rowCount) }
    var call = qv_u8_window_gradient(
      windows: bytes.base, tile_scales: tileScales.base,
      weights: buffers.make(weights, aligned: true).base, weight_sums: sums.base,
      out: (out[0].base, out[1].base, out[2].base, out[3].base), width: Int32(width),
      channels: Int32(channels), top: Int32(top), rows: Int32(rows), first: 0,
      count: Int32(tiles), out_stride: Int32(Self.stride))
    table.u8_window_gradient(&call)
    return out.flatMap { $0.values.map { $0.bitPattern } }
  }

  func inTiles(_ table: qv_kernels, _ buffers: GuardedBuffers) -> [UInt32] {
    let (transformed, tileScales) = transform(table, buffers)
    let packed = buffers.make(weights, aligned: true)
    let sums = buffers.empty(
      Int32.self, count: Int(qv_tile_sums_count(Int64(tiles))), aligned: true)
    var multiply = qv_s8_tile_products(
      pixels: transformed.base, weights: packed.base, sums: sums.base, channels: Int32(channels),
      tiles: Int32(tiles))
    table.s8_tile_products(&multiply)
    let out = (0..<4).map { _ in buffers.empty(Float.self, count: rowCount) }
    var call = qv_s32_tile_gradient(
      sums: sums.base, tile_scales: tileScales.base,
      out: (out[0].base, out[1].base, out[2].base, out[3].base), width: Int32(width),
      top: Int32(top), rows: Int32(rows), first: 0, count: Int32(tiles), tiles: Int32(tiles),
      out_stride: Int32(Self.stride))
    table.s32_tile_gradient(&call)
    return out.flatMap { $0.values.map { $0.bitPattern } }
  }

  /// The transposed convolution of some windows, in Int64.
  func convolution(_ windows: [UInt32]) -> [UInt32] {
    var out = [UInt32](repeating: 0, count: 4 * rowCount)
    for tile in 0..<tiles {
      for y in top..<rows {
        for x in 0..<min(4, width - 4 * tile) {
          var sums = [Int64](repeating: 0, count: 32)
          for tap in 0..<9 {
            let pixel = ((tile * 6 + y + tap / 3) * 6 + x + tap % 3) * channels
            for k in 0..<channels {
              let h = Int64(windows[pixel + k]) - 128
              let place = tap * channels * 32 + k / 4 * 128 + k % 4
              for n in 0..<32 { sums[n] += h * Int64(weights[place + 4 * n]) }
            }
          }
          let scale = Float(bitPattern: windows[tiles * 36 * channels + tile])
          for n in 0..<32 {
            out[y * rowCount + (4 * tile + x) * Self.stride + n] =
              (scale * Float(sums[n]))
              .bitPattern
          }
        }
      }
    }
    return out
  }

  private typealias Inputs = (
    rows: Six<UnsafePointer<UInt8>>, scales: Six<UnsafePointer<Float>>
  )
  private typealias Six<T> = (T, T, T, T, T, T)

  private func inputs(_ buffers: GuardedBuffers) -> Inputs {
    let p = pixels.map { buffers.make($0).constant }
    let t = scales.map { buffers.make($0).constant }
    return ((p[0], p[1], p[2], p[3], p[4], p[5]), (t[0], t[1], t[2], t[3], t[4], t[5]))
  }

  private func transform(
    _ table: qv_kernels, _ buffers: GuardedBuffers
  ) -> (GuardedBuffer<Int16>, GuardedBuffer<Float>) {
    let (rows, scales) = inputs(buffers)
    let out = buffers.empty(
      Int16.self, count: Int(qv_tile_pixels_count(Int64(tiles), Int64(channels))), aligned: true)
    let tileScales = buffers.empty(Float.self, count: tiles)
    var call = qv_u8_tile_gradients(
      rows: rows, scales: scales, out: out.base, tile_scales: tileScales.base,
      width: Int32(width), channels: Int32(channels), first: 0, count: Int32(tiles),
      tiles: Int32(tiles))
    table.u8_tile_gradients(&call)
    return (out, tileScales)
  }
}
