/// A strict reader of the JSON in a safetensors header: one object of objects, strings and lists of
/// non-negative integers, which is all that the format allows.
struct SafeTensorsHeader {
  struct Entry {
    var name: String
    var type = ""
    var shape: [Int] = []
    var begin = 0
    var end = 0
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [(key: String, value: String)] = []

  private let bytes: [UInt8]
  private var position = 0

  /// - Throws: `WeightError.badHeader` with the position of the first wrong byte.
  init(_ bytes: [UInt8]) throws(WeightError) {
    self.bytes = bytes
    try parse()
  }

  private mutating func parse() throws(WeightError) {
    var names: Set<String> = []
    try parseObject { (header, name) throws(WeightError) in
      guard names.insert(name).inserted else { throw header.error }
      if name == "__metadata__" {
        try header.parseMetadata()
      } else {
        try header.parseEntry(name)
      }
    }
    skipSpace()
    guard position == bytes.count else { throw error }
  }

  private mutating func parseMetadata() throws(WeightError) {
    var keys: Set<String> = []
    try parseObject { (header, key) throws(WeightError) in
      guard keys.insert(key).inserted else { throw header.error }
      header.metadata.append((key, try header.parseString()))
    }
  }

  private mutating func parseEntry(_ name: String) throws(WeightError) {
    var entry = Entry(name: name)
    var seen: Set<String> = []
    var offsets: [Int] = []
    try parseObject { (header, key) throws(WeightError) in
      guard seen.insert(key).inserted else { throw header.error }
      switch key {
      case "dtype": entry.type = try header.parseString()
      case "shape": entry.shape = try header.parseIntegers()
      case "data_offsets": offsets = try header.parseIntegers()
      default: throw header.error
      }
    }
    guard seen.count == 3, offsets.count == 2 else { throw .badTensor(name: name) }
    entry.begin = offsets[0]
    entry.end = offsets[1]
    entries.append(entry)
  }

  // MARK: JSON

  private var error: WeightError { .badHeader(offset: position) }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
      position += 1
    }
  }

  /// Takes a byte after white space, or fails.
  private mutating func expect(_ byte: UInt8) throws(WeightError) {
    guard take(byte) else { throw error }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func parseObject(
    _ member: (inout SafeTensorsHeader, String) throws(WeightError) -> Void
  ) throws(WeightError) {
    try expect(UInt8(ascii: "{"))
    if take(UInt8(ascii: "}")) { return }
    repeat {
      let name = try parseString()
      try expect(UInt8(ascii: ":"))
      try member(&self, name)
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  private mutating func parseIntegers() throws(WeightError) -> [Int] {
    var values: [Int] = []
    try expect(UInt8(ascii: "["))
    if take(UInt8(ascii: "]")) { return values }
    repeat {
      values.append(try parseInteger())
      guard values.count <= 8 else { throw error }
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return values
  }

  private mutating func parseInteger() throws(WeightError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = product.addingReportingOverflow(Int(bytes[position] - 0x30))
      guard !overflow, !overflow2 else { throw error }
      value = sum
      position += 1
    }
    let digits = position - start
    guard digits == 1 || (digits > 1 && bytes[start] != 0x30) else { throw error }
    return value
  }

  private mutating func parseString() throws(WeightError) -> String {
    try expect(UInt8(ascii: "\""))
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw error }
        return string
      case UInt8(ascii: "\\"): try parseEscape(into: &text)
      case 0..<0x20: throw error
      default: text.append(byte)
      }
    }
    throw error
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(WeightError) {
    guard position < bytes.count else { throw error }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = UInt32(try parseHex())
      if code >> 10 == 0x36 {  // A high surrogate; its low half must follow.
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
          bytes[position + 1] == UInt8(ascii: "u")
        else { throw error }
        position += 2
        let low = UInt32(try parseHex())
        guard low >> 10 == 0x37 else { throw error }
        code = 0x10000 + (code & 0x3ff) << 10 + (low & 0x3ff)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error }
      text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    default: throw error
    }
  }

  private mutating func parseHex() throws(WeightError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue,
        bytes[position] < 0x80
      else { throw error }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}
