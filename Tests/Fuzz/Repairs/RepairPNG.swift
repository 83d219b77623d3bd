/// Makes the lengths and checksums of a PNG's chunks right, and those of its data where that is not compressed
/// (ISO/IEC 15948, RFC 1950, RFC 1951).
@Sendable func repairPNG(_ bytes: inout [UInt8]) {
  var position = 8
  while position + 12 <= bytes.count {
    let rest = bytes.count - position - 12
    var length = bytes.bigEndian(at: position)
    if length > rest {
      length = rest
      bytes.setBigEndian(length, at: position)
    }
    let data = position + 8..<position + 8 + length
    if bytes[position + 4..<position + 8].elementsEqual("IDAT".utf8) { repairStored(&bytes, data) }
    bytes.setBigEndian(crc32(bytes[position + 4..<data.upperBound]), at: data.upperBound)
    position = data.upperBound + 4
  }
}

/// A zlib stream of stored blocks: each length's complement, and the sum of all.
private func repairStored(_ bytes: inout [UInt8], _ range: Range<Int>) {
  var (position, low, high) = (range.lowerBound + 2, 1, 0)
  while position + 9 <= range.upperBound, bytes[position] <= 1 {
    let isLast = bytes[position] == 1
    let length = min(
      Int(bytes[position + 1]) | Int(bytes[position + 2]) << 8, range.upperBound - position - 9)
    for (place, byte) in [length, length >> 8, ~length, ~length >> 8].enumerated() {
      bytes[position + 1 + place] = UInt8(truncatingIfNeeded: byte)
    }
    for byte in bytes[position + 5..<position + 5 + length] {
      low = (low + Int(byte)) % 65521
      high = (high + low) % 65521
    }
    position += 5 + length
    if isLast {
      bytes.setBigEndian(high << 16 | low, at: position)
      return
    }
  }
}
