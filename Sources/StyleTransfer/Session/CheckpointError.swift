public import FileOutput

/// The reason why a checkpoint can not be used or written.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// The system call failed.
  case unreadable(errno: Int32)
  /// The path leads to a directory or a device.
  case notAFile
  /// The file begins like no checkpoint.
  case notACheckpoint
  /// The file has another format version.
  case otherVersion
  /// The checkpoint is that of other pictures, weights or settings.
  case otherRun
  /// The file ends early.
  case truncated(expected: Int, found: Int)
  /// The bytes are not those that were written.
  case damaged
  /// The file could not be written.
  case output(FileOutputError)

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .unreadable(let code):
      "cannot be read: \(systemMessage(code)); check its path and permissions"
    case .notAFile: "is not a regular file; name a file for the checkpoint"
    case .notACheckpoint: "is no checkpoint; name another file, or delete it to start afresh"
    case .otherVersion:
      "is a checkpoint of another version of this program; delete it to start afresh"
    case .otherRun:
      "is the checkpoint of other pictures, weights or settings; give the same ones, or delete it "
        + "to start afresh"
    case .truncated(let expected, let found):
      "is cut off: \(found) of \(expected) bytes are there; delete it to start afresh"
    case .damaged: "is damaged; delete it to start afresh"
    case .output(let error): error.description
    }
  }
}
