internal import CommandOptions

/// A connection: its requests one after the other, each read in full before it is answered.
final class Connection {
  /// What it waits for.
  private enum Phase {
    /// A request's head.
    case head
    /// The rest of a body.
    case body(left: Int)
    /// Somebody's `answer`.
    case answer
    /// The end of sending.
    case sending(closes: Bool)
    /// Bytes that come later.
    case stream
    /// The other side's end, so that it gets an answer that was given before it had sent all.
    case drain
    case closed
  }

  /// Where a body goes.
  enum Destination {
    case memory(most: Int)
    case upload(IncomingUpload)
    /// Nowhere: it is answered at once.
    case refused(Response)
  }

  private let peer: Peer
  private unowned(unsafe) let server: Server
  private var phase = Phase.head
  private(set) var head: RequestHead?
  /// The body that was sent, unless it is an upload.
  private(set) var body: [UInt8] = []
  private(set) var upload: IncomingUpload?
  /// When the phase began; a head's begins with its first byte.
  private var since = Console.seconds
  private var hasBegun = false

  init(_ peer: Peer, _ server: Server) {
    self.peer = peer
    unsafe self.server = server
    peer.owner = self
  }

  var isClosed: Bool { if case .closed = phase { true } else { false } }
  var isStream: Bool { if case .stream = phase { true } else { false } }

  // MARK: Reading

  /// Takes what has come.
  func receive() {
    switch phase {
    case .head: receiveHead()
    case .body(let left): receiveBody(left)
    case .stream, .drain: _ = peer.take(.max)
    case .answer, .sending, .closed: break
    }
  }

  private func receiveHead() {
    if !hasBegun, peer.waiting > 0 {
      hasBegun = true
      since = Console.seconds
    }
    guard let length = peer.headLength, length <= RequestHead.mostBytes else {
      if peer.waiting > RequestHead.mostBytes {
        refuse(Response(431, error: "the headers have more than \(RequestHead.mostBytes) bytes"))
      }
      return
    }
    let head: RequestHead
    do throws(RequestHead.Refusal) {
      head = try RequestHead(peer.take(length))
    } catch {
      refuse(Response(error.status, error: error.sentence))
      return
    }
    self.head = head
    body = []
    enter(.body(left: head.contentLength))
    switch unsafe server.destination(head) {
    case .refused(let response): return refuse(response)
    case .memory(let most):
      guard head.contentLength <= most else {
        return refuse(
          Response(413, error: "the body has more than \(Format.bytes(most)), the most here"))
      }
    case .upload(let upload): self.upload = upload
    }
    if head.contentLength > 0, head.header("expect")?.lowercased() == "100-continue" {
      peer.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
    receiveBody(head.contentLength)
  }

  private func receiveBody(_ left: Int) {
    var left = left
    while left > 0, peer.waiting > 0 {
      let bytes = peer.take(min(left, 16 << 10))
      left -= bytes.count
      if let upload {
        upload.append(bytes)
        if let problem = upload.problem { return refuse(problem) }
      } else {
        body += bytes
      }
    }
    guard left == 0 else {
      phase = .body(left: left)
      return
    }
    enter(.answer)
    peer.read(false)
    unsafe server.handle(self)
  }

  /// Answers a request that is not read to its end, and closes.
  private func refuse(_ response: Response) {
    upload?.discard()
    upload = nil
    send(response, closes: true)
  }

  // MARK: Answering

  /// Answers the request; nothing where the connection was closed in the meantime.
  func answer(_ response: Response) {
    guard case .answer = phase else { return }
    send(response, closes: head?.closes ?? true)
  }

  private func send(_ response: Response, closes: Bool) {
    let isHead = head?.method == "HEAD"
    if case .stream = response.body {
      peer.send(response.head(closes: true))
      enter(.stream)
      peer.read(true)
      return
    }
    enter(.sending(closes: closes))
    var bytes = response.head(closes: closes)
    switch response.body {
    case .bytes(let more):
      if !isHead { bytes += more }
      peer.send(bytes)
    case .file(let descriptor, let count):
      peer.send(bytes)
      if isHead { closeFile(descriptor) } else { peer.send(descriptor: descriptor, count: count) }
    case .stream: break
    }
  }

  /// Sends a part of a stream; one that is not read is closed.
  func push(_ bytes: [UInt8]) {
    guard case .stream = phase else { return }
    if peer.unsent > 256 << 10 { return close() }
    peer.send(bytes)
  }

  /// All was sent.
  func didSend() {
    guard case .sending(let closes) = phase, peer.unsent == 0 else { return }
    head = nil
    body = []
    upload = nil
    hasBegun = false
    if closes {
      enter(.drain)
      peer.finish()
    } else {
      enter(.head)
    }
    peer.read(true)
  }

  // MARK: Ending

  private func enter(_ phase: Phase) {
    self.phase = phase
    since = Console.seconds
  }

  /// The other side has gone.
  func didClose() {
    if case .body = phase { upload?.discard() }
    upload = nil
    phase = .closed
  }

  /// Closes at once.
  func close() {
    guard !isClosed else { return }
    didClose()
    peer.owner = nil
    peer.close()
  }

  /// Closes where the other side is too slow.
  func checkTime(_ now: Double) {
    let age = now - since
    switch phase {
    case .head: if age > (hasBegun ? 10 : 75) { close() }
    case .body(let left):
      // 16 KiB a second at the least, after ten seconds.
      let received = Double((head?.contentLength ?? 0) - left)
      if age > 10 + received / 16384 { refuse(Response(408, error: "the body came too slowly")) }
    case .sending: if age > 900 { close() }
    case .drain: if age > 3 { close() }
    case .answer, .stream, .closed: break
    }
  }
}
