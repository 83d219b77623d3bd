/// A ring of image rows: row `y` stands in slot `y % capacity`.
///
/// A ring as high as the image keeps every row. Each slot is one padded row: `width + 2` pixels, of
/// which the first and the last are zero and never written again.
@safe
public struct RowRing<Format: RowFormat> {
  /// Pixels of a row, without padding.
  public let width: Int
  /// Elements of a pixel.
  public let channels: Int
  /// Rows that are kept.
  public let capacity: Int
  private let reservation: Reservation<UInt8>
  @usableFromInline var memory: MemorySlice<UInt8>?

  /// Reserves a ring; `attach` gives it memory.
  public init(width: Int, channels: Int, capacity: Int, plan: inout ArenaPlan) {
    self.width = width
    self.channels = channels
    self.capacity = capacity
    reservation = plan.reserve(
      Self.stride(width: width, channels: channels) * capacity, of: UInt8.self)
  }

  /// Bytes of a padded row; rows start at cache lines.
  @inlinable
  static func stride(width: Int, channels: Int) -> Int {
    let row = (width + 2) * channels * MemoryLayout<Format.Element>.stride
    return (row + ArenaPlan.alignment - 1) / ArenaPlan.alignment * ArenaPlan.alignment
  }

  /// Bytes of all rows.
  public var bytes: Int { Self.stride(width: width, channels: channels) * capacity }

  /// Elements of a padded row.
  public var paddedCount: Int { (width + 2) * channels }

  /// Places the ring in its arena and makes its padding zero.
  public mutating func attach(_ arena: Arena) {
    memory = arena.slice(reservation)
    guard !Format.isZeroWhereUntouched else { return }
    for slot in 0..<capacity {
      let row = unsafe padded(slot)
      unsafe row.update(repeating: Format.zero, count: channels)
      unsafe (row + (width + 1) * channels).update(repeating: Format.zero, count: channels)
    }
  }

  /// The padded row `y`: its first pixel is padding.
  @inlinable
  @unsafe
  func padded(_ y: Int) -> UnsafeMutablePointer<Format.Element> {
    guard let memory else { preconditionFailure("the ring has no memory yet") }
    assert(y >= 0, "a row above the picture")
    let row = memory.elements(
      Format.Element.self, at: y % capacity * Self.stride(width: width, channels: channels),
      count: paddedCount)
    return unsafe row.base
  }

  /// Row `y`, to be read.
  @inlinable
  public func row(_ y: Int) -> Row<Format> { Row(writableRow(y)) }

  /// Row `y`, to be written.
  @inlinable
  public func writableRow(_ y: Int) -> MutableRow<Format> {
    unsafe MutableRow(base: padded(y) + channels, width: width, channels: channels)
  }
}
