/// Six neighbouring rows, `y - 1` to `y + 4`: what a 3x3 convolution makes up to four rows from.
///
/// Each has one pixel more on either side, as in `RowWindow`. Rows that none of the made ones depends on are zero.
@safe
public struct RowBand<Format: RowFormat>: @unchecked Sendable {
  // SAFETY: as for `RowWindow`.

  /// The pixels before the first ones of the rows.
  public let rows: [6 of UnsafePointer<Format.Element>]
  /// Pixels that are made of a row.
  public let width: Int
  /// Elements of a pixel.
  public let channels: Int
  /// Rows that are made: 1...4.
  public let made: Int

  /// The band for some rows of a ring in a picture of `height` rows.
  @inlinable
  public init(
    _ ring: RowRing<Format>, for made: Range<Int>, height: Int, outside zeros: ZeroRow<Format>
  ) {
    assert(made.lowerBound >= 0 && made.upperBound <= height, "rows outside the picture")
    assert(made.count >= 1 && made.count <= 4, "one band has at most four rows")
    let zero = unsafe zeros.padded(width: ring.width, channels: ring.channels)
    var rows = unsafe [6 of UnsafePointer<Format.Element>](repeating: zero)
    for i in 0..<made.count + 2 {
      let y = made.lowerBound - 1 + i
      if y >= 0 && y < height { unsafe rows[i] = UnsafePointer(ring.padded(y)) }
    }
    unsafe self.rows = rows
    width = ring.width
    channels = ring.channels
    self.made = made.count
  }

  /// The band of a row of tiles that begins with `row`, which may lie up to 3 rows above a picture of `height` rows: all
  /// rows that are in the picture, the others zero.
  @inlinable
  public init(
    _ ring: RowRing<Format>, tilesAt row: Int, height: Int, outside zeros: ZeroRow<Format>
  ) {
    assert(row > -4 && row < height, "a row of tiles outside the picture")
    let zero = unsafe zeros.padded(width: ring.width, channels: ring.channels)
    var rows = unsafe [6 of UnsafePointer<Format.Element>](repeating: zero)
    for i in 0..<6 {
      let y = row - 1 + i
      if y >= 0 && y < height { unsafe rows[i] = UnsafePointer(ring.padded(y)) }
    }
    unsafe self.rows = rows
    width = ring.width
    channels = ring.channels
    made = 4
  }
}
