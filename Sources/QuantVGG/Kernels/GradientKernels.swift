internal import CQuantKernels
internal import Rows

/// The kernels that make dJ/d(input) of a convolution in tiles of 4 x 4 pixels: by Winograd's transform or by dot products,
/// with the same bits.
@safe
struct GradientKernels: @unchecked Sendable {
  // SAFETY: constant functions of C without a state.
  private let entries: qv_kernels

  /// The kernels of a table.
  init(_ table: KernelTable) { entries = table.entries }

  /// The tiles of a block from which on transforms are faster; nil where they are not.
  var leastTransformed: Int? {
    entries.least_gradient_tiles > 0 ? Int(entries.least_gradient_tiles) : nil
  }

  /// Whether the sums of a layer stay within what transforms can tell apart, whatever its gradient.
  ///
  /// - Parameters:
  ///   - weights: `[outputs][inputs][9]`.
  ///   - inputs: channels of the layer's input.
  /// - Returns: whether no input channel's weights add up to more than `QV_MOST_GRADIENT_WEIGHTS`, without their signs.
  static func hold(_ weights: [Int8], inputs: Int) -> Bool {
    assert(weights.count % (9 * inputs) == 0 && weights.count / inputs <= 9 * Int(QV_MOST_CHANNELS))
    var sums = [Int32](repeating: 0, count: inputs)
    for output in stride(from: 0, to: weights.count, by: 9 * inputs) {
      for input in 0..<inputs {
        let first = output + 9 * input
        var sum: Int32 = 0
        for weight in weights[first..<first + 9] {
          sum &+= max(Int32(weight), 0 &- Int32(weight))
        }
        sums[input] &+= sum
      }
    }
    return sums.allSatisfy { $0 <= Int32(QV_MOST_GRADIENT_WEIGHTS) }
  }

  /// Brings the windows of a run of tiles to one scale each, in the form that the block is of.
  func gather(
    _ band: RowBand<Gradient8>, _ scales: RowBand<Real>, _ run: TileRun, _ block: GradientBlock,
    into memory: MemorySlice<UInt8>
  ) {
    assert(band.channels == block.channels && 4 * (run.first + run.count - 1) < band.width)
    assert(scales.channels == 1 && scales.width == band.width)
    let (rows, factors) = unsafe (band.rows, scales.rows)
    let found = block.scales(memory).from(run.place)
    if block.isTransformed {
      let tiles = block.transformed
      var call = unsafe qv_u8_tile_gradients(
        rows: (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]),
        scales: (factors[0], factors[1], factors[2], factors[3], factors[4], factors[5]),
        out: tiles.pixels(memory).from(run.place * TileBlock.group).base, tile_scales: found.base,
        width: Int32(band.width), channels: Int32(band.channels), first: Int32(run.first),
        count: Int32(run.count), tiles: Int32(block.tiles))
      unsafe entries.u8_tile_gradients(&call)
    } else {
      var call = unsafe qv_u8_gradient_windows(
        rows: (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]),
        scales: (factors[0], factors[1], factors[2], factors[3], factors[4], factors[5]),
        out: block.window(run.place, memory).base, tile_scales: found.base,
        width: Int32(band.width), channels: Int32(band.channels), first: Int32(run.first),
        count: Int32(run.count))
      unsafe entries.u8_gradient_windows(&call)
    }
  }

  /// Makes a panel of the rows `written` of a row of tiles, 0..<4, from a run that was gathered and, where the block is
  /// transformed, multiplied.
  func write(
    _ layer: PackedInt8Convolution, panel: Int, weights: MemorySlice<Int8>, _ run: TileRun,
    _ block: GradientBlock, from memory: MemorySlice<UInt8>, written: Range<Int>,
    into out: [4 of MutableRow<Real>]
  ) {
    assert(4 * (run.first + run.count - 1) < out[0].width)
    assert((panel + 1) * Panel.width <= out[0].channels)
    let first = panel * Panel.width
    let found = block.scales(memory).from(run.place)
    if block.isTransformed {
      var call = unsafe qv_s32_tile_gradient(
        sums: block.transformed.sums(memory).from(run.place * Panel.width).base,
        tile_scales: found.base,
        out: (out[0].base + first, out[1].base + first, out[2].base + first, out[3].base + first),
        width: Int32(out[0].width), top: Int32(written.lowerBound), rows: Int32(written.upperBound),
        first: Int32(run.first), count: Int32(run.count), tiles: Int32(block.tiles),
        out_stride: Int32(out[0].channels))
      unsafe entries.s32_tile_gradient(&call)
    } else {
      assert(weights.count == PackedInt8Convolution.backwardPanelCount(layer.shape))
      var call = unsafe qv_u8_window_gradient(
        windows: block.window(run.place, memory).base, tile_scales: found.base,
        weights: weights.base, weight_sums: layer.backwardPanelSums(panel).base,
        out: (out[0].base + first, out[1].base + first, out[2].base + first, out[3].base + first),
        width: Int32(out[0].width), channels: Int32(block.channels),
        top: Int32(written.lowerBound), rows: Int32(written.upperBound), first: Int32(run.first),
        count: Int32(run.count), out_stride: Int32(out[0].channels))
      unsafe entries.u8_window_gradient(&call)
    }
  }
}

/// The tiles of a gradient that are worked on at once, and where their parts stand in a worker's memory: the transformed
/// pixels and sums of a `TileBlock`, or the windows' bytes; before them the windows' scales.
package struct GradientBlock: Sendable, Equatable {
  /// Most windows of a block: their bytes stay in the second-level cache.
  private static let mostWindows = 64
  /// The windows of the deepest layers for which memory is asked.
  private static let wantedWindows = 16

  /// Whether the windows are transformed.
  let isTransformed: Bool
  /// Tiles; 0 where there is no block.
  let tiles: Int
  /// Channels of the gradient.
  let channels: Int

  /// Bytes that serve all layers well.
  ///
  /// - Parameter mostTiles: the most tiles of a transformed block, 0 where there is no memory for it.
  /// - Returns: bytes of a worker.
  static func wantedBytes(mostTiles: Int) -> Int {
    let channels = NetworkTable.mostChannels
    let windows = GradientBlock(isTransformed: false, tiles: wantedWindows, channels: channels)
    let transformed = TileBlock.wantedBytes(mostTiles: mostTiles)
    return max(windows.bytes, transformed > 0 ? transformed + windows.scaleBytes : 0)
  }

  /// The most tiles of a block in some memory; 0 or less where it is too small.
  static func capacity(isTransformed: Bool, channels: Int, bytes: Int) -> Int {
    if isTransformed {
      return TileBlock.capacity(channels: channels, bytes: bytes - scaleBytes(mostWindows))
    }
    return min(mostWindows, (bytes - scaleBytes(mostWindows)) / windowBytes(channels))
  }

  /// A block of the same form with fewer tiles.
  func withTiles(_ count: Int) -> GradientBlock {
    assert(count <= tiles)
    return GradientBlock(isTransformed: isTransformed, tiles: count, channels: channels)
  }

  /// The parts but for the scales, of a transformed block.
  var transformed: TileBlock { TileBlock(tiles: tiles, channels: channels, offset: scaleBytes) }

  /// Bytes of all parts.
  private var bytes: Int {
    scaleBytes + (isTransformed ? transformed.bytes : tiles * Self.windowBytes(channels))
  }

  private static func windowBytes(_ channels: Int) -> Int { 36 * channels }

  private static func scaleBytes(_ tiles: Int) -> Int {
    let line = ArenaPlan.alignment
    return (tiles * MemoryLayout<Float>.stride + line - 1) / line * line
  }

  private var scaleBytes: Int { Self.scaleBytes(tiles) }

  /// `[tiles]` the scale of each tile's window.
  func scales(_ memory: MemorySlice<UInt8>) -> MemorySlice<Float> {
    memory.elements(Float.self, count: tiles)
  }

  /// The windows from a place on, `[6][6][channels]` each.
  func window(_ place: Int, _ memory: MemorySlice<UInt8>) -> MemorySlice<UInt8> {
    let each = Self.windowBytes(channels)
    return memory[scaleBytes + place * each..<scaleBytes + tiles * each]
  }
}
