import FileNames
import FileOutput
import Glibc
import TestSupport
import Testing

@Suite struct FileLockTests {
  let folder = TestFolder()

  @Test func oneAtATime() throws {
    let path = folder.file("a")
    do {
      let lock = try FileLock(path)
      #expect(throws: FileOutputError.busy) { try FileLock(path) }
      // Other spellings and links lead to the same file, other names do not.
      symlink("a", folder.file("link").description)
      #expect(throws: FileOutputError.busy) { try FileLock(folder.file("link")) }
      #expect(throws: FileOutputError.busy) { try FileLock(folder.path.appending("./a")) }
      _ = try FileLock(folder.file("b"))
      // It holds while the file appears and is replaced.
      for byte in 0..<2 as Range<UInt8> {
        let file = try AtomicFile(path: path)
        try file.write([byte])
        try file.commit()
        #expect(throws: FileOutputError.busy) { try FileLock(path) }
      }
      withExtendedLifetime(lock) {}
    }
    #expect(folder.names == ["a", "link"])
    _ = try FileLock(path)
    #expect(throws: FileOutputError.missingFolder) { try FileLock(folder.file("no/a")) }
  }

  /// What a killed program has left is neither in the way nor in the result.
  @Test func leftoversAreUsed() throws {
    folder.write([9, 9, 9], to: ".a.qstyle-part")
    folder.write([], to: ".a.qstyle-lock")
    let lock = try FileLock(folder.file("a"))
    let file = try AtomicFile(path: folder.file("a"))
    #expect(throws: FileOutputError.busy) { try AtomicFile.check(path: folder.file("a")) }
    try file.write([1])
    try file.commit()
    withExtendedLifetime(lock) {}
    #expect(readBytes(folder.file("a")) == [1])
  }

  @Test func aResultFindsAPlace() throws {
    let wanted = folder.file("no/a.png")
    let other = folder.file("b")
    func write(_ path: FilePath) throws(FileOutputError) {
      let file = try AtomicFile(path: path)
      try file.write([1])
      try file.commit()
    }
    let first = try Refuge.write(wanted, beside: other, write)
    #expect(first.path == folder.file("a.png") && first.problem == .missingFolder)
    let second = try Refuge.write(wanted, beside: other, write)
    #expect(second.path == folder.file("a-2.png") && folder.names == ["a-2.png", "a.png"])
    let plain = try Refuge.write(other, beside: nil, write)
    #expect(plain.path == other && plain.problem == nil)
  }

  @Test func oneFileHasManyNames() throws {
    let file = folder.write([1], to: "a")
    link(file.description, folder.file("hard").description)
    symlink("a", folder.file("soft").description)
    symlink("new", folder.file("dangling").description)
    let own = try #require(FileIdentity(file))
    for name in ["./a", "hard", "soft", "../" + folder.path.lastComponent.description + "/a"] {
      #expect(FileIdentity(folder.path.appending(FilePath(name))) == own, "\(name)")
    }
    let new = try #require(FileIdentity(folder.file("new")))
    #expect(FileIdentity(folder.file("dangling")) == new && new.kind == .missing && new != own)
    #expect(FileIdentity(folder.file("other")) != new && FileIdentity(folder.file("no/new")) == nil)
    #expect(FileIdentity("/dev/null")?.kind == .other && own.kind == .regular)
  }
}
