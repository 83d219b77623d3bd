internal import CSystem
internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import ImageIO

/// The pictures of a folder, and those that come into it.
struct PhotoFolder {
  private struct Seen {
    let stamp: FileStamp
    /// Whether it was looked at as a picture.
    var isTaken: Bool
  }

  private let path: FilePath
  /// By the bytes of their names.
  private var seen: [[UInt8]: Seen] = [:]

  init(_ path: FilePath) { self.path = path }

  /// Looks into the folder.
  ///
  /// - Parameters:
  ///   - waits: whether a file is passed over that was not there, or another one, at the last look.
  ///   - warn: is told of files whose format is known and not read.
  /// - Returns: the pictures that are new, or have changed, in the order of their names.
  /// - Throws: `Failure` where the folder can not be read.
  mutating func look(waits: Bool, warn: (String) -> Void) throws(Failure) -> [FilePath] {
    guard let names = path.entries else {
      throw Failure(
        path, "cannot be read: \(systemMessage(system_errno())); check its path and permissions")
    }
    var pictures: [FilePath] = []
    for name in names where name.bytes.first != UInt8(ascii: ".") {
      let file = path.appending(name)
      guard let stamp = FileStamp(file) else { continue }
      let known = seen[Array(name.bytes)].flatMap { $0.stamp == stamp ? $0 : nil }
      guard known?.isTaken != true else { continue }
      let isTaken = known != nil || !waits
      seen[Array(name.bytes)] = Seen(stamp: stamp, isTaken: isTaken)
      if isTaken, Self.isPicture(file, warn: warn) { pictures.append(file) }
    }
    return pictures
  }

  /// Whether a file begins as a picture that is read, or can not be opened to tell.
  private static func isPicture(_ path: FilePath, warn: (String) -> Void) -> Bool {
    do throws(ImageError) {
      _ = try readImageInfo(path: path)
      return true
    } catch {
      switch error {
      case .isEmpty, .notAnImage, .isDirectory: return false
      case .otherFormat:
        warn("\(path) \(error.description)")
        return false
      default: return true
      }
    }
  }
}
