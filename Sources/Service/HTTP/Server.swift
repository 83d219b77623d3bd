internal import CSystem
internal import CommandOptions

/// The connections of a loop.
final class Server {
  /// Most connections at once.
  static let mostConnections = 128
  /// Most of them that wait for events.
  static let mostStreams = 64

  /// Says where the body of a request goes, or refuses it, as soon as its head is there.
  var destination: (RequestHead) -> Connection.Destination = { _ in
    .refused(Response(503, error: "the service begins"))
  }
  /// Answers a request that is there in full, at once or later.
  var handle: (Connection) -> Void = { $0.answer(Response(404, error: "there is nothing")) }
  private var connections: [Connection] = []

  func accept(_ peer: Peer) { connections.append(Connection(peer, self)) }

  /// Closes what is too slow, and forgets what is closed.
  func tick() {
    let now = Console.seconds
    for connection in connections { connection.checkTime(now) }
    connections.removeAll { $0.isClosed }
  }

  func forget(_ connection: Connection) {
    connection.didClose()
    connections.removeAll { $0 === connection }
  }

  /// The connections that wait for events.
  var streams: [Connection] { connections.filter { $0.isStream } }

  /// Closes all of them.
  func closeAll() {
    for connection in connections { connection.close() }
    connections = []
  }
}

/// close(2), under a name that a class with a `close` can use.
func closeFile(_ descriptor: Int32) { close(descriptor) }
