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

  /// The same in words.
  var line: String {
    "\(Format.bytes(bytes)) on disk; a step reads \(Format.bytes(stepTraffic.read)) and writes "
      + Format.bytes(stepTraffic.written)
  }
}
