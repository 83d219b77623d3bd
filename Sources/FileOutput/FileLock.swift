internal import CSystem
package import FileNames

/// Keeps other programs from writing a file as long as the object lives, from before the file is there and while it is
/// replaced.
///
/// The lock is that of an empty file beside it, `.NAME.qstyle-lock`, which goes with the object. A program that is killed
/// leaves it unlocked, and the next one takes it.
package final class FileLock {
  private let descriptor: Int32
  private let path: FilePath

  /// Takes the lock of the file that a name leads to.
  ///
  /// - Throws: `FileOutputError.busy` when another program has it, and others where none can be made.
  package init(_ path: FilePath) throws(FileOutputError) {
    self.path = try path.hidden(".qstyle-lock")
    descriptor = try openLocked(self.path)
  }

  deinit {
    // Removed while it is locked: the next one has a file of its own.
    path.remove()
    _ = close(descriptor)
  }
}

/// Opens or creates a file that this program alone has.
///
/// - Throws: `FileOutputError.busy` when another program has it.
func openLocked(_ path: FilePath) throws(FileOutputError) -> Int32 {
  while true {
    let descriptor = unsafe path.withCString {
      unsafe system_open($0, O_RDWR | O_CREAT | O_NOFOLLOW, 0o666)
    }
    guard descriptor >= 0 else { throw FileOutputError(opening: system_errno()) }
    let isLocked = system_lock(descriptor) != 0
    if isLocked && path.leads(to: descriptor) { return descriptor }
    _ = close(descriptor)
    if !isLocked { throw .busy }
    // Who had it has removed or renamed it in the meantime.
  }
}

extension FilePath {
  /// Whether the name still leads to an open file, which another program may have removed or renamed before it let go.
  package func leads(to descriptor: Int32) -> Bool {
    var (own, named) = (stat(), stat())
    return unsafe fstat(descriptor, &own) == 0 && withCString({ unsafe stat($0, &named) }) == 0
      && own.st_ino == named.st_ino && own.st_dev == named.st_dev
  }

  /// The name of a hidden file beside the one that this leads to, which goes with it.
  func hidden(_ ending: FilePath) throws(FileOutputError) -> FilePath {
    guard let target = resolvingLinks else { throw .system(errno: ELOOP) }
    var name = target.bytes.dropFirst(target.folder.bytes.count)
    // The longest that the system allows is 255.
    if name.count > 235 {
      let sum = name.reduce(14_695_981_039_346_656_037 as UInt64) {
        ($0 ^ UInt64($1)) &* 1_099_511_628_211
      }
      name = name.prefix(200) + Array(String(sum, radix: 16).utf8)
    }
    return target.folder.appending(FilePath(bytes: [UInt8(ascii: ".")] + name)).appending(
      suffix: ending)
  }
}
