internal import CService
internal import CSystem
internal import CommandOptions
package import FileNames
internal import FileOutput

/// What a service is told when it begins.
package struct ServiceOptions {
  package init() {}

  /// Where it listens.
  package var address = "127.0.0.1:8080"
  /// The folder of the queue, uploads and results.
  package var data: FilePath = ""
  /// Paintings that everyone can choose.
  package var styles: FilePath?
  /// The token that requests must have.
  package var token: String?
  /// Further words of `qstyle transfer`, for plans and paintings alike.
  package var options: [FilePath] = []
}

/// The reason why a service can not begin: a sentence about a file or the address.
package struct ServiceError: Error {
  package let message: String
}

/// A queue of jobs behind HTTP: one loop that waits, and children that do the work.
package final class Service {
  let options: ServiceOptions
  let folder: DataFolder
  let queue: Queue
  let checks: Checks
  let access: Access
  let server = Server()
  /// Nil once the service has ended.
  private var lock: FileLock?
  private var loop: EventLoop?
  private(set) var painter: Painter?
  /// How a painter has ended, until that is recorded.
  private var unrecorded: (job: Job, isDeleted: Bool)?
  private var isEnding = false
  /// Seconds before which no job is begun, after one could not be.
  private var rest = 0.0

  /// Opens the folder and listens.
  package init(_ options: ServiceOptions) throws(ServiceError) {
    self.options = options
    do throws(DataFolder.Problem) {
      folder = try DataFolder(options.data)
    } catch {
      throw ServiceError(message: "\(error.path) \(error.sentence)")
    }
    do throws(FileOutputError) {
      lock = try FileLock(folder.queue)
    } catch {
      throw ServiceError(
        message: error == .busy
          ? "\(folder.path) is the folder of a service that runs; name another one with --data"
          : "\(folder.queue) \(error.description)")
    }
    do throws(DatabaseError) {
      queue = try Queue(folder.queue)
    } catch {
      throw ServiceError(message: "\(folder.queue): \(error.description)")
    }
    checks = Checks(folder)
    guard let loopback = isLoopback(options.address) else {
      throw ServiceError(message: "'\(options.address)' is no address to listen at")
    }
    access = Access(token: options.token, isLoopback: loopback)
  }

  /// Serves until a signal ends it.
  package func run() throws(ServiceError) {
    let (server, checks) = (server, checks)
    let api = API(self)
    server.destination = { api.destination($0) }
    server.handle = { api.handle($0) }
    checks.isPainting = { [self] in painter != nil }
    let handlers = LoopHandlers(
      accepted: { server.accept($0) },
      received: { $0.receive() },
      sent: { $0.didSend() },
      closed: { server.forget($0) },
      ended: { [self] process, status in didEnd(process, Child.End(status)) },
      tick: { [self] in
        server.tick()
        checks.tick()
        tick(api)
      },
      stop: { [self] in stop() })
    guard
      let loop = EventLoop(
        options.address, most: Server.mostConnections, refusal: Self.refusal, handlers)
    else {
      let errno = system_errno()
      throw ServiceError(
        message: errno == EINVAL
          ? "'\(options.address)' is no address to listen at; write 127.0.0.1:8080"
          : "\(options.address) cannot be listened at: \(systemMessage(errno))")
    }
    self.loop = loop
    let colon = options.address.utf8.lastIndex(of: UInt8(ascii: ":")) ?? options.address.endIndex
    log("listening at http://\(options.address[..<colon]):\(loop.port)/, data in \(folder.path)")
    api.importStyles()
    api.removeForgotten()
    begin()
    loop.run()
    lock = nil
    log("ended")
  }

  private static let refusal: StaticString = """
    HTTP/1.1 503 Service Unavailable\r
    Content-Type: application/json\r
    Content-Length: 48\r
    Connection: close\r
    Retry-After: 2\r
    \r
    {"error":"too many connections; try again soon"}
    """

  /// Writes a line about what happens.
  func log(_ text: String) { Console.note("qstyle serve: \(Console.oneLine(text))\n") }

  // MARK: Painting

  /// Is told when jobs have changed.
  var changed: () -> Void = {}
  /// Is told when a job has gone, whose pictures may be nobody's then.
  var removed: (JobRequest) -> Void = { _ in }

  /// Begins the next job, where none is painted.
  func begin() {
    guard painter == nil, unrecorded == nil, !isEnding, Console.seconds >= rest else { return }
    do throws(DatabaseError) {
      guard let job = try queue.nextJob() else { return }
      // Recorded before the first step: what is killed later goes on by itself.
      if job.state == .waiting { try queue.begin(job.id) }
      guard let painter = Painter(job, folder, options: options.options) else {
        log("job \(job.id) can not be begun: \(systemMessage(system_errno())); trying again")
        rest = Console.seconds + 5
        return
      }
      self.painter = painter
      log(
        job.state == .waiting
          ? "job \(job.id) begins" : "job \(job.id) goes on at step \(painter.progress.step)")
    } catch {
      log("the queue can not be read: \(error.description)")
      rest = Console.seconds + 5
    }
    changed()
  }

  private func didEnd(_ process: Int32, _ end: Child.End) {
    if checks.didEnd(process, end) { return }
    guard let painter, painter.process == process else { return }
    unrecorded = painter.ended(end)
    self.painter = nil
    if unrecorded == nil { log("job \(painter.job.id) stops at step \(painter.progress.step)") }
    record()
    // What could not be recorded is painting still, and found so at the next start.
    if isEnding { loop?.leave() }
    // One that was stopped from outside is not begun in a hurry.
    if unrecorded == nil, end.code > 0 { rest = Console.seconds + 1 }
    begin()
  }

  /// Records how a job has ended; what can not be written now is tried again.
  private func record() {
    guard let ended = unrecorded else { return }
    do throws(DatabaseError) {
      if ended.isDeleted {
        try queue.removeJob(ended.job.id)
        folder.removeFiles(ended.job.id)
        removed(ended.job.request)
        log("job \(ended.job.id) deleted")
      } else {
        try queue.end(ended.job)
        if ended.job.state == .done {
          folder.file(ended.job.id, "checkpoint").remove()
        }
        folder.file(ended.job.id, "result.png").remove()
        let problem = ended.job.problem.map { ": \($0)" } ?? ""
        log("job \(ended.job.id) \(ended.job.state.rawValue)\(problem)")
      }
      unrecorded = nil
    } catch {
      log("job \(ended.job.id) is not recorded yet: \(error.description)")
    }
    changed()
  }

  private func tick(_ api: API) {
    if unrecorded != nil { record() }
    if let painter, painter.tick() { api.events.progress(painter) }
    api.events.tick()
    begin()
  }

  /// Stops the job that is painted.
  func stop(_ reason: Painter.Stop) { painter?.stop(reason) }

  private func stop() {
    guard !isEnding else { return }
    isEnding = true
    log("ending" + (painter == nil ? "" : "; the step that is painted is finished first"))
    loop?.stopListening()
    server.closeAll()
    checks.stop()
    if let painter { painter.stop(.service) } else { loop?.leave() }
  }
}
