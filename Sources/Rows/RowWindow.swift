/// Three neighbouring rows `y - 1`, `y`, `y + 1`, what a 3x3 convolution reads for `width` pixels of a row.
///
/// Each has one pixel more on either side: index 0 is the pixel before the first that is made. Outside
/// of the picture all are zero.
@safe
public struct RowWindow<Format: RowFormat>: @unchecked Sendable {
  // SAFETY: `(width + 2) * channels` elements of each belong to an arena that outlives the view.

  /// The pixel before the first of row `y - 1`.
  public let above: UnsafePointer<Format.Element>
  /// The pixel before the first of row `y`.
  public let middle: UnsafePointer<Format.Element>
  /// The pixel before the first of row `y + 1`.
  public let below: UnsafePointer<Format.Element>
  /// Pixels that are made from the window.
  public let width: Int
  /// Elements of a pixel.
  public let channels: Int

  /// A window of memory that the caller keeps.
  @inlinable
  @unsafe
  public init(
    above: UnsafePointer<Format.Element>, middle: UnsafePointer<Format.Element>,
    below: UnsafePointer<Format.Element>, width: Int, channels: Int
  ) {
    unsafe self.above = above
    unsafe self.middle = middle
    unsafe self.below = below
    self.width = width
    self.channels = channels
  }

  /// The window around row `y` of a ring in a picture of `height` rows.
  @inlinable
  public init(_ ring: RowRing<Format>, around y: Int, height: Int, outside zeros: ZeroRow<Format>) {
    assert(y >= 0 && y < height, "a row outside the picture")
    let zero = unsafe zeros.padded(width: ring.width, channels: ring.channels)
    unsafe self.init(
      above: y > 0 ? UnsafePointer(ring.padded(y - 1)) : zero,
      middle: UnsafePointer(ring.padded(y)),
      below: y + 1 < height ? UnsafePointer(ring.padded(y + 1)) : zero,
      width: ring.width, channels: ring.channels)
  }

  /// The window of some of the pixels.
  @inlinable
  public func columns(_ range: Range<Int>) -> RowWindow {
    assert(range.lowerBound >= 0 && range.upperBound <= width, "columns outside the window")
    let first = range.lowerBound * channels
    return unsafe RowWindow(
      above: above + first, middle: middle + first, below: below + first, width: range.count,
      channels: channels)
  }
}

/// A row of zeros for windows over the top and the bottom edge, as long as the longest that is asked for.
public struct ZeroRow<Format: RowFormat> {
  private let reservation: Reservation<Format.Element>
  @usableFromInline var elements: MemorySlice<Format.Element>?

  /// Reserves a row for rings of at most `elements` padded elements.
  public init(elements: Int, plan: inout ArenaPlan) {
    reservation = plan.reserve(elements, of: Format.Element.self)
  }

  /// Writes the zeros.
  public mutating func attach(_ arena: Arena) {
    let elements = arena.slice(reservation)
    if !Format.isZeroWhereUntouched { elements.fill(Format.zero) }
    self.elements = elements
  }

  @inlinable
  @unsafe
  func padded(width: Int, channels: Int) -> UnsafePointer<Format.Element> {
    guard let elements else { preconditionFailure("the row has no memory yet") }
    assert((width + 2) * channels <= elements.count, "a row wider than was reserved for")
    return unsafe UnsafePointer(elements.base)
  }
}
