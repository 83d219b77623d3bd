import CommandOptions
import JSONText
import Service

/// Takes bytes as the first line and the headers of a request.
func readHead(_ bytes: Span<UInt8>) {
  do throws(RequestHead.Refusal) {
    let head = try RequestHead(bytes.indices.map { bytes[$0] })
    promise(head.contentLength >= 0, "\(head.contentLength) bytes")
    promise(head.path.utf8.first == UInt8(ascii: "/"), "the path \(head.path)")
    promise(head.headers.count <= RequestHead.mostHeaders, "\(head.headers.count) headers")
    for header in head.headers {
      promise(!header.value.utf8.contains { $0 == 0x0d || $0 == 0x0a }, "a line in a header")
    }
  } catch {
    promise(400..<600 ~= error.status, "the status \(error.status)")
    check(error.sentence)
  }
}

/// Takes bytes as the body of a job, which is stored and read again.
func readJobRequest(_ bytes: Span<UInt8>) {
  do throws(JSONError) {
    let request = try JobRequest(bytes.indices.map { bytes[$0] })
    promise((try? JobRequest(Array(request.json.text.utf8))) == request, "another job is stored")
  } catch {
    check(error.description)
  }
}
