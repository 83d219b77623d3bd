internal import CSystem
internal import FileNames
internal import FileOutput

/// A text file or page that a command writes, with errors that name it.
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
    guard unsafe path.withCString({ unsafe mkdir($0, 0o777) }) != 0 else { return }
    let errno = system_errno()
    guard !path.isFolder else { return }
    throw errno == EEXIST
      ? Failure(path, "is a file; name a folder")
      : Failure(path, FileOutputError(opening: errno).description)
  }
}
