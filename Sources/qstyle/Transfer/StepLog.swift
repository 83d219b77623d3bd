internal import CSystem
internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import QuantVGG
internal import StyleTransfer

/// The file of `--log`, to which a run appends a JSON line per step, or standard output.
///
/// One run at a time has the file, and nothing that was there before is lost. Lines of a run with a checkpoint name the
/// run, so that it goes on in the log where it was killed, whatever stands behind its lines.
final class StepLog {
  /// The file's name in messages.
  let path: FilePath
  private let isStandardOutput: Bool
  private let descriptor: Int32
  /// Whether the file has a length to go back to.
  private let isRegular: Bool
  /// Whether the file was made here, and goes again without a line.
  private var isNew = false
  private var run: String?
  /// Steps up to here are in the log.
  private var lastStep = 0

  /// Opens or creates the file.
  init(_ path: FilePath) throws(Failure) {
    isStandardOutput = path == "-"
    self.path = isStandardOutput ? "standard output" : path
    guard !isStandardOutput else {
      (descriptor, isRegular) = (1, false)
      return
    }
    let kind = FileIdentity(path)?.kind
    isRegular = kind != .pipe && kind != .other
    let flags = isRegular ? O_RDWR | O_CREAT | O_APPEND : O_WRONLY
    descriptor = unsafe path.withCString { unsafe system_open($0, flags, 0o666) }
    guard descriptor >= 0 else { throw Self.failure(path, system_errno()) }
    guard isRegular else { return }
    guard system_lock(descriptor) != 0, path.leads(to: descriptor) else {
      throw Failure(path, FileOutputError.busy.description)
    }
    isNew = kind == .missing
  }

  deinit {
    guard !isStandardOutput else { return }
    if isNew, size == 0 { path.remove() }
    _ = close(descriptor)
  }

  private var size: Int {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  private static func failure(_ path: FilePath, _ errno: Int32) -> Failure {
    Failure(path, FileOutputError(opening: errno).description)
  }

  /// Makes ready for the steps of a run.
  ///
  /// - Parameters:
  ///   - fingerprint: of what the run follows from; 0 where it has no checkpoint, and can not go on.
  ///   - firstStep: steps that earlier programs have done.
  ///   - steps: those of the whole run.
  /// - Throws: `Failure` where the file can not be read.
  func begin(fingerprint: UInt64, firstStep: Int, steps: Int) throws(Failure) {
    run = fingerprint == 0 ? nil : fingerprint.hexadecimal
    guard isRegular else { return }
    let found = try scan()
    // A run that was killed before its first checkpoint begins anew; one that was done is another one.
    lastStep = firstStep > 0 || found < steps ? found : 0
  }

  /// Appends a step, unless an earlier program has; `scale` is its longer side where there are several.
  func append(
    _ step: Int, scale: Int?, _ losses: LossValues, _ terms: [TermCost], seconds: Double
  ) throws(Failure) {
    guard step > lastStep else { return }
    var entry = JSONObject()
    entry.add("step", step)
    if let run { entry.add("run", run) }
    if let scale { entry.add("scale", scale) }
    entry.add("total", losses.total)
    entry.add("content", losses.content)
    entry.add("style", losses.style)
    entry.add("terms", terms.map { $0.json })
    entry.add("seconds", seconds)
    entry.add("peak_bytes", Console.peakBytes)
    try write(entry.text + "\n")
  }

  /// Waits until the lines so far are on the disk, before a checkpoint that stands for their steps is.
  func flush() {
    if isRegular { _ = fsync(descriptor) }
  }

  /// Writes all of a text, or nothing.
  private func write(_ text: String) throws(Failure) {
    let before = isRegular ? size : 0
    do throws(FileOutputError) {
      try unsafe writeAll(Array(text.utf8).span.bytes, to: descriptor)
    } catch {
      if isRegular { _ = ftruncate(descriptor, before) }
      throw Failure(path, error.description)
    }
  }

  private static let head = Array("{\"step\":".utf8)
  /// More than the longest beginning of a line with step and run.
  private static let longest = 64

  /// The last step that the log has of this run, 0 where there is none; the end becomes that of a line.
  private func scan() throws(Failure) -> Int {
    let tail = Array(",\"run\":\"\(run ?? "-")\"".utf8)
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    var line: [UInt8] = []
    var (offset, start, last) = (0, 0, 0)
    while true {
      let count = unsafe Int(system_read(descriptor, &buffer, buffer.count))
      if count < 0 { throw Self.failure(path, system_errno()) }
      if count == 0 { break }
      for byte in buffer[..<count] {
        offset += 1
        if byte != UInt8(ascii: "\n") {
          if line.count < Self.longest { line.append(byte) }
          continue
        }
        let digits = line.dropFirst(Self.head.count).prefix { (48...57).contains($0) }
        if line.starts(with: Self.head), line[digits.endIndex...].starts(with: tail) {
          last = Int(String(decoding: digits, as: UTF8.self)) ?? last
        }
        line.removeAll(keepingCapacity: true)
        start = offset
      }
    }
    guard offset > start else { return last }
    // A killed program's line, or the end of a file of another kind.
    if line.starts(with: Self.head) || Self.head.starts(with: line) {
      guard ftruncate(descriptor, start) == 0 else { throw Self.failure(path, system_errno()) }
    } else {
      try write("\n")
    }
    return last
  }
}
