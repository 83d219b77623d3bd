internal import CSystem

/// The file that a name leads to, whatever the name: links and other spellings lead to the same one.
///
/// A file that is not there yet is a name in a folder.
package struct FileIdentity: Equatable {
  /// The kinds of files that outputs tell apart.
  package enum Kind {
    case regular, pipe, other, missing
  }

  /// The kind of file that is there.
  package let kind: Kind
  private let device, inode: UInt64
  /// Empty where the file is there.
  private let name: FilePath

  /// The file of a name; nil where its folder is missing too.
  package init?(_ path: FilePath) {
    if let found = path.status {
      device = UInt64(found.st_dev)
      inode = UInt64(found.st_ino)
      name = ""
      kind =
        system_is_regular(found.st_mode) != 0
        ? .regular : system_is_pipe(found.st_mode) != 0 ? .pipe : .other
      return
    }
    guard let target = path.resolvingLinks,
      let folder = (target.folder.isEmpty ? "." : target.folder).status
    else { return nil }
    device = UInt64(folder.st_dev)
    inode = UInt64(folder.st_ino)
    name = target.lastComponent
    kind = .missing
  }

  /// Whether two names lead to one file.
  package static func == (a: FileIdentity, b: FileIdentity) -> Bool {
    a.device == b.device && a.inode == b.inode && a.name == b.name
  }
}

extension FilePath {
  /// What the system knows of the file; nil where it is missing.
  var status: stat? {
    var status = stat()
    return unsafe withCString { unsafe stat($0, &status) } == 0 ? status : nil
  }

  /// Whether the name leads to a folder.
  package var isFolder: Bool { status.map { system_is_directory($0.st_mode) != 0 } ?? false }

  /// The names of what is in the folder, in the order of their bytes; nil where it can not be read, for which `errno` has the
  /// reason.
  package var entries: [FilePath]? {
    guard let folder = unsafe withCString({ unsafe system_open_folder($0) }) else { return nil }
    defer { unsafe system_close_folder(folder) }
    var names: [FilePath] = []
    while let name = unsafe system_next_name(folder) {
      names.append(unsafe FilePath(cString: name))
    }
    guard system_errno() == 0 else { return nil }
    return names.filter { $0 != "." && $0 != ".." }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// The file that the name leads to through symbolic links, which may be missing; nil where they lead in a circle.
  package var resolvingLinks: FilePath? {
    var path = self
    // As many as Linux follows itself.
    for _ in 0..<40 {
      var link = [CChar](repeating: 0, count: Int(PATH_MAX))
      let length = unsafe path.withCString { unsafe readlink($0, &link, Int(PATH_MAX)) }
      if length < 0 { return path }
      let place = FilePath(bytes: link.prefix(length).map { UInt8(bitPattern: $0) })
      path = place.isAbsolute ? place : path.folder.appending(place)
    }
    return nil
  }

  /// Whether the name begins at the root.
  package var isAbsolute: Bool { bytes.first == UInt8(ascii: "/") }

  /// Removes the file, if it is there.
  package func remove() { _ = unsafe withCString { unsafe unlink($0) } }
}
