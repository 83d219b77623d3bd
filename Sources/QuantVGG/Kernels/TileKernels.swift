internal import CQuantKernels
internal import Rows

/// The kernels that make rows of a convolution in tiles of 4 x 4 pixels, faster than one after the other.
@safe
struct TileKernels: @unchecked Sendable {
  // SAFETY: constant functions of C without a state.
  private let entries: qv_kernels

  /// The kernels of a table; nil where its direct convolution is as fast.
  init?(_ table: KernelTable) {
    guard table.entries.least_tiles > 0 else { return nil }
    entries = table.entries
  }

  /// The kernels that sum a gradient's products; nil where dot products of its bytes are as fast.
  init?(gradientsOf table: KernelTable) {
    guard table.entries.least_gradient_tiles > 0 else { return nil }
    entries = table.entries
  }

  /// The rows of a row of tiles from which on tiles are faster.
  var leastRows: Int { Int(entries.least_tile_rows) }
  /// The tiles of a block from which on they are.
  var leastTiles: Int { Int(entries.least_tiles) }
  /// Most tiles of a block, whose numbers stay in the second-level cache.
  var mostTiles: Int { Int(entries.most_tiles) }

  /// Whether the sums of a layer stay within what tiles can tell apart, whatever its input.
  ///
  /// - Parameters:
  ///   - weights: `[outputs][count]`.
  ///   - count: weights of an output channel.
  /// - Returns: whether no output channel's weights of either sign add up to more than `QV_MOST_WEIGHTS`.
  static func hold(_ weights: [Int8], count: Int) -> Bool {
    // Without branches, as this is done for all weights before every run.
    assert(weights.count % count == 0 && count <= 9 * Int(QV_MOST_CHANNELS))
    let most = 2 * Int32(QV_MOST_WEIGHTS)
    for first in stride(from: 0, to: weights.count, by: count) {
      var (sum, magnitudes) = (Int32(0), Int32(0))
      for weight in weights[first..<first + count] {
        let weight = Int32(weight)
        sum &+= weight
        magnitudes &+= max(weight, 0 &- weight)
      }
      guard magnitudes + sum <= most, magnitudes - sum <= most else { return false }
    }
    return true
  }

  /// Transforms the pixels of a run of tiles.
  func transform(
    _ band: RowBand<Activation8>, _ run: TileRun, _ block: TileBlock,
    into memory: MemorySlice<UInt8>
  ) {
    assert(band.channels == block.channels && 4 * (run.first + run.count - 1) < band.width)
    let rows = unsafe band.rows
    var call = unsafe qv_u8_tile_pixels(
      rows: (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]),
      out: block.pixels(memory).from(run.place * TileBlock.group).base, width: Int32(band.width),
      channels: Int32(band.channels), first: Int32(run.first), count: Int32(run.count),
      tiles: Int32(block.tiles))
    unsafe entries.u8_tile_pixels(&call)
  }

  /// Sums a panel's products with a block's pixels over all channels, which derives the panel's weights.
  ///
  /// - Parameters:
  ///   - panel: `[3][3][channels / 4][32][4]`, forward or mirrored.
  ///   - block: the block.
  ///   - memory: what holds its transformed pixels, and its sums then.
  func multiply(
    panel: MemorySlice<Int8>, _ block: TileBlock, in memory: MemorySlice<UInt8>
  ) {
    assert(panel.count == Panel.width * 9 * block.channels)
    var call = unsafe qv_s8_tile_products(
      pixels: block.pixels(memory).base, weights: panel.base, sums: block.sums(memory).base,
      channels: Int32(block.channels), tiles: Int32(block.tiles))
    unsafe entries.s8_tile_products(&call)
  }

  /// Makes a panel of up to four rows from the sums of a run of tiles.
  func requantize(
    _ layer: PackedInt8Convolution, panel: Int, _ run: TileRun, _ block: TileBlock,
    from memory: MemorySlice<UInt8>, rows: Int, into out: [4 of MutableRow<Activation8>],
    masks: [4 of MutableRow<MaskWord>]
  ) {
    let part = layer.panel(panel)
    assert(out[0].channels == layer.outputChannels)
    assert(4 * (run.first + run.count - 1) < out[0].width && masks[0].width == out[0].width)
    let first = part.lowerBound
    var call = unsafe qv_s32_tile_requant(
      sums: block.sums(memory).from(run.place * Panel.width).base, bias: layer.bias[part].base,
      multiplier: layer.multiplier[part].base,
      out: (out[0].base + first, out[1].base + first, out[2].base + first, out[3].base + first),
      mask: (
        masks[0].base + panel, masks[1].base + panel, masks[2].base + panel, masks[3].base + panel
      ),
      width: Int32(out[0].width), rows: Int32(rows), first: Int32(run.first),
      count: Int32(run.count), tiles: Int32(block.tiles), out_stride: Int32(out[0].channels),
      mask_stride: Int32(masks[0].channels))
    unsafe entries.s32_tile_requant(&call)
  }
}

/// Neighbouring tiles of a row of tiles.
package struct TileRun {
  /// The first one's place in the row of tiles.
  let first: Int
  /// Tiles.
  let count: Int
  /// The first one's place in its block.
  let place: Int
}

/// The tiles that are worked on at once, and where their parts stand in a worker's memory.
package struct TileBlock {
  /// Channels that lie together.
  static let group = Int(QV_TILE_CHANNELS)
  /// The tiles of the deepest layers for which memory is asked, where blocks may have as many.
  private static let wanted = (tiles: 32, channels: Int(QV_MOST_CHANNELS))

  /// Tiles.
  let tiles: Int
  /// Channels of a pixel.
  let channels: Int
  /// Bytes before the first part, a multiple of a cache line.
  var offset = 0

  /// Bytes that serve all layers well.
  ///
  /// - Parameter mostTiles: the most tiles of a block, 0 where there is none.
  /// - Returns: bytes of a worker.
  static func wantedBytes(mostTiles: Int) -> Int {
    guard mostTiles > 0 else { return 0 }
    return TileBlock(tiles: min(mostTiles, wanted.tiles), channels: wanted.channels).bytes
  }

  /// The tiles for which some memory is large enough; 0 or less where it is too small.
  static func capacity(channels: Int, bytes: Int) -> Int {
    let one = TileBlock(tiles: 1, channels: channels).bytes
    let each = TileBlock(tiles: 2, channels: channels).bytes - one
    return (bytes - one) / each + 1
  }

  /// Bytes of all parts.
  var bytes: Int { 2 * pixelCount + 4 * sumCount }

  private var pixelCount: Int { Int(qv_tile_pixels_count(Int64(tiles), Int64(channels))) }
  private var sumCount: Int { Int(qv_tile_sums_count(Int64(tiles))) }

  func pixels(_ memory: MemorySlice<UInt8>) -> MemorySlice<Int16> {
    memory.elements(Int16.self, at: offset, count: pixelCount)
  }

  func sums(_ memory: MemorySlice<UInt8>) -> MemorySlice<Int32> {
    memory.elements(Int32.self, at: offset + 2 * pixelCount, count: sumCount)
  }
}
