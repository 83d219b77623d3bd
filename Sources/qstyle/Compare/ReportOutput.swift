internal import FileNames
internal import FileOutput

/// The fate of a report's files, which are all tried before the command fails.
struct ReportOutput {
  private var problems: [String] = []

  /// Writes a part that the report can not do without, in another place where its own fails.
  ///
  /// - Returns: the path that was written.
  /// - Throws: `Failure` where no place is left.
  @discardableResult
  mutating func write(
    _ path: FilePath, _ write: (FilePath) throws(Failure) -> Void
  ) throws(Failure) -> FilePath {
    let written = try Refuge.write(path, beside: nil, write)
    if let problem = written.problem {
      problems.append("\(problem.message); it is \(written.path)")
    }
    return written.path
  }

  /// Writes a picture that the page has, too.
  mutating func tryWriting(_ path: FilePath, _ write: () throws(Failure) -> Void) {
    do throws(Failure) {
      try write()
    } catch {
      problems.append(error.message)
    }
  }

  /// Fails where anything is missing.
  func finish() throws(Failure) {
    guard problems.isEmpty else { throw Failure(problems.joined(separator: "; ")) }
  }
}
