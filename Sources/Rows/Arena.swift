internal import CSystem

/// One block of zeroed memory that holds everything an optimisation step touches.
///
/// Pages become resident when they are first written; nothing is added after `init`.
@safe
public final class Arena: @unchecked Sendable {
  // SAFETY: the block is mapped in `init` and unmapped in `deinit`, never moved; `slice` checks that a
  // reservation lies in it. Threads share it as they share any memory: they write different elements.
  private let base: UnsafeMutableRawPointer
  /// Size of the block in bytes.
  public let bytes: Int

  /// Asks the system for the planned memory.
  ///
  /// - Throws: `MemoryError.refused` when the system does not give it.
  public init(_ plan: ArenaPlan) throws(MemoryError) {
    bytes = max(plan.bytes, 1)
    guard let address = unsafe system_map_memory(bytes) else { throw .refused(bytes: bytes) }
    unsafe base = address
  }

  /// The memory of a reservation in the plan that the arena was made for.
  public func slice<Element: BitwiseCopyable>(
    _ reservation: Reservation<Element>
  ) -> MemorySlice<Element> {
    precondition(
      reservation.offset >= 0
        && reservation.offset + reservation.count * MemoryLayout<Element>.stride <= bytes,
      "a reservation of another plan")
    return unsafe MemorySlice(
      base: (base + reservation.offset).assumingMemoryBound(to: Element.self),
      count: reservation.count)
  }

  deinit {
    unsafe munmap(base, bytes)
  }
}

/// The reason why memory could not be had.
public enum MemoryError: Error, Equatable, CustomStringConvertible {
  /// The system refused this many bytes.
  case refused(bytes: Int)

  /// A sentence: what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .refused(let bytes):
      "the system refuses \(bytes >> 20) MiB of memory; use a smaller size"
    }
  }
}
