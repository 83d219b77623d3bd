internal import CZlib
internal import QuantVGG

/// The members of a zip archive that are stored as they are, which is how torch.save and Keras write.
///
/// Sizes and offsets come from the central directory (APPNOTE.TXT sections 4.3.12 and 4.5.3, with
/// Zip64) and are checked against the file; nothing is unpacked, so nothing can grow.
final class ZipArchive {
  /// A member as the central directory has it.
  private struct Entry {
    let header: Int
    let size: Int
    let isStored: Bool
    let isEncrypted: Bool
    let checksum: UInt32
  }

  /// Bytes whose checksum is computed before their memory is given back.
  private static let chunk = 16 << 20

  private var entries: [String: Entry] = [:]
  /// Members whose checksum is right.
  private var verified: Set<String> = []
  private let bytes: FileSlice

  /// Whether bytes begin like an archive that is not empty.
  static func matches(_ bytes: FileSlice) -> Bool { bytes.starts(with: [0x50, 0x4b, 3, 4]) }

  /// Reads the directory.
  ///
  /// - Throws: `ArchiveError`.
  init(_ bytes: FileSlice) throws {
    self.bytes = bytes
    // The end record is the last 22 bytes and a comment of at most 65535.
    let first = max(0, bytes.count - 22 - 65535)
    var end = bytes.count - 22
    while end >= first, try number(end, 4) != 0x0605_4b50 { end -= 1 }
    guard end >= first, end >= 0 else { throw ArchiveError.truncated(offset: bytes.count) }
    var count = try number(end + 10, 2)
    var position = try number(end + 16, 4)
    if count == 0xffff || position == 0xffff_ffff {
      let record = try number(end - 20 + 8, 8)
      guard try number(end - 20, 4) == 0x0706_4b50, try number(record, 4) == 0x0606_4b50 else {
        throw ArchiveError.malformed(offset: end)
      }
      count = try number(record + 32, 8)
      position = try number(record + 48, 8)
    }
    // An entry has at least 46 bytes.
    guard count <= bytes.count / 46 else { throw ArchiveError.malformed(offset: end) }
    for _ in 0..<count { try readEntry(&position) }
  }

  /// The names of all members, sorted.
  var names: [String] { entries.keys.sorted() }

  /// The place of a member's bytes in the file; nil where there is none of this name.
  ///
  /// - Throws: `ArchiveError` where it is compressed, encrypted or not whole.
  func place(of name: String) throws -> Range<Int>? {
    guard let entry = entries[name] else { return nil }
    guard !entry.isEncrypted else { throw ArchiveError.encrypted(name) }
    guard entry.isStored else { throw ArchiveError.compressed(name) }
    let start =
      entry.header + 30 + (try number(entry.header + 26, 2)) + (try number(entry.header + 28, 2))
    try check(start, entry.size)
    return start..<start + entry.size
  }

  /// A member's bytes, which may be damaged; nil where there is none of this name.
  ///
  /// - Throws: `ArchiveError` where it is compressed, encrypted or not whole.
  func member(_ name: String) throws -> FileSlice? { try place(of: name).map(bytes.part) }

  /// Compares a member's bytes with its checksum.
  ///
  /// PyTorch can be told to write none (`torch.serialization.set_crc32_options`), which is 0.
  ///
  /// - Throws: `ArchiveError.damaged`.
  func verify(_ name: String) throws {
    guard let entry = entries[name], entry.checksum != 0, !verified.contains(name),
      let member = try member(name)
    else { return }
    var found: UInt = 0
    for start in stride(from: 0, to: member.count, by: Self.chunk) {
      let part = member.part(start..<min(start + Self.chunk, member.count))
      found = part.withBytes { bytes in
        unsafe bytes.withUnsafeBytes { bytes in
          unsafe crc32_z(found, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        }
      }
      if member.count > Self.chunk { part.dropPages() }
    }
    guard found == UInt(entry.checksum) else { throw ArchiveError.damaged(name) }
    verified.insert(name)
  }

  private func readEntry(_ position: inout Int) throws {
    guard try number(position, 4) == 0x0201_4b50 else {
      throw ArchiveError.malformed(offset: position)
    }
    let flags = try number(position + 8, 2)
    let method = try number(position + 10, 2)
    let checksum = UInt32(try number(position + 16, 4))
    var size = try number(position + 20, 4)
    var unpacked = try number(position + 24, 4)
    let (nameCount, extraCount) = (try number(position + 28, 2), try number(position + 30, 2))
    let commentCount = try number(position + 32, 2)
    var header = try number(position + 42, 4)
    let nameStart = position + 46
    try check(nameStart, nameCount + extraCount + commentCount)
    let name = String(decoding: bytes[nameStart..<nameStart + nameCount], as: UTF8.self)
    // Zip64: the extra field 1 has the values whose 32 bits are all ones, in this order.
    var extra = nameStart + nameCount
    let extraEnd = extra + extraCount
    while extra + 4 <= extraEnd {
      let (tag, length) = (try number(extra, 2), try number(extra + 2, 2))
      var field = extra + 4
      if tag == 1 {
        if unpacked == 0xffff_ffff { (unpacked, field) = (try number(field, 8), field + 8) }
        if size == 0xffff_ffff { (size, field) = (try number(field, 8), field + 8) }
        if header == 0xffff_ffff { header = try number(field, 8) }
      }
      extra += 4 + length
    }
    guard try number(header, 4) == 0x0403_4b50, method != 0 || size == unpacked,
      entries[name] == nil
    else { throw ArchiveError.malformed(offset: position) }
    entries[name] = Entry(
      header: header, size: size, isStored: method == 0, isEncrypted: flags & 1 != 0,
      checksum: checksum)
    position = nameStart + nameCount + extraCount + commentCount
  }

  private func check(_ start: Int, _ count: Int) throws {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else {
      throw ArchiveError.truncated(offset: bytes.count)
    }
  }

  private func number(_ start: Int, _ count: Int) throws -> Int {
    try check(start, count)
    let value = bytes[start..<start + count].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard value <= UInt64(Int.max) else { throw ArchiveError.malformed(offset: start) }
    return Int(value)
  }
}
