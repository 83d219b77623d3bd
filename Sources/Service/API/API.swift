internal import CSystem
internal import CommandOptions
internal import FileNames
internal import JSONText

/// The addresses that are answered.
final class API {
  /// Most bytes of an upload, and of a JSON body.
  static let mostUpload = 64 << 20
  static let mostBody = 64 << 10
  /// Bytes of the disk that stay free.
  static let spare = 64 << 20

  unowned(unsafe) let service: Service
  let events: Events
  private let page = Page()
  private var parts = 0

  init(_ service: Service) {
    unsafe self.service = service
    events = Events(service.server)
    service.changed = { [self] in tellJobs() }
    service.removed = { [self] in forgetPictures($0) }
  }

  var queue: Queue { unsafe service.queue }
  var folder: DataFolder { unsafe service.folder }
  var checks: Checks { unsafe service.checks }
  func log(_ text: String) { unsafe service.log(text) }

  // MARK: Heads

  /// The parts of a path: "/api/jobs/3" is ["api", "jobs", "3"].
  private static func parts(_ path: String) -> [String] {
    path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(decoding: Array($0), as: UTF8.self) }
  }

  /// Says where a body goes, or refuses the request before it comes.
  func destination(_ head: RequestHead) -> Connection.Destination {
    let parts = Self.parts(head.path)
    if let refusal = unsafe service.access.refusal(head, isAPI: parts[0] == "api") {
      return .refused(refusal)
    }
    guard head.method == "POST", parts == ["api", "uploads"] else {
      return .memory(most: head.method == "POST" ? Self.mostBody : 0)
    }
    return upload(head)
  }

  /// A file for an upload.
  private func upload(_ head: RequestHead) -> Connection.Destination {
    guard head.contentLength > 0 else {
      return .refused(Response(411, error: "send the picture as the body"))
    }
    guard head.contentLength <= Self.mostUpload else {
      return .refused(
        Response(
          413, error: "the picture has more than \(Format.bytes(Self.mostUpload)), the most here"))
    }
    let type = head.header("content-type") ?? ""
    guard type.hasPrefix("image/") || type == "application/octet-stream" else {
      return .refused(
        Response(415, error: "send the picture with Content-Type: application/octet-stream"))
    }
    guard head.query.isEmpty || head.query == "use=style" else {
      return .refused(
        Response(400, error: "the address may end with ?use=style, and with nothing else"))
    }
    guard folder.freeBytes > Self.spare + head.contentLength else {
      return .refused(Response(507, error: "no space is left on the disk; free some"))
    }
    guard !checks.isFull(ofUploads: true) else { return .refused(busy) }
    self.parts += 1
    guard
      let upload = IncomingUpload(
        folder.temporary("upload-\(self.parts)"), name: Self.fileName(head),
        use: head.query.isEmpty ? .photo : .style)
    else { return .refused(Response(500, error: "the picture can not be written")) }
    return .upload(upload)
  }

  var busy: Response {
    Response(503, error: "too much is waiting already; try again soon").with("Retry-After", "2")
  }

  /// What a client calls its file, percent-encoded in X-File-Name: a text that is shown, and names nothing here.
  private static func fileName(_ head: RequestHead) -> String {
    var bytes: [UInt8] = []
    var rest = Array((head.header("x-file-name") ?? "").utf8)[...]
    while let byte = rest.first, bytes.count < 200 {
      rest = rest.dropFirst()
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let name = String(
      String.UnicodeScalarView(
        text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value) }))
    return name.isEmpty ? "picture" : name
  }

  // MARK: Requests

  /// Answers a request.
  func handle(_ connection: Connection) {
    guard let head = connection.head else { return }
    do throws(DatabaseError) {
      try route(connection, head, Self.parts(head.path))
    } catch {
      log("\(head.method) \(head.path): \(error.description)")
      connection.answer(error.response)
    }
  }

  private func route(
    _ connection: Connection, _ head: RequestHead, _ parts: [String]
  ) throws(DatabaseError) {
    let gets = head.method == "GET" || head.method == "HEAD"
    if parts == [""] {
      return connection.answer(gets ? page.response : Self.wrongMethod("GET"))
    }
    guard parts[0] == "api", parts.count > 1 else { return connection.answer(Self.nothing) }
    switch (parts[1], parts.count) {
    case ("uploads", 2):
      guard head.method == "POST" else { return connection.answer(Self.wrongMethod("POST")) }
      try takeUpload(connection)
    case ("uploads", 3...4):
      try uploads(connection, head, Array(parts[2...]))
    case ("styles", 2):
      guard gets else { return connection.answer(Self.wrongMethod("GET")) }
      connection.answer(try styles())
    case ("events", 2):
      guard head.method == "GET" else { return connection.answer(Self.wrongMethod("GET")) }
      try openEvents(connection)
    case ("plan", 2):
      guard head.method == "POST" else { return connection.answer(Self.wrongMethod("POST")) }
      guard let body = body(connection) else { return }
      try plan(connection, body)
    case ("jobs", 2):
      if gets {
        connection.answer(Response(200, try jobList()))
      } else if head.method == "POST" {
        guard let body = body(connection) else { return }
        try takeJob(connection, body)
      } else {
        connection.answer(Self.wrongMethod("GET, POST"))
      }
    case ("jobs", 3...4):
      guard let id = Int(parts[2]), "\(id)" == parts[2], let job = try queue.job(id) else {
        return connection.answer(Response(404, error: "there is no such job"))
      }
      try jobs(connection, head, job, parts.count == 4 ? parts[3] : nil)
    default: connection.answer(Self.nothing)
    }
  }

  static let nothing = Response(404, error: "there is nothing at this address")

  static func wrongMethod(_ allowed: String) -> Response {
    Response(405, error: "this address answers \(allowed)").with("Allow", allowed)
  }

  /// The body of a request that is JSON; answers one that is not.
  func body(_ connection: Connection) -> [UInt8]? {
    let type = connection.head?.header("content-type") ?? ""
    guard type == "application/json" || type.hasPrefix("application/json;") else {
      connection.answer(Response(415, error: "send JSON with Content-Type: application/json"))
      return nil
    }
    return connection.body
  }

  private func openEvents(_ connection: Connection) throws(DatabaseError) {
    guard unsafe service.server.streams.count < Server.mostStreams else {
      return connection.answer(busy)
    }
    let list = try jobList()
    connection.answer(Response(200, type: "text/event-stream", .stream))
    connection.push(Events.event("jobs", list))
  }

  private func tellJobs() {
    guard unsafe !service.server.streams.isEmpty else { return }
    do throws(DatabaseError) {
      events.send("jobs", try jobList())
    } catch {
      log("events: \(error.description)")
    }
  }
}
