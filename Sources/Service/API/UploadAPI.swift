internal import CSystem
internal import CommandOptions
internal import FileNames

// Uploads and styles.
extension API {
  /// Longer side of a small copy.
  static let thumbnailSide = 480

  static func json(_ upload: Upload) -> JSONObject {
    var entry = JSONObject()
    entry.add("id", upload.id)
    entry.add("name", upload.name)
    entry.add("use", upload.use.rawValue)
    entry.add("bytes", upload.bytes)
    entry.add("width", upload.width)
    entry.add("height", upload.height)
    return entry
  }

  func styles() throws(DatabaseError) -> Response {
    var document = JSONObject()
    document.add("styles", try queue.styles().map { Self.json($0) })
    return Response(200, document)
  }

  /// Takes the picture that a request has brought.
  func takeUpload(_ connection: Connection) throws(DatabaseError) {
    guard let incoming = connection.upload else { return connection.answer(Self.nothing) }
    let id = incoming.digest()
    if let known = try knownUpload(id, incoming.use) {
      incoming.discard()
      return connection.answer(Response(200, Self.json(known)))
    }
    guard try queue.uploadCount() < Queue.mostUploads else {
      incoming.discard()
      return connection.answer(
        Response(
          429, error: "there are \(Queue.mostUploads) pictures already; delete jobs or styles"))
    }
    check(incoming, id) { connection.answer($0) }
  }

  /// The picture with a number, which is a style from now on where it is sent as one; nil where it is new.
  private func knownUpload(_ id: String, _ use: Upload.Use) throws(DatabaseError) -> Upload? {
    guard var known = try queue.upload(id), folder.upload(id).size != nil else { return nil }
    if use != .photo, known.use == .photo || use == .shipped {
      known.use = use
      try queue.setUse(use, of: id)
    }
    return known
  }

  /// Lets a child read all of a new picture and make its small copy; then it is taken.
  private func check(
    _ incoming: IncomingUpload, _ id: String, answer: @escaping (Response) -> Void
  ) {
    let words: [FilePath] = [
      "thumbnail", incoming.path, "-o", folder.thumbnail(id), "--size",
      FilePath("\(Self.thumbnailSide)"), "--json", "--quiet",
    ]
    checks.run(words, flushed: incoming.path) { [self] child, end in
      guard let child, end.code == 0, let report = LogLine(child.outputBytes),
        let width = report.number("width"), let height = report.number("height")
      else {
        let problem = child.map { $0.problem(end) } ?? "no program can be started"
        incoming.discard()
        let sentence = problem.replacing(incoming.path.description, with: "the picture")
        log("an upload of \(incoming.count) bytes is refused: \(sentence)")
        return answer(Response(422, error: sentence))
      }
      let upload = Upload(
        id: id, name: incoming.name, use: incoming.use, bytes: incoming.count, width: width,
        height: height)
      guard incoming.path.moves(to: folder.upload(id)) else {
        incoming.discard()
        return answer(Response(500, error: "the picture can not be kept"))
      }
      folder.path.appending("uploads").flushFolder()
      do throws(DatabaseError) {
        try queue.add(upload)
        log("upload \(id.prefix(12)), \(width)x\(height), \(Format.bytes(incoming.count))")
        answer(Response(201, Self.json(upload)))
      } catch {
        answer(error.response)
      }
    }
  }

  /// /api/uploads/ID, and its thumbnail.
  func uploads(
    _ connection: Connection, _ head: RequestHead, _ parts: [String]
  ) throws(DatabaseError) {
    guard Upload.isID(parts[0]), let upload = try queue.upload(parts[0]) else {
      return connection.answer(Response(404, error: "there is no such upload"))
    }
    let gets = head.method == "GET" || head.method == "HEAD"
    switch parts.dropFirst().first {
    case nil where gets: connection.answer(Response(200, Self.json(upload)))
    case nil where head.method == "DELETE": try remove(upload, connection)
    case nil: connection.answer(Self.wrongMethod("GET, DELETE"))
    case "thumbnail":
      guard gets else { return connection.answer(Self.wrongMethod("GET")) }
      connection.answer(
        Response(file: folder.thumbnail(upload.id), type: "image/jpeg")
          .with("Cache-Control", "private, max-age=86400"))
    default: connection.answer(Self.nothing)
    }
  }

  private func remove(_ upload: Upload, _ connection: Connection) throws(DatabaseError) {
    guard upload.use != .shipped else {
      return connection.answer(Response(409, error: "this style came with the program and stays"))
    }
    guard try !queue.isUsed(upload.id) else {
      // Jobs keep it; it is offered no more.
      if upload.use == .style { try queue.setUse(.photo, of: upload.id) }
      return upload.use == .style
        ? connection.answer(Response(200, JSONObject()))
        : connection.answer(Response(409, error: "a job has this picture; delete the job first"))
    }
    try forget(upload.id)
    connection.answer(Response(200, JSONObject()))
  }

  private func forget(_ id: String) throws(DatabaseError) {
    try queue.removeUpload(id)
    folder.upload(id).remove()
    folder.thumbnail(id).remove()
  }

  /// Removes a job's pictures that nobody else has.
  func forgetPictures(_ request: JobRequest) {
    do throws(DatabaseError) {
      for id in [request.content] + request.styles.map({ $0.id }) {
        guard let upload = try queue.upload(id), upload.use == .photo, try !queue.isUsed(id) else {
          continue
        }
        try forget(id)
      }
    } catch {
      // They are looked for again at the next start.
      log("pictures of a deleted job stay: \(error.description)")
    }
  }

  /// Removes photos that were sent and not painted.
  func removeForgotten() {
    guard let photos = try? queue.forgottenPhotos() else { return }
    for photo in photos { try? forget(photo.id) }
  }

  // MARK: Styles of the program

  /// Most bytes of one.
  private static let mostShipped = 16 << 20

  /// Takes the pictures of the folder of styles as uploads, each once.
  func importStyles() {
    guard let styles = unsafe service.options.styles else { return }
    var ids: [String] = []
    for name in styles.entries ?? [] {
      let path = styles.appending(name)
      guard name.bytes.first != UInt8(ascii: "."),
        ["jpg", "jpeg", "png", "webp"].contains(where: { name.hasEnding(FilePath("." + $0)) }),
        let size = path.size, size <= Self.mostShipped, let id = SHA256.digest(file: path)
      else { continue }
      ids.append(id)
      do throws(DatabaseError) {
        if try knownUpload(id, .shipped) != nil { continue }
        copyStyle(path, id, Self.title(name))
      } catch {
        log("\(path): \(error.description)")
      }
    }
    do throws(DatabaseError) {
      try queue.retireShipped(but: ids)
    } catch {
      log("styles: \(error.description)")
    }
  }

  private func copyStyle(_ path: FilePath, _ id: String, _ title: String) {
    guard let bytes = try? SmallFile.read(path, most: Self.mostShipped),
      let incoming = IncomingUpload(
        folder.temporary("style-\(id.prefix(12))"), name: title, use: .shipped)
    else { return log("\(path) can not be read") }
    incoming.append(bytes)
    guard incoming.problem == nil, incoming.digest() == id else {
      incoming.discard()
      return log("\(path) can not be copied")
    }
    check(incoming, id) { _ in }
  }

  /// A file's name as a title: "style-warm-glass.jpg" is "Warm glass".
  private static func title(_ name: FilePath) -> String {
    var words = name.withoutEnding.description.split { $0 == "-" || $0 == "_" }.map(String.init)
    if words.count > 1, words[0] == "style" { words.removeFirst() }
    let text = words.joined(separator: " ")
    return text.prefix(1).uppercased() + text.dropFirst()
  }
}
