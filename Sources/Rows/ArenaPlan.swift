/// Adds up what a run needs before any of it is asked for.
public struct ArenaPlan: Sendable {
  /// Every reservation starts at a multiple of this many bytes (a cache line, a ZMM register).
  public static let alignment = 64

  /// Bytes reserved so far.
  public private(set) var bytes = 0

  /// An empty plan.
  public init() {}

  /// Reserves room for some elements.
  public mutating func reserve<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type
  ) -> Reservation<Element> {
    precondition(count >= 0)
    let reservation = Reservation<Element>(offset: bytes, count: count)
    let size = count * MemoryLayout<Element>.stride
    bytes += (size + Self.alignment - 1) & ~(Self.alignment - 1)
    return reservation
  }
}

/// The place of some elements in an arena, and their number.
public struct Reservation<Element: BitwiseCopyable>: Sendable {
  /// Bytes from the arena's start, a multiple of `ArenaPlan.alignment`.
  public let offset: Int
  /// Elements.
  public let count: Int

  /// Bytes of the elements.
  public var bytes: Int { count * MemoryLayout<Element>.stride }

  init(offset: Int, count: Int) {
    self.offset = offset
    self.count = count
  }

  /// The reservations of equal parts; `parts` divides the count into whole cache lines.
  public func split(_ parts: Int) -> [Reservation] {
    let share = count / parts
    let bytes = share * MemoryLayout<Element>.stride
    precondition(share * parts == count && bytes % ArenaPlan.alignment == 0)
    return (0..<parts).map { Reservation(offset: offset + $0 * bytes, count: share) }
  }
}
