/// Zip archives of members that are stored, written byte by byte.
enum ZipBytes {
  static func archive(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var (file, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, bytes) in members {
      let facts =
        number(0, 2) + number(0, 2) + number(0, 4) + number(checksum(bytes), 4)
        + number(bytes.count, 4) + number(bytes.count, 4) + number(name.utf8.count, 2)
        + number(0, 2)
      directory +=
        [0x50, 0x4b, 1, 2] + number(20, 2) + number(20, 2) + facts + number(0, 10)
        + number(file.count, 4) + Array(name.utf8)
      file += [0x50, 0x4b, 3, 4] + number(20, 2) + facts + Array(name.utf8) + bytes
    }
    return file + directory + [0x50, 0x4b, 5, 6] + number(0, 4) + number(members.count, 2)
      + number(members.count, 2) + number(directory.count, 4) + number(file.count, 4) + number(0, 2)
  }

  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> min(8 * $0, 63)) }
  }

  /// CRC-32, bit by bit.
  private static func checksum(_ bytes: [UInt8]) -> Int {
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xedb8_8320 }
    }
    return Int(~crc)
  }
}
