import CModelFiles
import Glibc
import TestSupport
import Testing

/// The process in which libmatio and libhdf5 read.
@Suite struct LibraryProcessTests {
  /// A fork has its parent's open files: with another child's pipe among them, that pipe would end
  /// only with this child.
  @Test func noOtherPipeStaysOpen() throws {
    // Opening a named pipe waits until somebody writes to it.
    let path = makeTemporaryFile()
    remove(path)
    try #require(mkfifo(path.description, 0o600) == 0)
    defer { remove(path) }
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    var child = modelfile_child()
    try #require(
      modelfile_start(MODELFILE_HDF5, path.description, 0, 1, 10, 256 << 20, &child) == 0)
    close(ends[1])
    var end = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
    #expect(poll(&end, 1, 60_000) == 1 && end.revents == Int16(POLLHUP))
    // It is still there.
    #expect(modelfile_finish(child, 1) == MODELFILE_KILLED)
  }
}
