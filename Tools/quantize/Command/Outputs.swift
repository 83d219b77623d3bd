import FileNames
import FileOutput

/// Finds out before the work whether files can be written, and keeps other programs from them.
func lock(_ paths: [FilePath]) throws -> [FileLock] {
  try paths.compactMap { path in
    try about(path) {
      try AtomicFile.check(path: path)
      let kind = FileIdentity(path)?.kind
      return kind == .regular || kind == .missing ? try FileLock(path) : nil
    }
  }
}
