internal import QuantVGG

/// The arguments of a pickle's instructions, read from its bytes: as they are in memory (protocol 1 and on),
/// or as lines of text (protocol 0).
struct PickleReader {
  /// The first byte that has not been read.
  private(set) var position: Int
  private let bytes: FileSlice

  /// torch.save's magic number, of ten bytes.
  private static let magic: [UInt8] = [
    0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
  ]
  /// The same in a line.
  static let magicLine = "119547037146038801333356L"
  /// What stands for it: its low 64 bits.
  static let magicNumber = Int(truncatingIfNeeded: 0xa86a_20f9_469c_fc6c as UInt64)

  init(_ bytes: FileSlice, at position: Int) {
    (self.bytes, self.position) = (bytes, position)
  }

  var malformed: TorchError { .malformed(offset: position) }

  mutating func take(_ count: Int) throws -> FileSlice {
    guard count <= bytes.count - position else { throw TorchError.truncated(offset: bytes.count) }
    defer { position += count }
    return bytes.part(position..<position + count)
  }

  mutating func byte() throws -> UInt8 { try take(1)[0] }

  /// An unsigned little-endian number of up to 4 bytes.
  mutating func number(_ count: Int) throws -> Int {
    try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// A signed little-endian number of up to 8 bytes, or the magic number.
  mutating func long(count: Int) throws -> Int {
    guard count <= Self.magic.count else { throw malformed }
    let digits = try take(count)
    if digits.elementsEqual(Self.magic) { return Self.magicNumber }
    guard count <= 8 else { throw malformed }
    var value: UInt64 = 0
    for (i, digit) in digits.enumerated() { value |= UInt64(digit) << (8 * UInt64(i)) }
    if let last = digits.last, last >= 0x80, count < 8 {
      value |= UInt64.max << (8 * UInt64(count))
    }
    return Int(truncatingIfNeeded: value)
  }

  /// A number in a line, such as `-7` or `7L`, or the magic number.
  mutating func decimal() throws -> Int {
    let line = try line()
    if line == Self.magicLine { return Self.magicNumber }
    guard let value = Int(line.hasSuffix("L") ? String(line.dropLast()) : line) else {
      throw malformed
    }
    return value
  }

  mutating func real() throws -> Double {
    Double(bitPattern: try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  mutating func realLine() throws -> Double {
    guard let value = Double(try line()) else { throw malformed }
    return value
  }

  mutating func text(count: Int) throws -> String {
    guard let text = String(validating: try take(count), as: UTF8.self) else { throw malformed }
    return text
  }

  /// A `str` of Python 2: bytes, of which each becomes a character (Latin-1), so that none is lost.
  mutating func byteText(count: Int) throws -> String {
    String(String.UnicodeScalarView(try take(count).map { Unicode.Scalar($0) }))
  }

  /// A line of text of at most 256 characters, without its end.
  mutating func line() throws -> String {
    let start = position
    while try byte() != UInt8(ascii: "\n") {
      guard position - start <= 256 else { throw malformed }
    }
    guard let text = String(validating: bytes.part(start..<position - 1), as: UTF8.self) else {
      throw malformed
    }
    return text
  }

  /// A line with a text in quotes, as Python 2 writes it; only its plain characters are known here.
  mutating func quotedLine() throws -> String {
    let line = try line()
    guard line.count >= 2, let quote = line.first, quote == "'" || quote == "\"",
      line.last == quote, !line.contains("\\")
    else { throw malformed }
    return String(line.dropFirst().dropLast())
  }

  /// A line of Unicode text without escapes.
  mutating func plainLine() throws -> String {
    let line = try line()
    guard !line.contains("\\") else { throw malformed }
    return line
  }
}
