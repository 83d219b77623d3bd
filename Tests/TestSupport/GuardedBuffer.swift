internal import CSystem

/// A buffer that ends right before, and begins right after, a page that must not be touched.
///
/// Two mappings: `tail` ends at the guard page, `head` begins after one, so that a kernel that reads
/// or writes one byte beyond either end is stopped by the processor.
public final class GuardedBuffer<Element: BitwiseCopyable> {
  /// The end of the buffer that touches a guard page.
  public enum Edge: CaseIterable {
    /// The first element follows a guard page.
    case head
    /// The last element is followed by a guard page.
    case tail
  }

  /// The elements; zero at first.
  public let elements: UnsafeMutableBufferPointer<Element>
  private let mapping: UnsafeMutableRawPointer
  private let bytes: Int

  /// Makes room for `count` elements; with `alignment` the first element of a tail buffer is aligned.
  public init(count: Int, edge: Edge, alignment: Int = MemoryLayout<Element>.alignment) {
    let page = 4096
    let size = count * MemoryLayout<Element>.stride
    let rounded = (size + alignment + page - 1) / page * page
    bytes = rounded + 2 * page
    guard let mapping = system_map_memory(bytes) else { preconditionFailure("no memory") }
    self.mapping = mapping
    mprotect(mapping, page, PROT_NONE)
    mprotect(mapping + page + rounded, page, PROT_NONE)
    let offset = edge == .head ? page : (page + rounded - size) / alignment * alignment
    elements = UnsafeMutableBufferPointer(
      start: (mapping + offset).bindMemory(to: Element.self, capacity: count), count: count)
  }

  deinit {
    munmap(mapping, bytes)
  }

  /// The first element's address.
  public var base: UnsafeMutablePointer<Element> {
    guard let base = elements.baseAddress else { preconditionFailure("an empty buffer") }
    return base
  }

  /// The first element's address, for reading.
  public var constant: UnsafePointer<Element> { UnsafePointer(base) }

  /// A copy of the elements.
  public var values: [Element] { Array(elements) }
}

/// The guarded buffers of one call; they live as long as this object.
public final class GuardedBuffers {
  private let atHead: Bool
  private var kept: [AnyObject] = []

  /// Buffers that touch a guard page at their head or at their tail.
  public init(atHead: Bool) {
    self.atHead = atHead
  }

  /// A buffer with the elements of a list; `aligned` starts it at a cache line.
  public func make<Element: BitwiseCopyable>(
    _ values: [Element], aligned: Bool = false
  ) -> GuardedBuffer<Element> {
    let buffer = empty(Element.self, count: values.count, aligned: aligned)
    _ = buffer.elements.update(fromContentsOf: values)
    return buffer
  }

  /// A buffer of zeros.
  public func empty<Element: BitwiseCopyable>(
    _ type: Element.Type, count: Int, aligned: Bool = false
  ) -> GuardedBuffer<Element> {
    let buffer = GuardedBuffer<Element>(
      count: count, edge: atHead ? .head : .tail,
      alignment: aligned ? 64 : MemoryLayout<Element>.alignment)
    kept.append(buffer)
    return buffer
  }
}
