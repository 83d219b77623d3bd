internal import FileNames
internal import Rows

/// How fast a folder's disk reads and writes, without the system's memory for files.
public struct DiskRate: Sendable {
  /// Bytes per second that are read.
  public let read: Double
  /// Bytes per second that are written.
  public let written: Double

  /// Bytes that are measured with.
  static let sampleBytes = 16 << 20

  /// Seconds of a step's traffic, all of which goes to the disk: the most that it adds, as memory that is free spares some.
  public func seconds(of traffic: StateTraffic) -> Double {
    Double(traffic.read) / read + Double(traffic.written) / written
  }
}

extension Transfer {
  /// Measures the disk of the folder for the run's state, by 16 MiB that are written and read; nil without one.
  ///
  /// - Throws: `TransferError.spill`.
  public func measureSpillDisk() throws(TransferError) -> DiskRate? {
    guard let spill else { return nil }
    let file = try SpillFile(in: spill, bytes: DiskRate.sampleBytes)
    let rate = file.rows.measure(DiskRate.sampleBytes)
    try file.check()
    return DiskRate(read: rate.read, written: rate.written)
  }
}
