/// Makes PNG files byte by byte from the specification (ISO/IEC 15948), independently of libpng and
/// zlib.
struct PNGBuilder {
  var width: Int
  var height: Int
  var bits = 8
  /// 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGB + alpha.
  var colorType = 2
  var interlaced = false
  var palette: [[UInt8]] = []
  var transparency: [UInt8] = []
  /// [height * width][channels] samples as stored.
  var samples: [[Int]] = []

  var channels: Int { [1, 0, 3, 1, 2, 0, 4][colorType] }

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  func file() -> [UInt8] {
    var file = Self.signature + header()
    if !palette.isEmpty { file += Self.chunk("PLTE", palette.flatMap { $0 }) }
    if !transparency.isEmpty { file += Self.chunk("tRNS", transparency) }
    let data = Self.zlibStored(scanlines())
    // Two IDAT chunks, since a decoder has to join them.
    file += Self.chunk("IDAT", Array(data.prefix(data.count / 2)))
    file += Self.chunk("IDAT", Array(data.dropFirst(data.count / 2)))
    return file + Self.chunk("IEND", [])
  }

  func header() -> [UInt8] {
    Self.chunk(
      "IHDR",
      Self.bigEndian(width) + Self.bigEndian(height)
        + [UInt8(bits), UInt8(colorType), 0, 0, interlaced ? 1 : 0])
  }

  /// All rows (of all passes), each after its filter byte.
  private func scanlines() -> [UInt8] {
    let passes =
      interlaced
      ? [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
      ] : [(0, 0, 1, 1)]
    var result: [UInt8] = []
    for (left, top, across, down) in passes where left < width {
      var above: [UInt8] = []
      for (index, y) in stride(from: top, to: height, by: down).enumerated() {
        let columns = stride(from: left, to: width, by: across)
        let row = packed(columns.flatMap { samples[y * width + $0] })
        result += filtered(row, above: above, type: index % 5)
        above = row
      }
    }
    return result
  }

  /// Samples of a row as bytes, the first in the highest bits.
  private func packed(_ samples: [Int]) -> [UInt8] {
    if bits == 16 { return samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } }
    let perByte = 8 / bits
    return stride(from: 0, to: samples.count, by: perByte).map { start in
      var byte = 0
      for index in start..<(start + perByte) {
        byte = byte << bits | (index < samples.count ? samples[index] : 0)
      }
      return UInt8(byte)
    }
  }

  private func filtered(_ row: [UInt8], above: [UInt8], type: Int) -> [UInt8] {
    let pitch = max(1, bits * channels / 8)
    let above = above.isEmpty ? [UInt8](repeating: 0, count: row.count) : above
    let bytes = row.indices.map { index -> UInt8 in
      let a = index >= pitch ? Int(row[index - pitch]) : 0
      let b = Int(above[index])
      let c = index >= pitch ? Int(above[index - pitch]) : 0
      let p = a + b - c
      let (pa, pb, pc) = (abs(p - a), abs(p - b), abs(p - c))
      let paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c
      let prediction = [0, a, b, (a + b) / 2, paeth][type]
      return row[index] &- UInt8(prediction)
    }
    return [UInt8(type)] + bytes
  }

  static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return bigEndian(data.count) + body + bigEndian(Int(~crc))
  }

  /// A zlib stream (RFC 1950) of stored blocks.
  static func zlibStored(_ data: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(start + 65535, data.count)
      let length = end - start
      result += [end == data.count ? 1 : 0, UInt8(length & 255), UInt8(length >> 8)]
      result += [UInt8(~length & 255), UInt8(~length >> 8 & 255)]
      result += data[start..<end]
      start = end
    } while start < data.count
    var (low, high) = (1, 0)
    for byte in data {
      low = (low + Int(byte)) % 65521
      high = (high + low) % 65521
    }
    return result + bigEndian((high << 16) | low)
  }

  /// A zlib stream of `count` zero bytes in about count / 159 bytes: one fixed-Huffman block of
  /// repeats.
  static func zlibZeros(_ count: Int) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var (pending, pendingBits) = (0, 0)
    func put(_ value: Int, _ bits: Int) {
      pending |= value << pendingBits
      pendingBits += bits
      while pendingBits >= 8 {
        result.append(UInt8(pending & 255))
        pending >>= 8
        pendingBits -= 8
      }
    }
    // Huffman codes are sent from their highest bit on.
    func putCode(_ code: Int, _ bits: Int) {
      for bit in (0..<bits).reversed() { put(code >> bit & 1, 1) }
    }
    put(0b011, 3)
    let repeats = (count - 1) / 258
    for _ in 0..<(count - 258 * repeats) { putCode(0x30, 8) }
    for _ in 0..<repeats {
      putCode(0b1100_0101, 8)  // length 258
      putCode(0, 5)  // distance 1
    }
    putCode(0, 7)
    if pendingBits > 0 { put(0, 8 - pendingBits) }
    return result + bigEndian((count % 65521) << 16 | 1)
  }
}
