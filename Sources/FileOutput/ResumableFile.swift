internal import CSystem
package import FileNames

/// A file that several runs of a program write one after the other, and that gets its name once it
/// is whole.
///
/// Until then it has a name of its own. What is written after the last `flush()` may be lost when the
/// program is killed; the next one says how many bytes to keep, and goes on behind them. One program
/// at a time has the file open.
package final class ResumableFile {
  private let descriptor: Int32
  private let path: FilePath

  /// Opens or creates the file, keeps its first bytes, and drops the rest.
  ///
  /// - Parameters:
  ///   - path: its name until it is whole.
  ///   - count: bytes to keep.
  ///   - visit: sees them, in parts of a multiple of 4 bytes but for the last.
  /// - Throws: `FileOutputError.busy` when another program has the file, `.tooShort` when it has fewer
  ///   bytes, and others where it can not be read or written.
  package init(
    path: FilePath, keeping count: Int = 0, visit: (RawSpan) -> Void = { _ in }
  ) throws(FileOutputError) {
    self.path = path
    descriptor = unsafe path.withCString { unsafe system_open($0, O_RDWR | O_CREAT, 0o666) }
    guard descriptor >= 0 else { throw FileOutputError(opening: system_errno()) }
    guard system_lock(descriptor) != 0, path.leads(to: descriptor) else { throw .busy }
    try read(count, visit)
    guard ftruncate(descriptor, count) == 0 else { throw .system(errno: system_errno()) }
  }

  deinit {
    _ = close(descriptor)
  }

  private func read(
    _ count: Int, _ visit: (RawSpan) -> Void
  ) throws(FileOutputError) {
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    var rest = count
    while rest > 0 {
      var filled = 0
      let wanted = min(rest, buffer.count)
      while filled < wanted {
        let descriptor = descriptor
        // SAFETY: `filled` is below `wanted`, which the buffer has room for.
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
          unsafe Int(
            system_read(descriptor, bytes.baseAddress.map { unsafe $0 + filled }, wanted - filled))
        }
        if count == 0 { throw .tooShort }
        if count < 0 && system_errno() != EINTR { throw .system(errno: system_errno()) }
        filled += max(count, 0)
      }
      unsafe visit(buffer.span.extracting(0..<wanted).bytes)
      rest -= wanted
    }
  }

  /// Appends `bytes`.
  ///
  /// - Throws: `FileOutputError.system` with the cause.
  package func write(_ bytes: RawSpan) throws(FileOutputError) {
    try writeAll(bytes, to: descriptor)
  }

  /// Waits until the bytes so far are on the disk.
  ///
  /// - Throws: `FileOutputError.system` with the cause.
  package func flush() throws(FileOutputError) {
    guard fsync(descriptor) == 0 else { throw .system(errno: system_errno()) }
  }

  /// Flushes the file and gives it its name, in place of any file that has it.
  ///
  /// - Throws: `FileOutputError.system` with the cause.
  package func commit(as target: FilePath) throws(FileOutputError) {
    try flush()
    try path.rename(to: target)
  }
}

extension FilePath {
  /// Gives the file another name, in place of any file that has it.
  func rename(to target: FilePath) throws(FileOutputError) {
    let result = unsafe withCString { own in
      unsafe target.withCString { unsafe CSystem.rename(own, $0) }
    }
    guard result == 0 else { throw .system(errno: system_errno()) }
  }
}

/// Writes all bytes to an open file.
///
/// - Throws: `FileOutputError.system` with the cause; a part may have been written.
package func writeAll(_ bytes: RawSpan, to descriptor: Int32) throws(FileOutputError) {
  var done = 0
  while done < bytes.byteCount {
    // SAFETY: as many bytes are written as the span has.
    let count = unsafe bytes.extracting(done..<bytes.byteCount).withUnsafeBytes {
      unsafe Int(system_write(descriptor, $0.baseAddress, $0.count))
    }
    if count > 0 {
      done += count
    } else if count == 0 {
      throw .system(errno: ENOSPC)
    } else if system_errno() != EINTR {
      throw .system(errno: system_errno())
    }
  }
}
