import CQuantKernels
import QuantVGG
import TestSupport
import Testing

/// Convolutions in tiles: each step of every set against the scalar specification, and all steps together
/// against the direct convolution of the models.
@Suite struct TileKernelTests {
  @Test func pixels() {
    var random = TestRandom("tilePixels")
    for (width, channels) in [(1, 32), (2, 64), (3, 32), (4, 32), (5, 96), (14, 64), (21, 32)] {
      let rows = (0..<6).map { _ in random.bytes((width + 2) * channels) }
      let count = (width + 3) / 4
      Kernels.compare("W \(width) K \(channels)") { table, buffers -> [Int16] in
        let inputs = rows.map { buffers.make($0).constant }
        let out = buffers.empty(
          Int16.self, count: Int(qv_tile_pixels_count(Int64(count), Int64(channels))),
          aligned: true)
        var call = qv_u8_tile_pixels(
          rows: (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]), out: out.base,
          width: Int32(width), channels: Int32(channels), first: 0, count: Int32(count),
          tiles: Int32(count))
        table.u8_tile_pixels(&call)
        return out.values
      }
    }
  }

  /// The sums wrap.
  @Test func products() {
    var random = TestRandom("tileProducts")
    let sizes =
      (1...15).map { ($0, $0 % 2 == 0 ? 64 : 32) } + [(5, 128), (15, 192), (27, 96), (29, 64)]
    for (tiles, channels) in sizes {
      for isExtreme in [false, true] where !isExtreme || tiles == 5 {
        let pixels = (0..<Int(qv_tile_pixels_count(Int64(tiles), Int64(channels)))).map { _ in
          Int16(truncatingIfNeeded: random.next())
        }
        let weights =
          isExtreme
          ? [Int8](repeating: 127, count: 9 * channels * 32) : random.weights(9 * channels * 32)
        Kernels.compare("T \(tiles) K \(channels)") { table, buffers -> [Int32] in
          let read = buffers.make(pixels, aligned: true)
          let packed = buffers.make(weights, aligned: true)
          let sums = buffers.empty(
            Int32.self, count: Int(qv_tile_sums_count(Int64(tiles))), aligned: true)
          var call = qv_s8_tile_products(
            pixels: read.base, weights: packed.base, sums: sums.base, channels: Int32(channels),
            tiles: Int32(tiles))
          table.s8_tile_products(&call)
          return sums.values
        }
      }
    }
  }

  @Test(arguments: 1...4)
  func convolution(rows: Int) {
    var random = TestRandom("tileConvolution")
    for width in Array(1...9) + [14, 31, 57] {
      for channels in [32, 64, 96, 128] where width < 14 || channels == 64 {
        let weights = random.weights(9 * channels * 32).map { $0 / 2 }
        let problem = Problem(
          width: width, channels: channels, rows: rows, weights: weights,
          pixels: (0..<6).map { _ in random.bytes((width + 2) * channels) },
          bias: random.floats(32, scale: 1e9).map { Int32($0) },
          multiplier: random.floats(32, scale: 2e-5).map { abs($0) })
        Kernels.compare("W \(width) K \(channels)") { table, buffers in
          problem.inTiles(table, buffers)
        }
        let buffers = GuardedBuffers(atHead: false)
        let table = KernelTable(.scalar).entries
        let (tiles, direct) = (problem.inTiles(table, buffers), problem.direct(table, buffers))
        #expect(tiles == direct, "W \(width) K \(channels)")
      }
    }
  }

  /// Weights whose sum is the most that is allowed have the direct result on a white picture and with either
  /// sign; with one more it differs, and the layer is not made in tiles.
  @Test(arguments: [1, -1])
  func mostWeights(_ sign: Int) throws {
    let channels = 512
    for excess in [0, 1] {
      let total = Int(QV_MOST_WEIGHTS) + excess
      let count = 9 * channels
      let channel = (0..<count).map { Int8(sign * (total / count + ($0 < total % count ? 1 : 0))) }
      var packed = [Int8](repeating: 0, count: count * 32)
      for k in 0..<count { packed[k / 4 * 128 + k % 4] = channel[k] }
      let problem = Problem(
        width: 6, channels: channels, rows: 4, weights: packed,
        pixels: [[UInt8]](repeating: [UInt8](repeating: 255, count: 8 * channels), count: 6),
        bias: [Int32](repeating: 0, count: 32), multiplier: [Float](repeating: 7e-6, count: 32))
      for set in Kernels.sets {
        let buffers = GuardedBuffers(atHead: false)
        let table = KernelTable(set).entries
        let isEqual = problem.inTiles(table, buffers) == problem.direct(table, buffers)
        #expect(isEqual == (excess == 0), "\(set) \(excess)")
        if let tiles = try arithmetic(channel, set).tiles {
          #expect(tiles.holds(layer: 9) == (excess == 0))
          #expect(tiles.holds(layer: 1) && !tiles.holds(layer: 0))
        }
      }
    }
  }

  /// VGG-19 up to conv4_2, whose first output channel has some weights; all others are 0.
  private func arithmetic(_ channel: [Int8], _ set: InstructionSet) throws -> Int8Arithmetic {
    let shapes = NetworkTable.vgg19.convolutions[...9]
    let convolutions = shapes.map { shape in
      var weights = [Int8](repeating: 0, count: 9 * shape.inputChannels * shape.outputChannels)
      if shape.name == .conv4_2 { weights.replaceSubrange(0..<channel.count, with: channel) }
      return Int8Convolution(
        weights: weights, weightScale: [Float](repeating: 1, count: shape.outputChannels),
        bias: [Int32](repeating: 0, count: shape.outputChannels), outputScale: 1)
    }
    return try Int8Arithmetic(
      convolutions, of: .vgg19, pooling: .average, kernels: KernelTable(set), copies: .forward)
  }
}

/// A panel of up to four rows: bytes, then masks, of all rows.
private struct Problem {
  let width, channels, rows: Int
  let weights: [Int8]
  let pixels: [[UInt8]]
  let bias: [Int32]
  let multiplier: [Float]

  func inTiles(_ table: qv_kernels, _ buffers: GuardedBuffers) -> [UInt32] {
    let tiles = (width + 3) / 4
    let inputs = pixels.map { buffers.make($0).constant }
    let transformed = buffers.empty(
      Int16.self, count: Int(qv_tile_pixels_count(Int64(tiles), Int64(channels))), aligned: true)
    var read = qv_u8_tile_pixels(
      rows: (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]),
      out: transformed.base, width: Int32(width), channels: Int32(channels), first: 0,
      count: Int32(tiles), tiles: Int32(tiles))
    table.u8_tile_pixels(&read)
    let packed = buffers.make(weights, aligned: true)
    let sums = buffers.empty(
      Int32.self, count: Int(qv_tile_sums_count(Int64(tiles))), aligned: true)
    var multiply = qv_s8_tile_products(
      pixels: transformed.base, weights: packed.base, sums: sums.base, channels: Int32(channels),
      tiles: Int32(tiles))
    table.s8_tile_products(&multiply)
    let (b, m) = (buffers.make(bias), buffers.make(multiplier))
    let out = (0..<4).map { _ in buffers.empty(UInt8.self, count: (width - 1) * 41 + 32) }
    let mask = (0..<4).map { _ in buffers.empty(UInt32.self, count: width) }
    var call = qv_s32_tile_requant(
      sums: sums.base, bias: b.base, multiplier: m.base,
      out: (out[0].base, out[1].base, out[2].base, out[3].base),
      mask: (mask[0].base, mask[1].base, mask[2].base, mask[3].base), width: Int32(width),
      rows: Int32(rows), first: 0, count: Int32(tiles), tiles: Int32(tiles), out_stride: 41,
      mask_stride: 1)
    table.s32_tile_requant(&call)
    return out.flatMap { $0.values.map { UInt32($0) } } + mask.flatMap { $0.values }
  }

  func direct(_ table: qv_kernels, _ buffers: GuardedBuffers) -> [UInt32] {
    let inputs = pixels.map { buffers.make($0).constant }
    let packed = buffers.make(weights, aligned: true)
    let sums = buffers.make(Kernels.panelSums(weights, blocks: 1))
    let (b, m) = (buffers.make(bias), buffers.make(multiplier))
    let out = (0..<4).map { _ in buffers.empty(UInt8.self, count: (width - 1) * 41 + 32) }
    let mask = (0..<4).map { _ in buffers.empty(UInt32.self, count: width) }
    for row in 0..<rows {
      var call = qv_u8_conv_forward(
        rows: (inputs[row], inputs[row + 1], inputs[row + 2]), weights: packed.base,
        weight_sums: sums.base, bias: b.base, multiplier: m.base, out: out[row].base,
        mask: mask[row].base, width: Int32(width), channels: Int32(channels), out_stride: 41,
        mask_stride: 1)
      table.u8_conv_forward(&call)
    }
    return out.flatMap { $0.values.map { UInt32($0) } } + mask.flatMap { $0.values }
  }
}
