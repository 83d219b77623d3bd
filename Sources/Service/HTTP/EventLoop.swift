internal import CService
internal import CSystem
internal import FileNames

/// What an event loop calls; one call at a time, none within another.
struct LoopHandlers {
  var accepted: (Peer) -> Void
  var received: (Connection) -> Void
  var sent: (Connection) -> Void
  var closed: (Connection) -> Void
  /// A child, by its process number, and its status of waitpid.
  var ended: (Int32, Int32) -> Void
  var tick: () -> Void
  var stop: () -> Void
}

/// libevent's loop with a listener.
@safe final class EventLoop {
  private let loop: OpaquePointer
  private let handlers: LoopHandlers

  /// Listens at an address; nil where that can not be done, for which `errno` has the reason.
  ///
  /// - Parameters:
  ///   - address: "127.0.0.1:8080"; port 0 is a free one.
  ///   - most: most connections at once.
  ///   - refusal: the answer to more of them; it lives as long as the process.
  ///   - handlers: what is called.
  init?(_ address: String, most: Int, refusal: StaticString, _ handlers: LoopHandlers) {
    self.handlers = handlers
    var table = unsafe service_handlers()
    let box = HandlerBox(handlers)
    // SAFETY: the box lives as long as the process, as the loop does.
    unsafe table.context = Unmanaged.passRetained(box).toOpaque()
    unsafe table.accepted = { unsafe registered(at: $0).accepted(Peer($1)) }
    unsafe table.received = { context, peer in
      if let connection = unsafe Peer(peer).owner {
        unsafe registered(at: context).received(connection)
      }
    }
    unsafe table.sent = { context, peer in
      if let connection = unsafe Peer(peer).owner {
        unsafe registered(at: context).sent(connection)
      }
    }
    unsafe table.closed = { context, peer in
      if let connection = unsafe Peer(peer).owner {
        unsafe registered(at: context).closed(connection)
      }
    }
    unsafe table.ended = { unsafe registered(at: $0).ended($1, $2) }
    unsafe table.tick = { unsafe registered(at: $0).tick() }
    unsafe table.stop = { unsafe registered(at: $0).stop() }
    // SAFETY: the text of a StaticString ends with a zero and stays.
    let opened = unsafe refusal.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
      unsafe service_open(&table, address, Int32(most), $0)
    }
    guard let opened = unsafe opened else { return nil }
    unsafe loop = opened
  }

  /// The port that is listened at.
  var port: Int { unsafe Int(service_port(loop)) }

  /// Runs until `leave`.
  func run() { unsafe service_run(loop) }

  /// Ends `run` after the present call.
  func leave() { unsafe service_leave(loop) }

  /// Accepts no more connections.
  func stopListening() { unsafe service_stop_listening(loop) }
}

/// The handlers behind a C pointer.
private final class HandlerBox {
  let handlers: LoopHandlers
  init(_ handlers: LoopHandlers) { self.handlers = handlers }
}

private func registered(at context: UnsafeMutableRawPointer?) -> LoopHandlers {
  guard let context = unsafe context else { preconditionFailure("the loop has a context") }
  return unsafe Unmanaged<HandlerBox>.fromOpaque(context).takeUnretainedValue().handlers
}

/// libevent's side of a connection; used no more once it was closed.
@safe struct Peer {
  private let peer: OpaquePointer

  init(_ peer: OpaquePointer?) {
    guard let peer = unsafe peer else { preconditionFailure("the loop names a connection") }
    unsafe self.peer = peer
  }

  /// The connection that it belongs to, which its list keeps alive.
  var owner: Connection? {
    get {
      unsafe service_owner(peer).map {
        unsafe Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue()
      }
    }
    nonmutating set {
      unsafe service_set_owner(
        peer, newValue.map { unsafe Unmanaged.passUnretained($0).toOpaque() })
    }
  }

  /// Bytes that have come and were not taken.
  var waiting: Int { unsafe service_waiting(peer) }

  /// The length of what waits up to and with the first empty line; nil where there is none yet.
  var headLength: Int? {
    let length = unsafe Int(service_head_length(peer))
    return length < 0 ? nil : length
  }

  /// Takes up to so many bytes.
  func take(_ most: Int) -> [UInt8] {
    let count = min(most, waiting)
    var bytes = [UInt8](repeating: 0, count: count)
    let taken = unsafe service_take(peer, &bytes, count)
    bytes.removeLast(count - taken)
    return bytes
  }

  /// Stops or resumes reading.
  func read(_ isOn: Bool) { unsafe service_read(peer, isOn ? 1 : 0) }

  func send(_ bytes: [UInt8]) { unsafe service_send(peer, bytes, bytes.count) }

  /// Sends an open file's first bytes, and closes it.
  func send(descriptor: Int32, count: Int) {
    unsafe service_send_file(peer, descriptor, Int64(count))
  }

  /// Bytes that are still to be sent.
  var unsent: Int { unsafe service_unsent(peer) }

  /// Tells the other side that no more will come.
  func finish() { unsafe service_finish(peer) }

  /// Closes at once.
  func close() { unsafe service_close(peer) }
}

/// Whether only this machine can reach an address; nil where the text is none.
package func isLoopback(_ address: String) -> Bool? {
  let found = unsafe service_is_loopback(address)
  return found < 0 ? nil : found == 1
}
