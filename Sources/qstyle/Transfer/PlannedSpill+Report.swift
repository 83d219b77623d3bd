internal import CommandOptions
internal import StyleTransfer

extension PlannedSpill {
  /// Bytes of the file, and those that a step reads and writes.
  var json: JSONObject {
    var entry = JSONObject()
    entry.add("file_bytes", bytes)
    entry.add("step_read_bytes", stepTraffic.read)
    entry.add("step_written_bytes", stepTraffic.written)
    return entry
  }

  /// The same in words, and where the disk was measured what it adds to a step.
  func line(_ disk: DiskRate?) -> String {
    let text =
      "\(Format.bytes(bytes)) on disk; a step reads \(Format.bytes(stepTraffic.read)) and writes "
      + Format.bytes(stepTraffic.written)
    guard let disk else { return text }
    return text + ", at most \(Format.shortDuration(disk.seconds(of: stepTraffic))) at "
      + "\(Format.bytes(Int(disk.read))) and \(Format.bytes(Int(disk.written))) per second"
  }
}

extension DiskRate {
  /// Its rates, and what it adds to a step at most.
  func json(_ spill: PlannedSpill) -> JSONObject {
    var entry = JSONObject()
    entry.add("read_bytes_per_second", read)
    entry.add("written_bytes_per_second", written)
    entry.add("step_seconds", seconds(of: spill.stepTraffic))
    return entry
  }
}
