/// The reason why a zip or tar archive is not read.
package enum ArchiveError: Error, Equatable, CustomStringConvertible {
  /// The archive ends early, or a size in it is larger than the file.
  case truncated(offset: Int)
  /// The bytes are no archive, from this one on.
  case malformed(offset: Int)
  /// A member is compressed, which the writers of weights never do.
  case compressed(String)
  /// A member is encrypted.
  case encrypted(String)
  /// A member's checksum is that of other bytes.
  case damaged(String)

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  package var description: String {
    switch self {
    case .truncated(let offset): "is cut off at byte \(offset); download it again"
    case .malformed(let offset): "is a damaged archive (at byte \(offset)); download it again"
    case .compressed(let name):
      "has \(name) compressed, so it was packed again; unpack it and store it with `zip -0`"
    case .encrypted(let name): "has \(name) encrypted; save it without a password"
    case .damaged(let name):
      "is damaged: \(name) has another checksum than was written; download it again"
    }
  }
}
