import CSystem

/// The reason why a file could not be written.
public enum FileOutputError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The target is an existing directory.
  case isDirectory
  /// The folder that the target should be in does not exist.
  case missingFolder
  /// Another program is writing the file.
  case busy
  /// The file has fewer bytes than were written to it.
  case tooShort
  /// A system call failed with this `errno`.
  case system(errno: Int32)

  /// The reason why a file could not be opened or made, from the `errno` of that.
  package init(opening errno: Int32) {
    self = errno == ENOENT ? .missingFolder : .system(errno: errno)
  }

  /// A sentence's rest after the file's path: what is wrong and what to do.
  public var description: String {
    switch self {
    case .isDirectory:
      "is a directory; name a file in it"
    case .missingFolder:
      "is in a folder that does not exist; create the folder first"
    case .busy:
      "is being written by another program; wait for its end, or name another file"
    case .tooShort:
      "is cut off; delete it to start afresh"
    case .system(errno: ENOSPC), .system(errno: EDQUOT):
      "cannot be written: no space is left there; free some or write to another disk"
    case .system(errno: EFBIG):
      "cannot be written: it would be larger than this process may write; raise the limit (ulimit -f)"
    case .system(let errno):
      "cannot be written: \(systemMessage(errno)); check its path and permissions"
    }
  }
}

/// The system's words for an `errno`, such as "Permission denied".
package func systemMessage(_ errno: Int32) -> String {
  guard let text = unsafe strerror(errno) else { return "error \(errno)" }
  return unsafe String(cString: text)
}
