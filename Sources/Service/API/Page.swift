internal import CService
internal import CommandOptions

/// The page: one file with its style and its script, which the browser runs only if they are these.
struct Page {
  let response: Response

  init() {
    var size = 0
    let start = unsafe service_page(&size)
    let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: size))
    let policy =
      "default-src 'none'; script-src '\(Self.hash("script", bytes))'; "
      + "style-src '\(Self.hash("style", bytes))'; img-src 'self' blob: data:; connect-src 'self'; "
      + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    response = Response(200, type: "text/html; charset=utf-8", .bytes(bytes))
      .with("Content-Security-Policy", policy)
  }

  /// The hash of what stands between an element's tags, as a policy has it.
  private static func hash(_ element: String, _ page: [UInt8]) -> String {
    guard let start = place("<\(element)>", in: page, from: 0),
      let end = place("</\(element)>", in: page, from: start)
    else { preconditionFailure("the page has a \(element)") }
    let text = Array(page[(start + element.utf8.count + 2)..<end])
    let digits = unsafe Array(SHA256.digest(text.span.bytes).utf8)
    let bytes = stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0
    }
    return "sha256-" + String(decoding: Base64.encode(bytes), as: UTF8.self)
  }

  private static func place(_ text: String, in page: [UInt8], from start: Int) -> Int? {
    let wanted = Array(text.utf8)
    return (start..<max(start, page.count - wanted.count)).first {
      page[$0..<$0 + wanted.count].elementsEqual(wanted)
    }
  }
}
