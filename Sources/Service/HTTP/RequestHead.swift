/// The first line and the headers of a request (RFC 9112), read strictly: what servers understand in more than one way is
/// refused.
package struct RequestHead: Equatable {
  /// A status with a sentence, where the request is refused.
  package struct Refusal: Error, Equatable {
    package let status: Int
    package let sentence: String
  }

  /// Most bytes of a head.
  package static let mostBytes = 16 << 10
  /// Most headers.
  package static let mostHeaders = 64

  package let method: String
  /// The path: what stands before "?" in the target.
  package let path: String
  /// What stands behind "?"; empty where there is none.
  package let query: String
  /// Names in small letters, with their values.
  package let headers: [(name: String, value: String)]
  /// Bytes of the body.
  package let contentLength: Int
  /// Whether the connection ends with the answer.
  package let closes: Bool

  package static func == (a: RequestHead, b: RequestHead) -> Bool {
    a.method == b.method && a.path == b.path && a.query == b.query
      && a.contentLength == b.contentLength
      && a.closes == b.closes && a.headers.count == b.headers.count
      && zip(a.headers, b.headers).allSatisfy { $0.name == $1.name && $0.value == $1.value }
  }

  /// The value of a header, by its name in small letters; nil where there is none.
  package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// Reads a head up to and with its empty line.
  ///
  /// - Throws: `Refusal`, after which the connection has to be closed.
  package init(_ bytes: [UInt8]) throws(Refusal) {
    var lines = Lines(bytes)
    let first = try lines.next()
    let words = first.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(Self.isToken) else {
      throw Self.bad("the first line is none of HTTP")
    }
    guard words[0].count <= 16, words[1].count <= 2048 else {
      throw Refusal(status: 414, sentence: "the address is too long")
    }
    guard words[1].first == UInt8(ascii: "/"),
      words[1].allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x23 })
    else { throw Self.bad("the address does not begin with /") }
    let isNew = words[2].elementsEqual("HTTP/1.1".utf8)
    guard isNew || words[2].elementsEqual("HTTP/1.0".utf8) else {
      throw Refusal(status: 505, sentence: "the version is neither HTTP/1.1 nor HTTP/1.0")
    }
    method = Self.text(words[0])
    let mark = words[1].firstIndex(of: UInt8(ascii: "?")) ?? words[1].endIndex
    path = Self.text(words[1][..<mark])
    query = Self.text(words[1][mark...].dropFirst())
    var headers: [(name: String, value: String)] = []
    while true {
      let line = try lines.next()
      if line.isEmpty { break }
      guard headers.count < Self.mostHeaders else {
        throw Refusal(status: 431, sentence: "there are more than \(Self.mostHeaders) headers")
      }
      headers.append(try Self.header(line))
    }
    self.headers = headers
    func values(_ name: String) -> [String] {
      headers.filter { $0.name == name }.map { $0.value }
    }
    guard values("host").count == 1 || !isNew && values("host").isEmpty else {
      throw Self.bad("there is not one Host header")
    }
    guard values("transfer-encoding").isEmpty else {
      throw Refusal(status: 411, sentence: "send the body with a Content-Length")
    }
    let lengths = values("content-length")
    guard lengths.count <= 1 else { throw Self.bad("there are two Content-Length headers") }
    if let text = lengths.first {
      guard (1...15).contains(text.utf8.count),
        text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let length = Int(text)
      else { throw Self.bad("Content-Length is no number") }
      contentLength = length
    } else {
      contentLength = 0
    }
    let connection = values("connection").map { $0.lowercased() }
    closes = isNew ? connection.contains("close") : !connection.contains("keep-alive")
  }

  private static func bad(_ sentence: String) -> Refusal {
    Refusal(status: 400, sentence: sentence)
  }

  private static func header(
    _ line: ArraySlice<UInt8>
  ) throws(Refusal) -> (name: String, value: String) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isToken)
    else { throw bad("a header has no name") }
    var value = line[(colon + 1)...]
    while let end = value.first, end == 0x20 || end == 0x09 { value = value.dropFirst() }
    while let end = value.last, end == 0x20 || end == 0x09 { value = value.dropLast() }
    guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
      throw bad("a header has a control character")
    }
    let name = line[..<colon].map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    return (String(decoding: name, as: UTF8.self), text(value))
  }

  /// What names of methods and headers are made of.
  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e...0x60, 0x7c, 0x7e: true
    default: false
    }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  /// Lines that end with CR LF and have neither within.
  private struct Lines {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func next() throws(Refusal) -> ArraySlice<UInt8> {
      guard let end = rest.firstIndex(where: { $0 == 0x0d || $0 == 0x0a || $0 == 0 }),
        rest[end] == 0x0d, end + 1 < rest.endIndex, rest[end + 1] == 0x0a
      else { throw bad("a line does not end with CR LF") }
      defer { rest = rest[(end + 2)...] }
      return rest[..<end]
    }
  }
}
