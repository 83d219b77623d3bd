internal import CSystem
internal import CommandOptions
internal import FileNames

/// An answer.
struct Response {
  /// What stands in it.
  enum Body {
    case bytes([UInt8])
    /// An open file, which is closed by sending it, and its size.
    case file(descriptor: Int32, count: Int)
    /// Bytes that come later, until the connection ends.
    case stream
  }

  let status: Int
  let type: String
  let body: Body
  var headers: [(name: String, value: String)] = []

  /// A JSON object.
  init(_ status: Int, _ document: JSONObject) {
    self.status = status
    type = "application/json"
    body = .bytes(Array((document.text + "\n").utf8))
  }

  /// What went wrong, as {"error": sentence}.
  init(_ status: Int, error sentence: String) {
    var document = JSONObject()
    document.add("error", sentence)
    self.init(status, document)
  }

  /// Bytes of a type, or a stream.
  init(_ status: Int, type: String, _ body: Body) {
    self.status = status
    self.type = type
    self.body = body
  }

  /// A file of ours; 404 where it is missing.
  init(file path: FilePath, type: String) {
    let descriptor = unsafe path.withCString { unsafe system_open($0, O_RDONLY | O_NOFOLLOW, 0) }
    var status = stat()
    guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0,
      system_is_regular(status.st_mode) != 0
    else {
      if descriptor >= 0 { close(descriptor) }
      self.init(404, error: "there is no such picture yet")
      return
    }
    self.init(200, type: type, .file(descriptor: descriptor, count: Int(status.st_size)))
  }

  /// With a further header.
  func with(_ name: String, _ value: String) -> Response {
    var other = self
    other.headers.append((name, value))
    return other
  }

  /// The first line and the headers.
  func head(closes: Bool) -> [UInt8] {
    var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\nContent-Type: \(type)\r\n"
    switch body {
    case .bytes(let bytes): text += "Content-Length: \(bytes.count)\r\n"
    case .file(_, let count): text += "Content-Length: \(count)\r\n"
    case .stream: break
    }
    if closes { text += "Connection: close\r\n" }
    var headers = headers
    if !headers.contains(where: { $0.name == "Cache-Control" }) {
      headers.append(("Cache-Control", "no-store"))
    }
    if !headers.contains(where: { $0.name == "Content-Security-Policy" }) {
      headers.append(("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"))
    }
    for header in headers + Self.always { text += "\(header.name): \(header.value)\r\n" }
    return Array((text + "\r\n").utf8)
  }

  private static var always: [(name: String, value: String)] {
    [
      ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
      ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 304: "Not Modified"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    case 507: "Insufficient Storage"
    default: "Other"
    }
  }
}
