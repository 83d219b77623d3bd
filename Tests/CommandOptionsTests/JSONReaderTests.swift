@testable import JSONText
import Testing

@Suite struct JSONReaderTests {
  /// What a document holds, in one form.
  private static func read(_ reader: inout JSONReader) throws(JSONError) -> String {
    switch try reader.kind() {
    case .text: return "'\(try reader.readText())'"
    case .number: return try reader.readNumber()
    case .literal: return try reader.readLiteral().map { "\($0)" } ?? "null"
    case .list:
      var parts: [String] = []
      try reader.readList { (reader) throws(JSONError) in parts.append(try read(&reader)) }
      return "[" + parts.joined(separator: " ") + "]"
    case .object:
      var parts: [String] = []
      try reader.readObject { (reader, key) throws(JSONError) in
        parts.append("\(key)=\(try read(&reader))")
      }
      return "{" + parts.joined(separator: " ") + "}"
    }
  }

  private static func read(_ bytes: [UInt8]) throws(JSONError) -> String {
    var reader = JSONReader(bytes)
    let text = try read(&reader)
    try reader.readEnd()
    return text
  }

  private func error(_ bytes: [UInt8]) -> JSONError? {
    do throws(JSONError) {
      _ = try Self.read(bytes)
      return nil
    } catch {
      return error
    }
  }

  private func error(_ text: String) -> JSONError? { error(Array(text.utf8)) }

  @Test(arguments: [
    ("{}", "{}"), (" [ ] ", "[]"), ("\t{\"a\" : [1, -0.5e+10,\"b\"]\r\n}", "{a=[1 -0.5e+10 'b']}"),
    ("[true,false,null,0,-0,1E5,10]", "[true false null 0 -0 1E5 10]"),
    (#""\"\\\/\b\f\n\r\t""#, "'\"\\/\u{8}\u{c}\n\r\t'"),
    (#""\u00e9\uD83D\ude00é😀""#, "'é😀é😀'"), ("\"\u{7f}\"", "'\u{7f}'"),
    (#"{"":{"":[]}}"#, "{={=[]}}"),
  ])
  func documents(text: String, wanted: String) throws {
    #expect(try Self.read(Array(text.utf8)) == wanted)
  }

  @Test(arguments: [
    ("", 0), (" ", 1), ("{", 1), ("[", 1), ("[1", 2), ("[1,", 3), ("[1,]", 3), ("[,]", 1),
    ("{\"a\"}", 4), ("{\"a\":}", 5), ("{\"a\":1,}", 7), ("{a:1}", 1), ("{'a':1}", 1),
    ("[1 2]", 3), ("[]]", 2), ("{} x", 3), ("01", 0), ("+1", 0), (".5", 0), ("1.", 2), ("1e", 2),
    ("1e+", 3), ("-", 0), ("-a", 0), ("1.5.5", 3), ("0x1", 1), ("Infinity", 0), ("NaN", 0),
    ("nul", 0), ("True", 0), ("truex", 4), ("\"", 1), ("\"a", 2), ("\"\u{1}\"", 1), ("\"\n\"", 1),
    ("\"\\", 2), (#""\x""#, 1), (#""\u12""#, 1), (#""\u12g4""#, 1), (#""\ud800""#, 1),
    (#""\ud800\n""#, 1), (#""\ud800\u0041""#, 1), (#""\udc00""#, 1), ("\u{feff}[]", 0),
    ("[]\0", 2), ("/* */[]", 0),
  ])
  func otherThings(text: String, offset: Int) {
    #expect(error(text)?.offset == offset)
  }

  @Test func keysAreThereOnce() {
    #expect(error(#"{"a":1,"b":{"a":2},"a":3}"#) == JSONError(offset: 19, problem: .repeated("a")))
    #expect(error(#"{"a":1,"\u0061":3}"#)?.problem == .repeated("a"))
  }

  @Test(
    arguments: [
      [0x80], [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80],
      [0xe2, 0x82],
    ] as [[UInt8]])
  func textsAreUTF8(bytes: [UInt8]) {
    #expect(error([0x22] + bytes + [0x22]) == JSONError(offset: 1, problem: .notUTF8))
  }

  @Test func levelsAreFew() throws {
    func nested(_ levels: Int, _ open: String, _ close: String) -> String {
      String(repeating: open, count: levels) + String(repeating: close, count: levels)
    }
    let most = JSONReader.mostLevels
    #expect(error(nested(most, "[", "]")) == nil)
    #expect(error(nested(most + 1, "[", "]")) == JSONError(offset: most + 1, problem: .tooDeep))
    #expect(error(nested(1_000_000, "[", "]"))?.problem == .tooDeep)
    #expect(error(nested(1_000_000, "{\"a\":", "}"))?.problem == .tooDeep)
    // Lists one after the other are none within each other.
    #expect(error("[" + String(repeating: "[],", count: 1000) + "[]]") == nil)
  }

  @Test func countsAreWholeNumbers() throws {
    for (text, count) in [("0", 0), ("12", 12), ("9223372036854775807", Int.max)] {
      var reader = JSONReader(Array(text.utf8))
      #expect(try reader.readCount() == count)
    }
    for text in ["-1", "-0", "1.0", "1e3", "9223372036854775808", "\"1\"", "01", ""] {
      var reader = JSONReader(Array(text.utf8))
      #expect(throws: JSONError.self) { try reader.readCount() }
    }
  }

  @Test func sentencesNameTheColumn() {
    #expect(error("[1 2]")?.description == "at column 4 a comma or the list's end is missing")
    #expect(error(#"{"a":1,"a":2}"#)?.description == "at column 8 \"a\" is there twice")
  }
}
