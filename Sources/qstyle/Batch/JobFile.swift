internal import CommandOptions
internal import FileNames
internal import FileOutput

/// A file of jobs: a JSON object on each line.
struct JobFile {
  let jobs: [BatchJob]
  /// The number of each job's line.
  let lines: [Int]

  /// What a line says of its own, beside options of the command line.
  private static let files = [
    Option("content", value: "FILE", "The picture to paint."),
    Option("output", value: "FILE", "The picture to write."),
  ]
  private static let mostBytes = 16 << 20

  /// Reads the file that the command line names, or standard input.
  ///
  /// - Throws: `Failure` where it can not be read, or says of a line what is wrong with it.
  init(_ options: BatchOptions) throws(Failure) {
    let name = options.source == "-" ? "standard input" : options.source.description
    let bytes: [UInt8]
    do throws(SmallFile.Problem) {
      bytes = try SmallFile.read(options.source, most: Self.mostBytes)
    } catch {
      switch error {
      case .tooLarge: throw Failure("\(name) has more than 16 MiB; make several files of it")
      case .system(let errno):
        throw Failure(
          "\(name) cannot be read: \(systemMessage(errno)); name a file of jobs, or a folder")
      }
    }
    let known = Self.files + BatchOptions.transferGroups.flatMap { $0.options }
    var (jobs, lines): ([BatchJob], [Int]) = ([], [])
    let parts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      guard part.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d }) else { continue }
      do throws(UsageError) {
        jobs.append(try options.job(try OptionLine(part, options: known)))
        lines.append(index + 1)
      } catch {
        throw Failure("line \(index + 1) of \(name): \(error.message)", code: .usage)
      }
    }
    guard !jobs.isEmpty else { throw Failure("\(name) has no jobs", code: .usage) }
    (self.jobs, self.lines) = (jobs, lines)
  }
}
