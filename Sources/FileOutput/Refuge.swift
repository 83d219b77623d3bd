internal import CSystem
package import FileNames

/// Other places for a result whose own place fails at the end.
package enum Refuge {
  /// Writes a file; where that fails beside another file, in the temporary folder, or in the current one.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - other: a file of the same run; nil where there is none.
  ///   - write: writes to a path.
  /// - Returns: the path that was written, and why it is not the wanted one.
  /// - Throws: why it is not the wanted one, where no place is left.
  package static func write<Problem: Error>(
    _ path: FilePath, beside other: FilePath?, _ write: (FilePath) throws(Problem) -> Void
  ) throws(Problem) -> (path: FilePath, problem: Problem?) {
    let first: Problem
    do throws(Problem) {
      try write(path)
      return (path, nil)
    } catch {
      first = error
    }
    for place in places(of: path, beside: other) {
      do throws(Problem) {
        try write(place)
        return (place, first)
      } catch {}
    }
    throw first
  }

  /// The names in the order in which they are tried; none is taken.
  private static func places(of path: FilePath, beside other: FilePath?) -> [FilePath] {
    var folders: [FilePath] = other.map { [$0.folder] } ?? []
    folders += [FilePath(environment: "TMPDIR") ?? "/tmp", ""]
    return folders.map { free($0.appending(path.lastComponent)) }
  }

  /// The name, with a number before its ending where it is taken.
  private static func free(_ path: FilePath) -> FilePath {
    for number in 1..<1000 {
      let suffix = number == 1 ? "" : FilePath("-\(number)")
      let candidate = path.withoutEnding.appending(suffix: suffix).appending(suffix: path.ending)
      if unsafe candidate.withCString({ unsafe access($0, F_OK) }) != 0 { return candidate }
    }
    return path
  }
}
