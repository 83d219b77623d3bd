/// A ring of image rows: row `y` stands in slot `y % capacity`.
///
/// A ring as high as the image keeps every row. Each slot is one padded row: `width + 2` pixels, of
/// which the first and the last are padding that is set once and never written again.
struct RowRing<Element: BitwiseCopyable> {
  /// Pixels of a row, without padding.
  let width: Int
  /// Elements per pixel.
  let channels: Int
  /// Rows that are kept.
  let capacity: Int
  private let offset: Int
  private let stride: Int
  private var base: UnsafeMutableRawPointer?

  /// Plans a ring; `attach` gives it memory.
  init(width: Int, channels: Int, capacity: Int, plan: inout ArenaPlan) {
    let bytes = Self.bytes(width: width, channels: channels, capacity: capacity)
    self.init(width: width, channels: channels, capacity: capacity, offset: plan.reserve(bytes))
  }

  /// A ring at an offset of the arena that has room for `bytes(width:channels:capacity:)`.
  init(width: Int, channels: Int, capacity: Int, offset: Int) {
    self.width = width
    self.channels = channels
    self.capacity = capacity
    self.offset = offset
    stride = Self.bytes(width: width, channels: channels, capacity: 1)
  }

  /// Bytes of a ring; rows start at cache lines.
  static func bytes(width: Int, channels: Int, capacity: Int) -> Int {
    let row = (width + 2) * channels * MemoryLayout<Element>.stride
    return (row + ArenaPlan.alignment - 1) / ArenaPlan.alignment * ArenaPlan.alignment * capacity
  }

  /// Elements of a padded row.
  var paddedCount: Int { (width + 2) * channels }

  /// Places the ring in its arena; the memory is zero, and so is the padding.
  mutating func attach(_ arena: Arena) {
    base = arena.base + offset
  }

  /// The padded row `y`: its first pixel is padding.
  func padded(_ y: Int) -> UnsafeMutablePointer<Element> {
    guard let base else { preconditionFailure("the ring has no memory yet") }
    return (base + y % capacity * stride).assumingMemoryBound(to: Element.self)
  }

  /// Pixel 0 of row `y`.
  func row(_ y: Int) -> UnsafeMutablePointer<Element> {
    padded(y) + channels
  }
}

/// Three neighbouring rows `y - 1`, `y`, `y + 1`, the window of a 3x3 convolution.
public struct RowTriple<Element: BitwiseCopyable> {
  /// The row above; a row of zeros at the top edge.
  public let above: UnsafePointer<Element>
  /// The row itself.
  public let middle: UnsafePointer<Element>
  /// The row below; a row of zeros at the bottom edge.
  public let below: UnsafePointer<Element>

  /// A window of three padded rows.
  package init(
    above: UnsafePointer<Element>, middle: UnsafePointer<Element>, below: UnsafePointer<Element>
  ) {
    self.above = above
    self.middle = middle
    self.below = below
  }

  /// The window that starts `count` elements further right.
  func advanced(by count: Int) -> RowTriple {
    RowTriple(above: above + count, middle: middle + count, below: below + count)
  }

  /// The window around row `y` of a ring; rows outside 0..<height are `zeros`.
  init(_ ring: RowRing<Element>, around y: Int, height: Int, zeros: UnsafePointer<Element>) {
    above = y > 0 ? UnsafePointer(ring.padded(y - 1)) : zeros
    middle = UnsafePointer(ring.padded(y))
    below = y + 1 < height ? UnsafePointer(ring.padded(y + 1)) : zeros
  }
}
