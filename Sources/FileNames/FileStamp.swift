internal import CSystem

/// What a file that is written changes: its size and the time of the last change.
package struct FileStamp: Equatable {
  private let size, seconds, nanoseconds: Int

  /// The stamp of a file; nil where it is missing, or no regular file.
  package init?(_ path: FilePath) {
    guard let found = path.status, system_is_regular(found.st_mode) != 0 else { return nil }
    size = Int(found.st_size)
    seconds = Int(found.st_mtim.tv_sec)
    nanoseconds = Int(found.st_mtim.tv_nsec)
  }
}
