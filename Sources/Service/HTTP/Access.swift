internal import CommandOptions

/// Who may ask: a token's owner, or this machine's own browser and programs.
struct Access {
  /// The hash of the token; nil where everyone on this machine may ask.
  private let token: [UInt8]?
  /// Whether the address that is listened at is this machine's alone.
  private let isLoopback: Bool

  init(token: String?, isLoopback: Bool) {
    self.token = token.map { Self.hash($0) }
    self.isLoopback = isLoopback
  }

  private static func hash(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return unsafe Array(SHA256.digest(bytes.span.bytes).utf8)
  }

  /// The refusal of a request by its head; nil where it may pass.
  ///
  /// A page of somebody else's can make a browser send requests here, but not with this Host, nor from this Origin, nor with a
  /// Content-Type that is no form's.
  func refusal(_ head: RequestHead, isAPI: Bool) -> Response? {
    let host = head.header("host") ?? ""
    if isLoopback, token == nil, !Self.isOwnName(host) {
      return Response(
        421, error: "the Host header names another machine; use 127.0.0.1 or localhost")
    }
    let changes = head.method != "GET" && head.method != "HEAD"
    if let origin = head.header("origin"), isAPI || changes,
      origin != "http://" + host, origin != "https://" + host
    {
      return Response(403, error: "another page's requests are not answered")
    }
    if let site = head.header("sec-fetch-site"), isAPI || changes, site != "same-origin",
      site != "none"
    {
      return Response(403, error: "another page's requests are not answered")
    }
    guard isAPI else { return nil }
    if let token {
      let given = head.header("authorization") ?? ""
      guard given.hasPrefix("Bearer "),
        Self.isEqual(Self.hash(String(given.dropFirst("Bearer ".count))), token)
      else {
        return Response(401, error: "send the token: Authorization: Bearer TOKEN")
          .with("WWW-Authenticate", "Bearer")
      }
    }
    return nil
  }

  /// Compares in a time that tells nothing of where they differ.
  private static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for index in a.indices { difference |= a[index] ^ b[index] }
    return difference == 0
  }

  /// Whether a Host header names this machine, with any port.
  private static func isOwnName(_ host: String) -> Bool {
    let bytes = Array(host.lowercased().utf8)
    for name in ["localhost", "127.0.0.1", "[::1]"] where bytes.starts(with: name.utf8) {
      let rest = bytes.dropFirst(name.utf8.count)
      if rest.isEmpty { return true }
      return rest.first == UInt8(ascii: ":") && rest.count > 1
        && rest.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
    return false
  }
}
