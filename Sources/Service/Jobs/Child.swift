internal import CSystem
internal import CommandOptions
internal import FileNames

/// A program of this file that does the work: what it takes, or how it ends, is nothing to the service.
struct Child {
  /// How a child has ended.
  struct End {
    /// The exit code; -1 where a signal has ended it.
    let code: Int
    /// That signal, or 0.
    let signal: Int

    init(_ status: Int32) {
      code = Int(system_exit_code(status))
      signal = Int(system_end_signal(status))
    }
  }

  let process: Int32
  /// Standard output and errors.
  let output, errors: FilePath

  /// Starts a child; nil where the system has no more processes.
  ///
  /// - Parameters:
  ///   - words: the command and its words.
  ///   - output: the file of its standard output, and with .err behind it of its errors.
  ///   - flushed: a file that is brought onto the disk before.
  ///   - niceness: how much less important it is than the service.
  init?(_ words: [FilePath], output: FilePath, flushed: FilePath? = nil, niceness: Int) {
    self.output = output
    errors = output.appending(suffix: ".err")
    // SAFETY: the strings live until the call returns; a child has a copy of them.
    var strings: [UnsafeMutablePointer<CChar>?] = unsafe (["qstyle"] + words).map {
      unsafe $0.withCString { unsafe strdup($0) }
    }
    defer { unsafe strings.forEach { unsafe free($0) } }
    unsafe strings.append(nil)
    let (errors, niceness) = (errors, Int32(niceness))
    process = unsafe output.withCString { output in
      unsafe errors.withCString { errors in
        guard let flushed else {
          return unsafe system_spawn(strings, output, errors, nil, niceness)
        }
        return unsafe flushed.withCString {
          unsafe system_spawn(strings, output, errors, $0, niceness)
        }
      }
    }
    guard process > 0 else { return nil }
  }

  /// Sends a signal.
  func signal(_ number: Int32) { _ = kill(process, number) }

  /// What a child may say at the most; one that says more is ended.
  static let mostBytes = 1 << 20
  var isTooLoud: Bool {
    (output.size ?? 0) > Self.mostBytes || (errors.size ?? 0) > Self.mostBytes
  }

  /// All of its standard output.
  var outputBytes: [UInt8] { (try? SmallFile.read(output, most: Self.mostBytes)) ?? [] }

  /// Its last sentence on standard error, without the program's name; else how it has ended.
  func problem(_ end: End) -> String {
    let bytes = (try? SmallFile.read(errors, most: Self.mostBytes)) ?? []
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    if let line = lines.last(where: { $0.starts(with: "qstyle: ".utf8) }), end.code > 0 {
      return FilePath.line(line.dropFirst("qstyle: ".utf8.count))
    }
    return switch end.signal {
    case 0: "the program ended with the code \(end.code)"
    case 9: "the program was killed, most likely for want of memory"
    default: "the program crashed (signal \(end.signal))"
    }
  }

  /// Removes the files of what it has said.
  func removeOutputs() {
    output.remove()
    errors.remove()
  }
}
