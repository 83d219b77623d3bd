import FileNames
import FileOutput
import Glibc
import TestSupport
import Testing

@Suite struct FilePathTests {
  let folder = TestFolder()

  /// A name that is no UTF-8: "r", a byte, ".png".
  private func name(_ byte: UInt8) -> FilePath {
    FilePath(bytes: [0x72, byte]).appending(suffix: ".png")
  }

  @Test func bytesAreTheName() throws {
    for byte in [0xE8, 0xE9] as [UInt8] {
      let file = try AtomicFile(path: folder.path.appending(name(byte)))
      try file.write([byte])
      try file.commit()
    }
    let files = [0xE8, 0xE9].map { folder.path.appending(name($0)) }
    defer { for file in files { remove(file) } }
    #expect(files.map { readBytes($0) } == [[0xE8], [0xE9]])
    #expect(files[0] != files[1] && folder.names.count == 2)
    // The system's own list has the bytes.
    let directory = try #require(opendir(folder.path.description))
    defer { closedir(directory) }
    var found: [FilePath] = []
    while let entry = readdir(directory) {
      withUnsafeBytes(of: &entry.pointee.d_name) { found.append(FilePath(bytes: $0)) }
    }
    #expect(found.contains(name(0xE8)) && found.contains(name(0xE9)))
    // Two spellings of one letter are two names.
    #expect("e\u{301}" as FilePath != "\u{e9}")
  }

  @Test func messagesShowWhatIsNoText() {
    for (bytes, text) in [
      ([0x63, 0xE9, 0x2E], "c\\xE9."), ([0xC3, 0xA9], "é"), ([0xC3], "\\xC3"),
      ([0xE2, 0x82, 0x41], "\\xE2\\x82A"), ([0x0A, 0x1B, 0x7F], "\\x0A\\x1B\\x7F"),
      ([0xC2, 0x9B], "\\xC2\\x9B"), ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
      ([0xF0, 0x9F, 0x8E, 0xA8], "🎨"), ([0xFF, 0xFE], "\\xFF\\xFE"), ([], ""),
      ([0x61, 0, 0x62], "a"),
    ] as [([UInt8], String)] {
      #expect(FilePath(bytes: bytes).description == text)
    }
  }

  @Test func parts() {
    for (path, folder, last, ending, stem) in [
      ("a/b.tar.png", "a/", "b.tar.png", ".png", "a/b.tar"), ("b", "", "b", "", "b"),
      ("/b.x", "/", "b.x", ".x", "/b"), ("a.b/c", "a.b/", "c", "", "a.b/c"),
      ("", "", "", "", ""), ("/", "/", "/", "", "/"), (".png", "", ".png", ".png", ""),
      ("a.b/", "a.b/", "a.b", "", "a.b/"),
    ] as [(FilePath, FilePath, FilePath, FilePath, FilePath)] {
      #expect(path.folder == folder && path.lastComponent == last)
      #expect(path.ending == ending && path.withoutEnding == stem)
    }
    #expect(("a/b//" as FilePath).lastComponent == "b")
    #expect(("A.PnG" as FilePath).hasEnding(".png") && !("apng" as FilePath).hasEnding(".png"))
    #expect(("a" as FilePath).appending("b") == "a/b" && ("a/" as FilePath).appending("b") == "a/b")
    #expect(("" as FilePath).appending("b") == "b")
  }
}
