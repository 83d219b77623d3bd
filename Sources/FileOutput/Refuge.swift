internal import CSystem
package import FileNames

/// Other places for a result whose own place fails at the end.
package enum Refuge {
  /// The names of a file beside another one, in the temporary folder and in the current one; none is taken.
  ///
  /// - Parameters:
  ///   - path: the file that could not be written.
  ///   - other: a file of the same run; nil where there is none.
  /// - Returns: the names in the order in which they are tried.
  package static func places(of path: FilePath, beside other: FilePath?) -> [FilePath] {
    var folders: [FilePath] = other.map { [$0.folder] } ?? []
    if let value = unsafe getenv("TMPDIR"), unsafe value.pointee != 0 {
      folders.append(unsafe FilePath(cString: value))
    } else {
      folders.append("/tmp")
    }
    folders.append("")
    return folders.map { free($0.appending(path.lastComponent)) }
  }

  /// The name, or with "-2", "-3" ... before its ending the first that is not taken.
  private static func free(_ path: FilePath) -> FilePath {
    for number in 1..<1000 {
      let suffix = number == 1 ? "" : FilePath("-\(number)")
      let candidate = path.withoutEnding.appending(suffix: suffix).appending(suffix: path.ending)
      if unsafe candidate.withCString({ unsafe access($0, F_OK) }) != 0 { return candidate }
    }
    return path
  }
}
