import FileNames
import FileOutput
import Glibc
import Testing

@Suite struct ResumableFileTests {
  let folder = TestFolder()
  private var path: FilePath { folder.file("a.partial") }

  private func open(
    keeping count: Int = 0, visit: (RawSpan) -> Void = { _ in }
  ) throws(FileOutputError) -> ResumableFile {
    try ResumableFile(path: path, keeping: count, visit: visit)
  }

  @Test func goesOnBehindWhatIsKept() throws {
    do {
      let file = try open()
      try file.write([UInt8](repeating: 1, count: 50_000).span.bytes)
      try file.flush()
      try file.write(([9, 9, 9] as [UInt8]).span.bytes)
    }
    #expect(folder.names == ["a.partial"] && readBytes(path).count >= 50_000)
    var seen: [UInt8] = []
    let file = try open(keeping: 40_000) { $0.withUnsafeBytes { seen += Array($0) } }
    #expect(seen == [UInt8](repeating: 1, count: 40_000))
    #expect(readBytes(path).count == 40_000)
    try file.write(([2, 2] as [UInt8]).span.bytes)
    try file.commit(as: folder.file("a"))
    #expect(folder.names == ["a"])
    #expect(readBytes(folder.file("a")) == [UInt8](repeating: 1, count: 40_000) + [2, 2])
  }

  @Test func aShortFileIsRefused() throws {
    do {
      let file = try open()
      try file.write(([1, 2, 3] as [UInt8]).span.bytes)
    }
    #expect(throws: FileOutputError.tooShort) { try open(keeping: 4) }
    #expect(throws: FileOutputError.tooShort) { try open(keeping: .max) }
    #expect(readBytes(path) == [1, 2, 3])
  }

  @Test func oneProgramAtATime() throws {
    let file = try open()
    try file.write(([1] as [UInt8]).span.bytes)
    #expect(throws: FileOutputError.busy) { try open() }
    try file.commit(as: folder.file("a"))
    _ = try open()
    #expect(readBytes(folder.file("a")) == [1])
  }

  @Test func badPlaces() {
    #expect(throws: FileOutputError.missingFolder) {
      try ResumableFile(path: folder.file("no/such"))
    }
    #expect(throws: (FileOutputError).self) { try ResumableFile(path: folder.path) }
  }
}
