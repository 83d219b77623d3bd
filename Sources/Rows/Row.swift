/// A row of pixels to read, `[width][channels]`.
///
/// A view of an arena's memory, like `MemorySlice`.
@safe
public struct Row<Format: RowFormat>: @unchecked Sendable {
  // SAFETY: the elements belong to an arena that outlives the view.

  /// The first element of pixel 0.
  public let base: UnsafePointer<Format.Element>
  /// Pixels.
  public let width: Int
  /// Elements of a pixel.
  public let channels: Int

  /// A view of memory that the caller keeps.
  @inlinable
  @unsafe
  public init(base: UnsafePointer<Format.Element>, width: Int, channels: Int) {
    unsafe self.base = base
    self.width = width
    self.channels = channels
  }

  /// The elements of a slice as pixels.
  @inlinable
  public init(_ slice: MemorySlice<Format.Element>, channels: Int) {
    self.init(MutableRow(slice, channels: channels))
  }

  /// A row that is not written any more.
  @inlinable
  public init(_ row: MutableRow<Format>) {
    unsafe self.init(
      base: UnsafePointer(row.base), width: row.width, channels: row.channels)
  }

  /// Elements.
  @inlinable public var count: Int { width * channels }

  /// An element, counted through the pixels.
  @inlinable
  public subscript(index: Int) -> Format.Element {
    assert(index >= 0 && index < count, "an index outside the row")
    return unsafe base[index]
  }

  /// Some of the pixels.
  @inlinable
  public func columns(_ range: Range<Int>) -> Row {
    assert(range.lowerBound >= 0 && range.upperBound <= width, "columns outside the row")
    return unsafe Row(
      base: base + range.lowerBound * channels, width: range.count, channels: channels)
  }
}

/// A row of pixels to write, `[width][channels]`.
@safe
public struct MutableRow<Format: RowFormat>: @unchecked Sendable {
  // SAFETY: as for `Row`.

  /// The first element of pixel 0.
  public let base: UnsafeMutablePointer<Format.Element>
  /// Pixels.
  public let width: Int
  /// Elements of a pixel.
  public let channels: Int

  /// A view of memory that the caller keeps.
  @inlinable
  @unsafe
  public init(base: UnsafeMutablePointer<Format.Element>, width: Int, channels: Int) {
    unsafe self.base = base
    self.width = width
    self.channels = channels
  }

  /// The elements of a slice as pixels.
  @inlinable
  public init(_ slice: MemorySlice<Format.Element>, channels: Int) {
    assert(slice.count % channels == 0, "a slice of broken pixels")
    unsafe self.init(base: slice.base, width: slice.count / channels, channels: channels)
  }

  /// Elements.
  @inlinable public var count: Int { width * channels }

  /// An element, counted through the pixels.
  @inlinable
  public subscript(index: Int) -> Format.Element {
    get {
      assert(index >= 0 && index < count, "an index outside the row")
      return unsafe base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count, "an index outside the row")
      unsafe base[index] = newValue
    }
  }

  /// Some of the pixels.
  @inlinable
  public func columns(_ range: Range<Int>) -> MutableRow {
    assert(range.lowerBound >= 0 && range.upperBound <= width, "columns outside the row")
    return unsafe MutableRow(
      base: base + range.lowerBound * channels, width: range.count, channels: channels)
  }

  /// The elements, pixel by pixel.
  @inlinable public var elements: MemorySlice<Format.Element> {
    unsafe MemorySlice(base: base, count: count)
  }

  /// Makes every element zero.
  @inlinable
  public func clear() {
    unsafe base.update(repeating: Format.zero, count: count)
  }

  /// Copies a row of the same size.
  @inlinable
  public func copy(_ source: Row<Format>) {
    assert(source.count == count, "rows of different sizes")
    unsafe base.update(from: source.base, count: count)
  }
}
