/// A strict reader of JSON (RFC 8259) in UTF-8: the caller asks for what must come next, so nothing is read that it does not
/// know.
///
/// Refused are also keys that an object has twice, more than `mostLevels` lists and objects within each other, and halves of
/// surrogate pairs.
package struct JSONReader {
  /// What a value begins as.
  package enum Kind {
    case object, list, text, number, literal
  }

  /// Most lists and objects within each other.
  package static let mostLevels = 16

  private let bytes: [UInt8]
  /// The place of the next byte.
  package private(set) var position = 0
  private var levels = 0

  /// A reader of a document.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// An error at the next byte.
  package func error(_ problem: JSONError.Problem) -> JSONError {
    JSONError(offset: position, problem: problem)
  }

  // MARK: Values

  /// What comes next, behind white space.
  ///
  /// - Throws: `JSONError` where it is no value.
  package mutating func kind() throws(JSONError) -> Kind {
    skipSpace()
    switch peek ?? 0 {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .list
    case UInt8(ascii: "\""): return .text
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "a")...UInt8(ascii: "z"): return .literal
    default: throw error(.missing("a value"))
    }
  }

  /// Reads an object; `member` reads the value of each key.
  ///
  /// - Throws: `JSONError`.
  package mutating func readObject(
    _ member: (inout JSONReader, String) throws(JSONError) -> Void
  ) throws(JSONError) {
    try open(UInt8(ascii: "{"), "an object")
    var keys: Set<String> = []
    if take(UInt8(ascii: "}")) { return levels -= 1 }
    repeat {
      skipSpace()
      let place = position
      let key = try readText()
      guard keys.insert(key).inserted else {
        throw JSONError(offset: place, problem: .repeated(key))
      }
      guard take(UInt8(ascii: ":")) else { throw error(.missing("a colon")) }
      try member(&self, key)
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw error(.missing("a comma or the object's end")) }
    levels -= 1
  }

  /// Reads a list; `element` reads each of its values.
  ///
  /// - Throws: `JSONError`.
  package mutating func readList(
    _ element: (inout JSONReader) throws(JSONError) -> Void
  ) throws(JSONError) {
    try open(UInt8(ascii: "["), "a list")
    if take(UInt8(ascii: "]")) { return levels -= 1 }
    repeat { try element(&self) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw error(.missing("a comma or the list's end")) }
    levels -= 1
  }

  /// Reads a number.
  ///
  /// - Returns: the number as it is written.
  /// - Throws: `JSONError`.
  package mutating func readNumber() throws(JSONError) -> String {
    skipSpace()
    let start = position
    _ = takeNow(UInt8(ascii: "-"))
    let hasZero = peek == UInt8(ascii: "0")
    let whole = takeDigits()
    guard whole > 0, !hasZero || whole == 1 else {
      throw JSONError(offset: start, problem: .missing("a number"))
    }
    if takeNow(UInt8(ascii: ".")), takeDigits() == 0 { throw error(.missing("a digit")) }
    if takeNow(UInt8(ascii: "e")) || takeNow(UInt8(ascii: "E")) {
      if !takeNow(UInt8(ascii: "+")) { _ = takeNow(UInt8(ascii: "-")) }
      if takeDigits() == 0 { throw error(.missing("a digit")) }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Reads a whole number that is not negative.
  ///
  /// - Throws: `JSONError`.
  package mutating func readCount() throws(JSONError) -> Int {
    skipSpace()
    let start = position
    guard let number = Int(try readNumber()), number >= 0, bytes[start] != UInt8(ascii: "-") else {
      throw JSONError(offset: start, problem: .missing("a whole number"))
    }
    return number
  }

  /// Reads true or false; nil for null.
  ///
  /// - Throws: `JSONError`.
  package mutating func readLiteral() throws(JSONError) -> Bool? {
    skipSpace()
    for (word, value) in [("true", true), ("false", false), ("null", nil)] as [(String, Bool?)] {
      guard bytes[position...].starts(with: word.utf8) else { continue }
      position += word.utf8.count
      return value
    }
    throw error(.missing("a value"))
  }

  /// Makes sure that nothing but white space follows.
  ///
  /// - Throws: `JSONError`.
  package mutating func readEnd() throws(JSONError) {
    skipSpace()
    guard position == bytes.count else { throw error(.missing("the end")) }
  }

  // MARK: Texts

  /// Reads a text.
  ///
  /// - Throws: `JSONError`.
  package mutating func readText() throws(JSONError) -> String {
    guard take(UInt8(ascii: "\"")) else { throw error(.missing("a text in quotes")) }
    let start = position
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw JSONError(offset: start, problem: .notUTF8)
        }
        return string
      case UInt8(ascii: "\\"): try readEscape(into: &text)
      case 0..<0x20: throw error(.controlCharacter)
      default:
        position += 1
        text.append(byte)
      }
    }
    throw error(.missing("the text's closing quote"))
  }

  private mutating func readEscape(into text: inout [UInt8]) throws(JSONError) {
    let start = position
    position += 1
    guard let letter = peek else { throw error(.missing("the text's closing quote")) }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      guard let scalar = readScalar(), let encoded = UTF8.encode(scalar) else {
        throw JSONError(offset: start, problem: .badEscape)
      }
      text += encoded
    default: throw JSONError(offset: start, problem: .badEscape)
    }
  }

  /// The character behind \u, which takes two of them beyond U+FFFF.
  private mutating func readScalar() -> Unicode.Scalar? {
    guard var code = readHexadecimal() else { return nil }
    if code >> 10 == 0x36 {
      guard takeNow(UInt8(ascii: "\\")), takeNow(UInt8(ascii: "u")), let low = readHexadecimal(),
        low >> 10 == 0x37
      else { return nil }
      code = 0x10000 + (code & 0x3ff) << 10 + (low & 0x3ff)
    }
    return Unicode.Scalar(code)
  }

  private mutating func readHexadecimal() -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek else { return nil }
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
      case 0x41...0x46, 0x61...0x66: value = value << 4 | (UInt32(byte | 0x20) - 0x57)
      default: return nil
      }
      position += 1
    }
    return value
  }

  // MARK: Bytes

  /// The next byte; nil at the end.
  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
      position += 1
    }
  }

  /// Takes a byte where it is the next one.
  private mutating func takeNow(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  /// The same behind white space.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    return takeNow(byte)
  }

  private mutating func takeDigits() -> Int {
    let start = position
    while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func open(_ byte: UInt8, _ name: String) throws(JSONError) {
    guard take(byte) else { throw error(.missing(name)) }
    levels += 1
    guard levels <= Self.mostLevels else { throw error(.tooDeep) }
  }
}
