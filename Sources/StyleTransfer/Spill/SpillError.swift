internal import CSystem
internal import FileOutput

/// The reason why a folder can not take a run's state.
public enum SpillError: Error, Equatable, CustomStringConvertible {
  /// There is no such folder.
  case missing
  /// The name is that of something else.
  case notAFolder
  /// The disk has no room for so many bytes.
  case noRoom(bytes: Int)
  /// A file there can not have so many bytes.
  case tooLarge(bytes: Int)
  /// The file can not be made.
  case refused(errno: Int32)
  /// The file could not be read or written later.
  case failed(errno: Int32)

  init(_ error: FileOutputError, bytes: Int) {
    self =
      switch error {
      case .missingFolder: .missing
      case .isDirectory, .system(errno: ENOTDIR): .notAFolder
      case .system(errno: ENOSPC), .system(errno: EDQUOT): .noRoom(bytes: bytes)
      case .system(errno: EFBIG): .tooLarge(bytes: bytes)
      case .system(let code): .refused(errno: code)
      case .busy, .tooShort: .refused(errno: EBUSY)
      }
  }

  /// The rest of a sentence that starts with the folder's path: what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .missing: "does not exist; make this folder for the run's state, or name another one"
    case .notAFolder: "is no folder; name one for the run's state"
    case .noRoom(let bytes):
      "has no room for the \(Self.mebibytes(bytes)) of the run's state; free some, or name a folder on another disk"
    case .tooLarge(let bytes):
      "cannot hold a file of \(Self.mebibytes(bytes)), the run's state; raise the limit (ulimit -f), or name a folder on "
        + "another disk"
    case .refused(let code):
      "cannot hold the run's state: \(systemMessage(code)); check its permissions, or name another folder"
    case .failed(let code):
      "has lost the run's state: \(systemMessage(code)); check the disk, and start again"
    }
  }

  private static func mebibytes(_ bytes: Int) -> String {
    "\((bytes + (1 << 20) - 1) >> 20) MiB"
  }
}
