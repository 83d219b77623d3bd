internal import QuantVGG

/// The files of a tar archive, as Python's tarfile writes them (POSIX.1-2001, "ustar" and "pax").
struct TarArchive {
  private(set) var members: [String: FileSlice] = [:]

  private static let block = 512
  /// Most members that are read; weights have four.
  private static let most = 64

  /// Whether bytes begin with the header of a tar archive.
  static func matches(_ bytes: FileSlice) -> Bool {
    bytes.count >= block && bytes[257..<262].elementsEqual("ustar".utf8)
  }

  /// Finds the members.
  ///
  /// - Throws: `ArchiveError`.
  init(_ bytes: FileSlice) throws {
    var position = 0
    // Two blocks of zeros end an archive.
    while position + Self.block <= bytes.count, bytes[position] != 0 {
      let header = bytes.part(position..<position + Self.block)
      let size = try Self.octal(header, 124..<136, at: position)
      guard Self.matches(header),
        try Self.octal(header, 148..<156, at: position) == Self.sum(header)
      else { throw ArchiveError.malformed(offset: position) }
      let start = position + Self.block
      guard size <= bytes.count - start else { throw ArchiveError.truncated(offset: bytes.count) }
      let content = bytes.part(start..<start + size)
      switch header[156] {
      case UInt8(ascii: "0"), 0:
        let name = String(decoding: header[0..<100].prefix { $0 != 0 }, as: UTF8.self)
        guard members[name] == nil, members.count < Self.most else {
          throw ArchiveError.malformed(offset: position)
        }
        members[name] = content
      // A further header, of times: the only ones that Python writes for short names and sizes.
      case UInt8(ascii: "x"):
        guard size < 4096, !Self.text(content).contains("size="),
          !Self.text(content).contains("path=")
        else { throw ArchiveError.malformed(offset: position) }
      default: throw ArchiveError.malformed(offset: position)
      }
      position = start + (size + Self.block - 1) / Self.block * Self.block
    }
    guard position + Self.block <= bytes.count else {
      throw ArchiveError.truncated(offset: bytes.count)
    }
  }

  private static func text(_ bytes: FileSlice) -> String { String(decoding: bytes, as: UTF8.self) }

  /// The sum of a header's bytes, with spaces where it is itself.
  private static func sum(_ header: FileSlice) -> Int {
    header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
  }

  private static func octal(_ header: FileSlice, _ field: Range<Int>, at offset: Int) throws -> Int
  {
    let digits = text(header.part(field)).filter { $0 != " " && $0 != "\0" }
    guard digits.utf8.count < 12, let value = Int(digits, radix: 8), value >= 0 else {
      throw ArchiveError.malformed(offset: offset)
    }
    return value
  }
}
