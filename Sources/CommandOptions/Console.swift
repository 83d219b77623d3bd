internal import CSystem
public import FileNames

/// The standard streams: results on stdout, progress and messages on stderr.
public enum Console {
  /// The words of the command line as they were typed, byte by byte, the program's name first.
  public static var arguments: [FilePath] {
    guard let words = unsafe system_arguments() else { return [] }
    return (0..<Int(system_argument_count())).map { index in
      unsafe words[index].map { unsafe FilePath(cString: $0) } ?? ""
    }
  }

  /// An environment variable; nil where it is not set or empty.
  public static func environment(_ name: String) -> String? {
    FilePath(environment: name)?.description
  }

  /// Writes to stdout.
  ///
  /// A reader that went away ends the program quietly, a full disk with exit 1.
  public static func print(_ text: String) {
    guard !write(text, to: 1) else { return }
    let code = system_errno()
    if code != EPIPE {
      error(unsafe "standard output cannot be written: \(String(cString: strerror(code)))")
    }
    exit(code == EPIPE ? ExitCode.done.rawValue : ExitCode.failed.rawValue)
  }

  /// Writes to stderr; failures are ignored.
  public static func note(_ text: String) {
    _ = write(text, to: 2)
  }

  /// Writes "NAME: message" as one line to stderr.
  public static func error(_ message: String) {
    note("\(arguments.first?.lastComponent ?? "qstyle"): \(oneLine(message))\n")
  }

  /// Columns of the terminal behind stderr; 0 when it is none.
  public static var terminalColumns: Int { Int(system_terminal_columns(2)) }

  /// A text whose control characters are written as \xNN, so that foreign ones can not break a line.
  public static func oneLine(_ text: String) -> String { FilePath.line(Array(text.utf8)[...]) }

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      // SAFETY: as many bytes are written as the slice has.
      let count = unsafe bytes.withUnsafeBytes {
        unsafe system_write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if system_errno() == EINTR { continue }
        return false
      }
      bytes = bytes.dropFirst(Int(count))
    }
    return true
  }

  /// Seconds of a clock that never goes back.
  public static var seconds: Double { system_monotonic_seconds() }

  /// Peak resident memory of this process in bytes, as the system counts it.
  public static var peakBytes: Int { Int(system_peak_resident_bytes()) }

  /// Makes `peakBytes` start anew from what is resident now, where the system can.
  public static func resetPeak() {
    _ = system_reset_peak()
  }

  /// Makes freed memory go back to the system at once, so that peaks can be foretold.
  public static func trimHeap() {
    system_trim_heap()
  }

  /// Makes SIGINT, SIGTERM and SIGHUP (a terminal that is closed) set `isInterrupted`.
  ///
  /// The second one of a kind ends the process; one that is ignored already, as under nohup, stays ignored. A closed pipe and
  /// a file that passes the limit of `ulimit -f` become errors of write.
  public static func catchSignals() {
    system_catch_signals()
  }

  /// Whether the user has asked to stop.
  public static var isInterrupted: Bool { system_interrupt_requested() != 0 }
}
