internal import CSystem
package import FileNames

/// A file of one run, which ends with it however it ends: it has no name.
package enum ScratchFile {
  /// Makes a file in a folder, and takes the disk's room for all of it.
  ///
  /// Where the file system has no files without a name, there is one, `.qstyle-spill`, for a moment, in which one program at a time
  /// has it; a program that is killed in that moment leaves an empty file, which the next one takes.
  ///
  /// - Parameters:
  ///   - folder: where.
  ///   - bytes: the file's length.
  /// - Returns: its descriptor, which the caller closes.
  /// - Throws: `FileOutputError`.
  package static func open(in folder: FilePath, bytes: Int) throws(FileOutputError) -> Int32 {
    var descriptor = unsafe folder.withCString { unsafe system_open_unnamed($0) }
    if descriptor < 0 {
      let path = folder.appending(".qstyle-spill")
      descriptor = try openFirst(path)
      path.remove()
    }
    do throws(FileOutputError) {
      try reserve(bytes, of: descriptor)
    } catch {
      _ = close(descriptor)
      throw error
    }
    return descriptor
  }

  /// Waits for programs that have the name now, each for a moment.
  private static func openFirst(_ path: FilePath) throws(FileOutputError) -> Int32 {
    for _ in 0..<1000 {
      do throws(FileOutputError) {
        return try openLocked(path)
      } catch {
        guard error == .busy else { throw error }
        _ = sched_yield()
      }
    }
    throw .busy
  }

  private static func reserve(_ bytes: Int, of descriptor: Int32) throws(FileOutputError) {
    guard ftruncate(descriptor, 0) == 0 else { throw .system(errno: system_errno()) }
    let code = system_reserve(descriptor, Int64(bytes))
    if code == 0 { return }
    guard code == EOPNOTSUPP else { throw .system(errno: code) }
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    var left = bytes
    while left > 0 {
      let part = zeros.span.extracting(first: min(left, zeros.count))
      try unsafe writeAll(part.bytes, to: descriptor)
      left -= part.count
    }
  }
}
