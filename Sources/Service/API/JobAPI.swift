internal import CSystem
internal import CommandOptions
internal import FileNames
internal import JSONText

// Plans and jobs.
extension API {
  // MARK: Plans

  /// Reads what is wanted, and makes sure that its pictures are here; answers what can not be.
  private func request(
    _ connection: Connection, _ body: [UInt8]
  ) throws(DatabaseError) -> (JobRequest, Upload)? {
    let request: JobRequest
    do throws(JSONError) {
      request = try JobRequest(body)
    } catch {
      connection.answer(Response(400, error: "the body is not as wanted: " + error.description))
      return nil
    }
    var content: Upload?
    for id in [request.content] + request.styles.map({ $0.id }) {
      guard let upload = try queue.upload(id), folder.upload(id).size != nil else {
        connection.answer(Response(404, error: "there is no upload \(id); send the picture first"))
        return nil
      }
      if content == nil { content = upload }
    }
    guard !checks.isFull(ofUploads: false) else {
      connection.answer(busy)
      return nil
    }
    return content.map { (request, $0) }
  }

  /// Lets a child plan.
  private func forecast(
    _ request: JobRequest, _ content: Upload, done: @escaping (Job.Forecast?, Response) -> Void
  ) {
    var words: [FilePath] = ["transfer"] + request.words { folder.upload($0) }
    words += ["-o", folder.temporary("plan.png"), "--dry-run", "--json", "--quiet"]
    let options = unsafe service.options.options
    checks.run(words + options) { [self] child, end in
      if let child, end.code == 0, let forecast = LogLine(child.outputBytes)?.forecast {
        return done(forecast, Response(200, Self.json(forecast)))
      }
      let problem = child.map { $0.problem(end) } ?? "no program can be started"
      done(nil, Response(422, error: folder.renamed(problem, request, title: content.name)))
    }
  }

  static func json(_ forecast: Job.Forecast) -> JSONObject {
    var document = JSONObject()
    document.add("width", forecast.width)
    document.add("height", forecast.height)
    document.add("steps", forecast.steps)
    document.add("seconds", forecast.seconds)
    document.add("peak_bytes", forecast.bytes)
    document.add("plan", forecast.plan)
    return document
  }

  func plan(_ connection: Connection, _ body: [UInt8]) throws(DatabaseError) {
    guard let (request, content) = try request(connection, body) else { return }
    forecast(request, content) { connection.answer($1) }
  }

  // MARK: Taking jobs

  func takeJob(_ connection: Connection, _ body: [UInt8]) throws(DatabaseError) {
    let key = connection.head?.header("idempotency-key")
    if let key {
      guard (1...128).contains(key.utf8.count) else {
        return connection.answer(Response(400, error: "Idempotency-Key has 1 to 128 bytes"))
      }
      if let known = try queue.job(key: key) { return connection.answer(repeated(known, body)) }
    }
    guard try queue.jobCount() < Queue.mostJobs else {
      return connection.answer(
        Response(429, error: "there are \(Queue.mostJobs) jobs already; delete some"))
    }
    guard let (request, content) = try request(connection, body) else { return }
    forecast(request, content) { [self] forecast, response in
      guard let forecast else { return connection.answer(response) }
      var job = Job()
      job.key = key
      job.request = request
      job.title = content.name
      job.forecast = forecast
      do throws(DatabaseError) {
        // The same request may have come twice while the plan was made.
        if let key, let known = try queue.job(key: key) {
          return connection.answer(repeated(known, body))
        }
        job.id = try queue.add(job)
        log(
          "job \(job.id) is taken: \(forecast.width)x\(forecast.height), \(Format.count(forecast.steps, "step"))"
        )
        let stored = try queue.job(job.id) ?? job
        connection.answer(
          Response(201, json(stored)).with("Location", "/api/jobs/\(job.id)"))
        unsafe service.changed()
        unsafe service.begin()
      } catch {
        connection.answer(error.response)
      }
    }
  }

  /// The answer to a key that is known: the same job, where the same was asked for.
  private func repeated(_ job: Job, _ body: [UInt8]) -> Response {
    guard let request = try? JobRequest(body), request == job.request else {
      return Response(
        409, error: "this Idempotency-Key is that of job \(job.id), which is another one")
    }
    return Response(200, json(job)).with("Location", "/api/jobs/\(job.id)")
  }

  // MARK: Jobs that are here

  /// A job as JSON, with where it is now.
  func json(_ job: Job) -> JSONObject {
    let painter = unsafe service.painter.flatMap { $0.job.id == job.id ? $0 : nil }
    var document = JSONObject()
    document.add("id", job.id)
    document.add("state", job.state.rawValue)
    if painter?.isStopping == true { document.add("stopping", true) }
    document.add("title", job.title)
    document.add("request", job.request.json)
    document.add("width", job.forecast.width)
    document.add("height", job.forecast.height)
    document.add("step", painter?.progress.step ?? job.step)
    document.add("steps", job.forecast.steps)
    document.add("cost", painter?.progress.cost ?? job.cost)
    document.add(
      "seconds_left",
      job.state.isOver ? nil : painter?.progress.secondsLeft ?? job.forecast.seconds)
    document.add("seconds", job.seconds)
    if let painter { document.add("preview", painter.hasPreview) }
    document.add("peak_bytes", job.forecast.bytes)
    document.add("plan", job.forecast.plan)
    document.add("created", job.created)
    document.add("started", job.started)
    document.add("ended", job.ended)
    document.add("error", job.problem)
    document.add("image_sha256", job.hash)
    return document
  }

  func jobList() throws(DatabaseError) -> JSONObject {
    var document = JSONObject()
    document.add("jobs", try queue.jobs().map { json($0) })
    return document
  }

  /// /api/jobs/ID, and what is below it.
  func jobs(
    _ connection: Connection, _ head: RequestHead, _ job: Job, _ part: String?
  ) throws(DatabaseError) {
    switch (head.method, part) {
    case ("GET", nil), ("HEAD", nil):
      var document = json(job)
      let costs = Progress.costs(folder.file(job.id, "log"))
      document.add("cost_steps", costs.map { $0.step })
      document.add("costs", costs.map { $0.cost })
      connection.answer(Response(200, document))
    case ("DELETE", nil): try remove(job, connection)
    case ("GET", let part?), ("HEAD", let part?): try picture(part, of: job, connection)
    case ("POST", "cancel"?), ("POST", "retry"?), ("POST", "move"?):
      guard let body = body(connection) else { return }
      try change(part ?? "", job, connection, body)
    case (_, "cancel"?), (_, "retry"?), (_, "move"?): connection.answer(Self.wrongMethod("POST"))
    case (_, nil): connection.answer(Self.wrongMethod("GET, DELETE"))
    default: connection.answer(Self.wrongMethod("GET"))
    }
  }

  private func picture(
    _ part: String, of job: Job, _ connection: Connection
  ) throws(DatabaseError) {
    switch part {
    case "content":
      // What it is does not matter to a browser that knows it is a picture, and is told not to guess anything else.
      connection.answer(
        Response(file: folder.upload(job.request.content), type: "application/octet-stream"))
    case "preview":
      let isDone = job.state == .done
      connection.answer(
        Response(
          file: isDone ? folder.result(job.id, "jpg") : folder.file(job.id, "preview.jpg"),
          type: "image/jpeg"))
    case "result.png", "result.jpg":
      guard job.state == .done else {
        return connection.answer(Response(404, error: "job \(job.id) is \(job.state.rawValue)"))
      }
      let isPNG = part == "result.png"
      connection.answer(
        Response(
          file: folder.result(job.id, isPNG ? "png" : "jpg"),
          type: isPNG ? "image/png" : "image/jpeg"))
    case "cancel", "retry", "move": connection.answer(Self.wrongMethod("POST"))
    default: connection.answer(Self.nothing)
    }
  }

  private func change(
    _ verb: String, _ job: Job, _ connection: Connection, _ body: [UInt8]
  ) throws(DatabaseError) {
    func refuse() {
      connection.answer(Response(409, error: "job \(job.id) is \(job.state.rawValue)"))
    }
    var before: Int?
    do throws(JSONError) {
      var reader = JSONReader(body)
      try reader.readObject { (reader, key) throws(JSONError) in
        guard verb == "move", key == "before" else {
          throw reader.error(.unwanted("\(JSONText.quote(key)) is not known here"))
        }
        before = try reader.readCount()
      }
      try reader.readEnd()
    } catch {
      return connection.answer(
        Response(400, error: "the body is not as wanted: " + error.description))
    }
    switch verb {
    case "cancel" where job.state == .waiting:
      var cancelled = job
      cancelled.state = .cancelled
      try queue.end(cancelled)
    case "cancel" where job.state == .painting:
      guard unsafe service.painter?.job.id == job.id else { return connection.answer(busy) }
      unsafe service.stop(.cancel)
    case "retry" where job.state == .failed || job.state == .cancelled: try queue.retry(job.id)
    case "move" where job.state == .waiting:
      if let before {
        guard try queue.job(before)?.state == .waiting else {
          return connection.answer(Response(409, error: "job \(before) does not wait"))
        }
      }
      try queue.move(job.id, before: before)
    default: return refuse()
    }
    log("job \(job.id): \(verb)")
    connection.answer(Response(200, json(try queue.job(job.id) ?? job)))
    unsafe service.changed()
    unsafe service.begin()
  }

  private func remove(_ job: Job, _ connection: Connection) throws(DatabaseError) {
    if job.state == .painting {
      guard unsafe service.painter?.job.id == job.id else { return connection.answer(busy) }
      unsafe service.stop(.delete)
      return connection.answer(Response(202, JSONObject()))
    }
    try queue.removeJob(job.id)
    folder.removeFiles(job.id)
    forgetPictures(job.request)
    log("job \(job.id) deleted")
    connection.answer(Response(200, JSONObject()))
    unsafe service.changed()
  }
}
