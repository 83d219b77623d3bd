extension [UInt8] {
  func bigEndian(at place: Int) -> Int {
    self[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func setBigEndian(_ value: Int, at place: Int) {
    for i in 0..<4 { self[place + i] = UInt8(truncatingIfNeeded: value >> (24 - 8 * i)) }
  }

  /// A little-endian number of `count` bytes, at most 8; one of 8 bytes may be negative.
  func little(_ count: Int, at place: Int) -> Int {
    self[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func setLittle(_ value: UInt64, at place: Int) {
    for i in 0..<8 { self[place + i] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(i))) }
  }
}

/// CRC-32 of PNG and zip (ISO/IEC 15948, annex D).
func crc32(_ bytes: ArraySlice<UInt8>) -> Int {
  var sum: UInt32 = .max
  for byte in bytes { sum = sum >> 8 ^ crcTable[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
  return Int(~sum)
}

private let crcTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
}
