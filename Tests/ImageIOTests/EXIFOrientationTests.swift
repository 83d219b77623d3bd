import ImageIO
import Testing

@Suite struct EXIFOrientationTests {
  /// A TIFF structure with the given directory offset and entries (tag, type, count, value).
  private func tiff(
    _ mark: String = "II", offset: UInt32 = 8, entries: [(UInt16, UInt16, UInt32, UInt16)],
    entryCount: UInt16? = nil
  ) -> [UInt8] {
    func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      withUnsafeBytes(of: mark == "II" ? value.littleEndian : value.bigEndian) { [UInt8]($0) }
    }
    var result = Array(mark.utf8) + bytes(UInt16(42)) + bytes(offset)
    result += bytes(entryCount ?? UInt16(entries.count))
    for (tag, type, count, value) in entries {
      result += bytes(tag) + bytes(type) + bytes(count) + bytes(value) + [0, 0]
    }
    return result
  }

  private func orientation(_ bytes: [UInt8]) -> UInt16 { exifOrientation(bytes.span) }

  @Test(arguments: ["II", "MM"])
  func bothByteOrders(mark: String) {
    for value in UInt16(1)...8 {
      let exif = tiff(mark, entries: [(0x010F, 2, 4, 0), (0x0112, 3, 1, value)])
      #expect(orientation(exif) == value)
    }
  }

  /// As SHORT in the first half of its field, or as LONG in all of it.
  @Test func longsAreRead() {
    for value in UInt8(1)...8 {
      let start: [UInt8] = Array("II".utf8) + [42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 4, 0, 1, 0, 0, 0]
      #expect(orientation(start + [value, 0, 0, 0]) == UInt16(value))
      #expect(orientation(start + [value, 0, 1, 0]) == 1)
    }
  }

  @Test func nonsenseIsUpright() {
    #expect(orientation([]) == 1)
    #expect(orientation(Array("IM".utf8) + [42, 0, 8, 0, 0, 0]) == 1)
    #expect(orientation(tiff(entries: [(0x0112, 3, 1, 0)])) == 1)
    #expect(orientation(tiff(entries: [(0x0112, 3, 1, 9)])) == 1)
    #expect(orientation(tiff(entries: [(0x0112, 7, 1, 6)])) == 1)
    #expect(orientation(tiff(entries: [(0x0112, 3, 2, 6)])) == 1)
    for offset in [UInt32.max, UInt32.max - 1, 1 << 31, 9, 4, 0, 22] {
      #expect(orientation(tiff(offset: offset, entries: [(0x0112, 3, 1, 6)])) == 1, "\(offset)")
    }
    #expect(orientation(tiff(entries: [(1, 3, 1, 6)], entryCount: .max)) == 1)
  }

  @Test func anyBytesAreSafe() {
    var random = SeededRandom(seed: 2)
    let exif = tiff("MM", entries: [(0x010F, 2, 4, 0), (0x0112, 3, 1, 6), (0x0131, 2, 4, 0)])
    for count in 0..<exif.count {
      // The entry ends at byte 34; its last two bytes are unused.
      #expect(orientation(Array(exif.prefix(count))) == (count >= 32 ? 6 : 1), "\(count)")
    }
    for _ in 0..<20_000 {
      var bytes = exif
      for _ in 0..<3 {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        bytes[index] = .random(in: 0...255, using: &random)
      }
      #expect((1...8).contains(orientation(bytes)))
    }
  }
}
