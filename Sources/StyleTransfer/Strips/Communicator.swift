internal import Rows

/// The functions of a library that passes messages between processes; a call that fails ends all of them.
@safe
package struct MessagePassing: Sendable {
  /// Bytes, how many, and a process.
  package typealias Transmission = @convention(c) (UnsafeMutableRawPointer?, Int, Int32) -> Void
  /// Numbers, and how many.
  package typealias Addition = @convention(c) (UnsafeMutableRawPointer?, Int) -> Void
  /// A number of processes, or a status.
  package typealias Notice = @convention(c) (Int32) -> Void

  /// Ends all processes.
  let abort: Notice
  /// Lets so many of the first processes make sums together.
  let select: Notice
  /// Gives bytes of a process to all, or to those that are selected.
  let broadcast, broadcastAmongSelected: Transmission
  /// Adds up numbers of the selected processes.
  let addInt64, addUInt32, addDouble: Addition
  let send, receive, beginSend, beginReceive: Transmission
  /// Waits for what was begun.
  let finish: @convention(c) () -> Void

  /// The functions.
  package init(
    abort: Notice, select: Notice, broadcast: Transmission, broadcastAmongSelected: Transmission,
    addInt64: Addition, addUInt32: Addition, addDouble: Addition, send: Transmission,
    receive: Transmission, beginSend: Transmission, beginReceive: Transmission,
    finish: @convention(c) () -> Void
  ) {
    (self.abort, self.select, self.finish) = (abort, select, finish)
    unsafe (self.broadcast, self.broadcastAmongSelected) = (broadcast, broadcastAmongSelected)
    unsafe (self.addInt64, self.addUInt32, self.addDouble) = (addInt64, addUInt32, addDouble)
    unsafe (self.send, self.receive) = (send, receive)
    unsafe (self.beginSend, self.beginReceive) = (beginSend, beginReceive)
  }
}

/// The processes that paint one picture together, each a strip of its rows.
///
/// The first process, of rank 0, leads: it tells the others what is done next (`StripCommand`). All other calls are made by all
/// processes that paint, in the same order.
package final class Communicator {
  /// The place of this process, 0 and on.
  package let rank: Int
  /// All processes.
  package let size: Int
  /// The name of this process' machine.
  package let host: String
  /// By process, the share of the rows that it paints; any positive numbers.
  package var shares: [Double]
  /// Whether the leading process has begun a scale.
  package internal(set) var hasBegun = false
  /// Bytes of numbers that this process has given to others so far: its part of a sum, and rows.
  package private(set) var bytesGiven = 0
  private let library: MessagePassing

  /// One of some processes.
  package init(rank: Int, size: Int, host: String, library: MessagePassing) {
    precondition((0..<size).contains(rank))
    (self.rank, self.size, self.host, self.library) = (rank, size, host, library)
    shares = [Double](repeating: 1, count: size)
  }

  /// Whether this process leads.
  package var leads: Bool { rank == 0 }

  /// Ends all processes.
  package func abort(_ status: Int32) { library.abort(status) }

  /// Lets the first `count` processes make sums together until the next call; called by all.
  func select(first count: Int) { library.select(Int32(count)) }

  /// Gives bytes of a process to all processes.
  func broadcast(_ bytes: MemorySlice<UInt8>, from rank: Int) {
    unsafe library.broadcast(bytes.base, bytes.count, Int32(rank))
  }

  /// Gives bytes of a process to those that are selected.
  func broadcastAmongSelected(_ bytes: MemorySlice<UInt8>, from rank: Int) {
    unsafe library.broadcastAmongSelected(bytes.base, bytes.count, Int32(rank))
  }

  /// Makes each number the sum of those of the selected processes.
  func add(_ sums: MemorySlice<Int64>) { unsafe library.addInt64(sums.base, sums.count) }

  /// Makes each number the sum of those of the selected processes.
  func add(_ counts: MemorySlice<UInt32>) { unsafe library.addUInt32(counts.base, counts.count) }

  /// Makes each number that of the one selected process where it is not 0.
  func add(_ numbers: MemorySlice<Double>) {
    unsafe library.addDouble(numbers.base, numbers.count)
  }

  /// Gives bytes to a process that receives them.
  func send(_ bytes: MemorySlice<UInt8>, to rank: Int) {
    unsafe library.send(bytes.base, bytes.count, Int32(rank))
  }

  /// Takes the bytes that a process sends.
  func receive(_ bytes: MemorySlice<UInt8>, from rank: Int) {
    unsafe library.receive(bytes.base, bytes.count, Int32(rank))
  }

  /// Begins to send bytes, which stay as they are until `finish`.
  func beginSend(_ bytes: MemorySlice<UInt8>, to rank: Int) {
    unsafe library.beginSend(bytes.base, bytes.count, Int32(rank))
  }

  /// Begins to receive bytes, which are there after `finish`.
  func beginReceive(_ bytes: MemorySlice<UInt8>, from rank: Int) {
    unsafe library.beginReceive(bytes.base, bytes.count, Int32(rank))
  }

  /// Waits until all that was begun has ended.
  func finish() { library.finish() }

  /// Counts bytes that go to other processes.
  func count(_ bytes: Int) { bytesGiven += bytes }
}
