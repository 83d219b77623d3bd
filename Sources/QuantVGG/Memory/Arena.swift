internal import CSystem

/// Adds up what a run needs before any of it is asked for.
public struct ArenaPlan: Sendable {
  /// Every reservation starts at a multiple of this many bytes (a cache line, a ZMM register).
  public static let alignment = 64

  /// Bytes reserved so far.
  public private(set) var bytes = 0

  /// An empty plan.
  public init() {}

  /// Reserves `count` bytes and returns their offset in the arena.
  public mutating func reserve(_ count: Int) -> Int {
    precondition(count >= 0)
    let offset = bytes
    bytes += (count + Self.alignment - 1) & ~(Self.alignment - 1)
    return offset
  }
}

/// One block of zeroed memory that holds everything an optimisation step touches.
///
/// Pages become resident when they are first written; nothing is added after `init`.
public final class Arena {
  /// Start of the block, aligned to a page.
  public let base: UnsafeMutableRawPointer
  /// Size of the block in bytes.
  public let bytes: Int

  /// Asks the system for the planned memory.
  ///
  /// - Throws: `MemoryError.refused` when the system does not give it.
  public init(_ plan: ArenaPlan) throws(MemoryError) {
    bytes = max(plan.bytes, 1)
    guard let address = system_map_memory(bytes) else { throw .refused(bytes: bytes) }
    base = address
  }

  /// The numbers at an offset that was reserved for them.
  public func at<T: BitwiseCopyable>(_ offset: Int, of type: T.Type = T.self)
    -> UnsafeMutablePointer<T>
  {
    (base + offset).assumingMemoryBound(to: type)
  }

  deinit {
    munmap(base, bytes)
  }
}

/// Why memory could not be had.
public enum MemoryError: Error, Equatable, CustomStringConvertible {
  /// The system refused this many bytes.
  case refused(bytes: Int)

  /// What is wrong and what to do about it.
  public var description: String {
    switch self {
    case .refused(let bytes):
      "the system refuses \(bytes >> 20) MiB of memory; use a smaller size"
    }
  }
}
