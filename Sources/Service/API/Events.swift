internal import CommandOptions

/// The connections that are told what happens (server-sent events).
final class Events {
  private let server: Server
  private var ticks = 0

  init(_ server: Server) { self.server = server }

  /// Sends an event to everyone.
  func send(_ name: String, _ document: JSONObject) {
    let bytes = Self.event(name, document)
    for stream in server.streams { stream.push(bytes) }
  }

  static func event(_ name: String, _ document: JSONObject) -> [UInt8] {
    Array("event: \(name)\ndata: \(document.text)\n\n".utf8)
  }

  /// Tells how far a job has come.
  func progress(_ painter: Painter) {
    guard !server.streams.isEmpty else { return }
    var document = JSONObject()
    document.add("id", painter.job.id)
    document.add("step", painter.progress.step)
    document.add("steps", painter.job.forecast.steps)
    document.add("cost", painter.progress.cost)
    document.add("seconds_left", painter.progress.secondsLeft)
    document.add("preview", painter.hasPreview)
    send("progress", document)
  }

  /// Every fifteen seconds a line that says nothing keeps connections open.
  func tick() {
    ticks += 1
    guard ticks % 30 == 0 else { return }
    for stream in server.streams { stream.push(Array(": \n\n".utf8)) }
  }
}
