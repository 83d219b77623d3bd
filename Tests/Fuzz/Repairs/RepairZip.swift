/// Makes the checksums of a zip archive's members right, in the directory and before the members
/// (APPNOTE.TXT sections 4.3.7 and 4.3.12).
@Sendable func repairZip(_ bytes: inout [UInt8]) {
  guard bytes.count > 46 else { return }
  for entry in 0..<bytes.count - 46 where bytes.little(4, at: entry) == 0x0201_4b50 {
    let (size, header) = (bytes.little(4, at: entry + 20), bytes.little(4, at: entry + 42))
    guard header + 30 <= bytes.count, bytes.little(4, at: header) == 0x0403_4b50 else { continue }
    let start = header + 30 + bytes.little(2, at: header + 26) + bytes.little(2, at: header + 28)
    guard start + size <= bytes.count else { continue }
    let sum = crc32(bytes[start..<start + size])
    for i in 0..<4 {
      let byte = UInt8(truncatingIfNeeded: sum >> (8 * i))
      (bytes[entry + 16 + i], bytes[header + 14 + i]) = (byte, byte)
    }
  }
}
