public import FileNames
import Glibc

/// The path of a new, empty file in the system's temporary folder; the caller removes it.
public func makeTemporaryFile() -> FilePath {
  makeTemporary { template in
    let descriptor = mkstemp(&template)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }
}

/// The path of a new, empty folder in the system's temporary folder; the caller removes it.
public func makeTemporaryFolder() -> FilePath {
  makeTemporary { mkdtemp(&$0) != nil }
}

/// `TMPDIR`, or what the system has in its place.
private func makeTemporary(_ make: (inout [CChar]) -> Bool) -> FilePath {
  let folder = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
  var template = Array("\(folder)/qstyle-tests-XXXXXX".utf8CString)
  precondition(make(&template), "nothing can be made in \(folder): errno \(errno)")
  return FilePath(bytes: template.map { UInt8(bitPattern: $0) })
}

/// Removes a file or an empty folder.
public func remove(_ path: FilePath) { _ = path.withCString { Glibc.remove($0) } }
