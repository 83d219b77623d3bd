internal import CSystem

/// An open file in which rows have their places.
///
/// A call that fails is remembered, and all that come after it do nothing: a pass over rows goes on to its end, and its
/// owner asks once whether what it has made is of any use.
public final class RowFile {
  private let descriptor: Int32
  /// The `errno` of the first call that failed; nil where none has.
  public private(set) var failure: Int32?
  /// Bytes that were read so far.
  public private(set) var bytesRead = 0
  /// Bytes that were written so far.
  public private(set) var bytesWritten = 0
  /// Seconds that reading and writing took so far.
  public private(set) var seconds = 0.0

  /// Takes an open file, which is closed with the object.
  public init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    _ = close(descriptor)
  }

  /// Fills `bytes` with those of the file from `offset` on.
  func read(_ bytes: MemorySlice<UInt8>, at offset: Int) {
    let begin = system_monotonic_seconds()
    var done = 0
    while done < bytes.count, failure == nil {
      // SAFETY: `done` is below the slice's count, and the slice has room for that.
      let count = unsafe Int(
        system_read_at(
          descriptor, bytes.base + done, bytes.count - done, Int64(offset + done)))
      // The file is as long as all rows.
      if count == 0 { failure = EIO }
      if count < 0, system_errno() != EINTR { failure = system_errno() }
      done += max(count, 0)
    }
    bytesRead += done
    seconds += system_monotonic_seconds() - begin
  }

  /// Writes `bytes` to the file from `offset` on.
  func write(_ bytes: RawSpan, at offset: Int) {
    let begin = system_monotonic_seconds()
    var done = 0
    while done < bytes.byteCount, failure == nil {
      // SAFETY: as many bytes are written as the span has.
      let count = unsafe bytes.extracting(done..<bytes.byteCount).withUnsafeBytes {
        unsafe Int(
          system_write_at(descriptor, $0.baseAddress, $0.count, Int64(offset + done)))
      }
      if count == 0 { failure = ENOSPC }
      if count < 0, system_errno() != EINTR { failure = system_errno() }
      done += max(count, 0)
    }
    bytesWritten += done
    seconds += system_monotonic_seconds() - begin
  }

  /// Lets the system begin to read what is wanted next.
  func willRead(_ count: Int, at offset: Int) {
    if count > 0, failure == nil { system_will_read(descriptor, Int64(offset), Int64(count)) }
  }

  /// How fast the disk itself is: bytes are written and brought onto it, forgotten in memory, and read again.
  ///
  /// - Parameter bytes: of the file's beginning, of which nothing is left; whole pieces of 256 KiB.
  /// - Returns: bytes per second.
  public func measure(_ bytes: Int) -> (read: Double, written: Double) {
    withTemporarySlice(of: UInt8.self, count: 1 << 18) { piece in
      // Nothing that a file system would make smaller.
      var state: UInt32 = 1
      for index in 0..<piece.count {
        state = state &* 1_664_525 &+ 1_013_904_223
        piece[index] = UInt8(truncatingIfNeeded: state >> 24)
      }
      let places = stride(from: 0, to: bytes, by: piece.count)
      let begin = system_monotonic_seconds()
      for place in places { piece.withSpan { unsafe write($0.bytes, at: place) } }
      if failure == nil, system_settle(descriptor) != 0 { failure = system_errno() }
      let turn = system_monotonic_seconds()
      for place in places { read(piece, at: place) }
      return (
        Double(bytes) / (system_monotonic_seconds() - turn), Double(bytes) / (turn - begin)
      )
    }
  }
}

/// Adds up the room of a file that rows go to.
public struct RowFilePlan: Sendable {
  /// Sections begin at pages.
  private static let alignment = 4096
  /// Bytes so far.
  public private(set) var bytes: Int

  /// Room behind what others have in the file.
  ///
  /// - Parameter bytes: as another plan has them; 0 for an empty file.
  public init(after bytes: Int = 0) {
    self.bytes = bytes
  }

  /// Takes room for some bytes; the place of the first one.
  public mutating func reserve(_ count: Int) -> Int {
    defer { bytes += (count + Self.alignment - 1) / Self.alignment * Self.alignment }
    return bytes
  }
}
