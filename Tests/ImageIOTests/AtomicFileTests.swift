import FileNames
import FileOutput
import Glibc
import Testing

@Suite struct AtomicFileTests {
  let folder = TestFolder()

  private func write(_ text: String, to path: FilePath) throws(FileOutputError) {
    let file = try AtomicFile(path: path)
    try file.write(Array(text.utf8))
    try file.commit()
  }

  private func text(_ path: FilePath) -> String { String(decoding: readBytes(path), as: UTF8.self) }

  private func mode(_ path: FilePath) -> mode_t {
    var status = stat()
    return lstat(path.description, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  @Test func appearsOnCommit() throws {
    let path = folder.file("a")
    let file = try AtomicFile(path: path)
    #expect(folder.names.count == 1 && folder.names != ["a"])
    try file.write([Float](repeating: 1, count: 3).span.bytes)
    try file.write([UInt8](repeating: 7, count: 3_000_000))
    try file.commit()
    #expect(folder.names == ["a"])
    #expect(readBytes(path).count == 3_000_012)
  }

  @Test func anExistingFileSurvivesWithoutCommit() throws {
    let path = folder.file("a")
    try write("old", to: path)
    do {
      let file = try AtomicFile(path: path)
      try file.write([1])
    }
    #expect(text(path) == "old" && folder.names == ["a"])
    try write("new", to: path)
    #expect(text(path) == "new" && folder.names == ["a"])
  }

  @Test func severalFilesAtOnce() throws {
    let one = try AtomicFile(path: folder.file("1"))
    let two = try AtomicFile(path: folder.file("2"))
    try two.write([2])
    try one.write([1])
    try one.commit()
    try two.commit()
    #expect(readBytes(folder.file("1")) == [1] && readBytes(folder.file("2")) == [2])
    #expect(folder.names == ["1", "2"])
  }

  @Test func permissionsAreAsUsual() throws {
    let mask = umask(0)
    umask(mask)
    let path = folder.file("a")
    try write("x", to: path)
    #expect(mode(path) == 0o666 & ~mask)
    chmod(path.description, 0o600)
    try write("y", to: path)
    #expect(mode(path) == 0o600)
  }

  @Test func symbolicLinksStay() throws {
    try write("old", to: folder.file("target"))
    symlink("target", folder.file("link").description)
    symlink(folder.file("link").description, folder.file("far").description)
    try write("new", to: folder.file("far"))
    #expect(text(folder.file("target")) == "new")
    #expect(folder.names == ["far", "link", "target"])
    symlink("fresh", folder.file("dangling").description)
    try write("made", to: folder.file("dangling"))
    #expect(text(folder.file("fresh")) == "made")
    var link = [CChar](repeating: 0, count: 100)
    #expect(readlink(folder.file("dangling").description, &link, 100) == 5)
    symlink("loop", folder.file("loop").description)
    #expect(throws: FileOutputError.system(errno: ELOOP)) {
      try write("x", to: folder.file("loop"))
    }
  }

  @Test func devicesAreWrittenToDirectly() throws {
    #expect(throws: FileOutputError.system(errno: ENOSPC)) { try write("x", to: "/dev/full") }
    try write("x", to: "/dev/null")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    #expect(stat("/dev/full", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func failuresNameTheCause() throws {
    #expect(throws: FileOutputError.isDirectory) { try write("x", to: folder.path) }
    #expect(throws: FileOutputError.missingFolder) { try write("x", to: folder.file("no/a")) }
    try write("x", to: folder.file("file"))
    #expect(throws: FileOutputError.system(errno: ENOTDIR)) {
      try write("x", to: folder.file("file/a"))
    }
    let name = String(repeating: "n", count: 300)
    #expect(throws: FileOutputError.system(errno: ENAMETOOLONG)) {
      try write("x", to: folder.file(name))
    }
    try write("x", to: folder.file(String(repeating: "n", count: 255)))
    #expect(folder.names.count == 2)
  }
}
