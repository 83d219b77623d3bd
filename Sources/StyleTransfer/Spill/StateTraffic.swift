/// Bytes of a run's state that go between a file and memory.
public struct StateTraffic: Sendable, Equatable {
  /// Bytes that are read.
  public var read: Int
  /// Bytes that are written.
  public var written: Int

  static func + (a: StateTraffic, b: StateTraffic) -> StateTraffic {
    StateTraffic(read: a.read + b.read, written: a.written + b.written)
  }

  static func - (a: StateTraffic, b: StateTraffic) -> StateTraffic {
    StateTraffic(read: a.read - b.read, written: a.written - b.written)
  }
}
