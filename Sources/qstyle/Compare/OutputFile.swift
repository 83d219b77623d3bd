internal import CSystem
internal import FileNames
internal import FileOutput

/// A file of the report, with errors that name it.
struct OutputFile: ~Copyable {
  private let file: AtomicFile
  private let path: FilePath

  init(_ path: FilePath) throws(Failure) {
    self.path = path
    file = try Failure.about(path) { () throws(FileOutputError) in
      try AtomicFile(path: path)
    }
  }

  func write(_ bytes: RawSpan) throws(Failure) {
    try Failure.about(path) { () throws(FileOutputError) in
      try file.write(bytes)
    }
  }

  func write(_ bytes: [UInt8]) throws(Failure) { try unsafe write(bytes.span.bytes) }

  func write(_ text: String) throws(Failure) { try write(Array(text.utf8)) }

  consuming func commit() throws(Failure) {
    let path = path
    do throws(FileOutputError) {
      try file.commit()
    } catch {
      throw Failure(path, error.description)
    }
  }

  /// Makes a folder unless it is there.
  static func makeFolder(_ path: FilePath) throws(Failure) {
    var status = stat()
    if unsafe path.withCString({ unsafe stat($0, &status) }) == 0 {
      guard system_is_directory(status.st_mode) != 0 else {
        throw Failure(path, "is a file; name a folder for the report")
      }
      return
    }
    guard unsafe path.withCString({ unsafe mkdir($0, 0o777) }) == 0 else {
      throw Failure(path, FileOutputError(opening: system_errno()).description)
    }
  }
}
