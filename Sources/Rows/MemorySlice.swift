/// Neighbouring elements of a block of memory: what an arena gives for a reservation, or a part of it.
///
/// A view, not an owner: the arena outlives it. Copies see the same elements, and threads may write
/// different elements at the same time. Indexes are checked in debug builds.
@safe
public struct MemorySlice<Element: BitwiseCopyable>: @unchecked Sendable {
  // SAFETY: the elements belong to an arena that its owner keeps as long as views of it.

  /// The first element.
  public let base: UnsafeMutablePointer<Element>
  /// Elements.
  public let count: Int

  /// A view of memory that the caller keeps.
  @inlinable
  @unsafe
  public init(base: UnsafeMutablePointer<Element>, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  /// An element.
  @inlinable
  public subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count, "an index outside the slice")
      return unsafe base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count, "an index outside the slice")
      unsafe base[index] = newValue
    }
  }

  /// A part.
  @inlinable
  public subscript(range: Range<Int>) -> MemorySlice {
    assert(range.lowerBound >= 0 && range.upperBound <= count, "a range outside the slice")
    return unsafe MemorySlice(base: base + range.lowerBound, count: range.count)
  }

  /// The elements from `first` on.
  @inlinable
  public func from(_ first: Int) -> MemorySlice { self[first..<count] }

  /// Sets every element.
  @inlinable
  public func fill(_ value: Element) {
    unsafe base.update(repeating: value, count: count)
  }

  /// Neighbouring elements from an index on.
  @inlinable
  public func vector<Vector: SIMD>(at index: Int, as type: Vector.Type) -> Vector
  where Vector.Scalar == Element, Vector: BitwiseCopyable {
    assert(index >= 0 && index + Vector.scalarCount <= count, "a vector outside the slice")
    return unsafe UnsafeRawPointer(base + index).loadUnaligned(as: type)
  }

  /// Sets neighbouring elements from an index on.
  @inlinable
  public func set<Vector: SIMD>(_ vector: Vector, at index: Int)
  where Vector.Scalar == Element, Vector: BitwiseCopyable {
    assert(index >= 0 && index + Vector.scalarCount <= count, "a vector outside the slice")
    unsafe UnsafeMutableRawPointer(base + index).storeBytes(of: vector, as: Vector.self)
  }

  /// Makes every byte 0.
  public func clear() { bytes.fill(0) }

  /// Copies the elements of a slice of the same length.
  @inlinable
  public func copy(_ source: MemorySlice) {
    assert(source.count == count, "slices of different lengths")
    unsafe base.update(from: source.base, count: count)
  }

  /// Copies the elements of a span of the same length.
  @inlinable
  public func copy(_ source: Span<Element>) {
    precondition(source.count == count, "a span of another length")
    unsafe source.withUnsafeBufferPointer {
      if let start = $0.baseAddress { unsafe base.update(from: start, count: count) }
    }
  }

  /// The elements in order.
  public var array: [Element] {
    unsafe Array(UnsafeBufferPointer(start: base, count: count))
  }

  /// Calls `body` with the elements.
  @inlinable
  public func withSpan<Result, Failure: Error>(
    _ body: (Span<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(Span(_unsafeStart: UnsafePointer(base), count: count))
  }

  /// Calls `body` with the elements, to be changed.
  @inlinable
  public func withMutableSpan<Result, Failure: Error>(
    _ body: (inout MutableSpan<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var span = unsafe MutableSpan(_unsafeStart: base, count: count)
    return try body(&span)
  }

  /// The memory as bytes.
  @inlinable
  public var bytes: MemorySlice<UInt8> {
    let size = count * MemoryLayout<Element>.stride
    return unsafe MemorySlice<UInt8>(
      base: UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt8.self), count: size)
  }
}

extension MemorySlice where Element == UInt8 {
  /// Copies as many bytes.
  public func copy(_ source: RawSpan) {
    precondition(source.byteCount == count, "a span of another length")
    unsafe source.withUnsafeBytes {
      if let start = $0.baseAddress {
        unsafe UnsafeMutableRawPointer(base).copyMemory(from: start, byteCount: count)
      }
    }
  }

  /// A part as elements of another type; `offset` in bytes is a multiple of its alignment.
  @inlinable
  public func elements<Other: BitwiseCopyable>(
    _ type: Other.Type, at offset: Int = 0, count: Int
  ) -> MemorySlice<Other> {
    let part = self[offset..<offset + count * MemoryLayout<Other>.stride]
    assert(
      unsafe Int(bitPattern: part.base) % MemoryLayout<Other>.alignment == 0, "a misaligned slice")
    return unsafe MemorySlice<Other>(
      base: UnsafeMutableRawPointer(part.base).assumingMemoryBound(to: Other.self), count: count)
  }
}

extension MemorySlice where Element == Float {
  /// Whether all elements are finite.
  public var isFinite: Bool { withSpan { span in span.indices.allSatisfy { span[$0].isFinite } } }
}
