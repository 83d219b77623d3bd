import Glibc

/// The path of a new, empty file in the system's temporary folder; the caller removes it.
public func makeTemporaryFile() -> String {
  makeTemporary { template in
    let descriptor = mkstemp(&template)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }
}

/// The path of a new, empty folder in the system's temporary folder; the caller removes it.
public func makeTemporaryFolder() -> String {
  makeTemporary { mkdtemp(&$0) != nil }
}

/// `TMPDIR`, or what the system has in its place.
private func makeTemporary(_ make: (inout [CChar]) -> Bool) -> String {
  let folder = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
  var template = Array("\(folder)/qstyle-tests-XXXXXX".utf8CString)
  precondition(make(&template), "nothing can be made in \(folder): errno \(errno)")
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
