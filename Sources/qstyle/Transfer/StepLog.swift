internal import CSystem
internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import StyleTransfer

/// The file of `--log`: a JSON line per step.
struct StepLog {
  let path: FilePath

  /// Appends a step; the first one begins the file anew.
  func append(
    _ step: Int, _ losses: LossValues, _ terms: [TermCost], seconds: Double
  ) throws(Failure) {
    var entry = JSONObject()
    entry.add("step", step)
    entry.add("total", losses.total)
    entry.add("content", losses.content)
    entry.add("style", losses.style)
    entry.add("terms", terms.map { $0.json })
    entry.add("seconds", seconds)
    entry.add("peak_bytes", Console.peakBytes)
    let bytes = Array((entry.text + "\n").utf8)
    let flags = O_WRONLY | O_CREAT | (step == 1 ? O_TRUNC : O_APPEND)
    let descriptor = unsafe path.withCString { unsafe system_open($0, flags, 0o666) }
    guard descriptor >= 0 else { throw failure("created") }
    defer { close(descriptor) }
    guard unsafe system_write(descriptor, bytes, bytes.count) == Int64(bytes.count) else {
      throw failure("written")
    }
  }

  /// Drops the lines after a step, which a run that was killed had written after its last checkpoint.
  func cut(after step: Int) throws(Failure) {
    let descriptor = unsafe path.withCString { unsafe system_open($0, O_RDWR, 0) }
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let head = Array("{\"step\":".utf8)
    var buffer = [UInt8](repeating: 0, count: 4096)
    // Where the line begins, the place in it, and its step as far as it is read.
    var (offset, start, column, number) = (0, 0, 0, 0)
    while true {
      let count = unsafe Int(system_read(descriptor, &buffer, buffer.count))
      guard count > 0 else { return }
      for byte in buffer[..<count] {
        offset += 1
        if byte == 10 {
          (start, column, number) = (offset, 0, 0)
        } else if column < head.count {
          column = byte == head[column] ? column + 1 : .max
        } else if column != .max, (48...57).contains(byte) {
          number = min(10 * number + Int(byte) - 48, 1 << 40)
        } else if column != .max {
          guard number <= step else {
            guard ftruncate(descriptor, start) == 0 else { throw failure("written") }
            return
          }
          column = .max
        }
      }
    }
  }

  private func failure(_ what: String) -> Failure {
    Failure(path, "cannot be \(what): \(systemMessage(system_errno()))")
  }
}
