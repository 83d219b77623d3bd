internal import CSystem
package import FileNames
internal import FileOutput

/// The folder of a service: the queue, uploads, results, and what jobs have on the way.
///
/// All names in it are made here.
package struct DataFolder {
  package let path: FilePath

  /// The reason why the folder can not be had.
  package struct Problem: Error {
    package let path: FilePath
    package let sentence: String
  }

  /// Makes the folder and those in it unless they are there.
  package init(_ path: FilePath) throws(Problem) {
    try Self.make(path)
    let resolved = unsafe path.withCString { unsafe realpath($0, nil) }
    guard let resolved = unsafe resolved else {
      throw Problem(path: path, sentence: "cannot be opened: \(systemMessage(system_errno()))")
    }
    self.path = unsafe FilePath(cString: resolved)
    unsafe free(resolved)
    for name in Self.folders { try Self.make(place(name)) }
    removeTemporaries()
  }

  /// The name of a file or folder in it.
  @inline(never) private func place(_ name: String) -> FilePath { path.appending(FilePath(name)) }

  /// Removes parts of uploads and outputs of checks that a killed service has left.
  @inline(never) private func removeTemporaries() {
    let folder = place("tmp")
    for name in folder.entries ?? [] { folder.appending(name).remove() }
  }

  private static var folders: [String] {
    @inline(never) get { ["uploads", "thumbnails", "results", "jobs", "tmp"] }
  }

  private static func make(_ path: FilePath) throws(Problem) {
    guard unsafe path.withCString({ unsafe mkdir($0, 0o700) }) != 0 else { return }
    let errno = system_errno()
    guard !path.isFolder else { return }
    throw Problem(
      path: path,
      sentence: errno == EEXIST
        ? "is a file; name a folder" : FileOutputError(opening: errno).description)
  }

  var queue: FilePath { path.appending("queue.db") }
  func upload(_ id: String) -> FilePath { path.appending(FilePath("uploads/" + id)) }
  func thumbnail(_ id: String) -> FilePath { path.appending(FilePath("thumbnails/\(id).jpg")) }
  func temporary(_ name: String) -> FilePath { path.appending(FilePath("tmp/" + name)) }
  func result(_ job: Int, _ ending: String) -> FilePath {
    path.appending(FilePath("results/\(job).\(ending)"))
  }
  func jobFolder(_ job: Int) -> FilePath { path.appending(FilePath("jobs/\(job)")) }
  func file(_ job: Int, _ name: FilePath) -> FilePath { jobFolder(job).appending(name) }

  /// Makes the folder of a job; false where it can not be made.
  func makeFolder(_ job: Int) -> Bool {
    unsafe jobFolder(job).withCString { unsafe mkdir($0, 0o700) } == 0 || jobFolder(job).isFolder
  }

  /// Removes all that a job has.
  func removeFiles(_ job: Int) {
    let folder = jobFolder(job)
    for name in folder.entries ?? [] { folder.appending(name).remove() }
    _ = unsafe folder.withCString { unsafe rmdir($0) }
    for ending in ["png", "jpg"] { result(job, ending).remove() }
  }

  /// Bytes that are free on the disk.
  var freeBytes: Int {
    var status = statvfs()
    guard unsafe path.withCString({ unsafe statvfs($0, &status) }) == 0 else { return 0 }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }
}

extension FilePath {
  /// Gives a file another name; false where that fails, for which `errno` has the reason.
  func moves(to other: FilePath) -> Bool {
    unsafe withCString { old in unsafe other.withCString { unsafe rename(old, $0) } } == 0
  }

  /// Brings a folder's names onto the disk.
  func flushFolder() {
    let descriptor = unsafe withCString { unsafe system_open($0, O_RDONLY, 0) }
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    close(descriptor)
  }

  /// The file's size; nil where it is missing.
  var size: Int? {
    var status = stat()
    return unsafe withCString { unsafe stat($0, &status) } == 0 ? Int(status.st_size) : nil
  }
}
