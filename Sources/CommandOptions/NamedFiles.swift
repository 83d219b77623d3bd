public import FileNames

/// The files that a command line names, of which no output may be an input or another output.
public struct NamedFiles {
  private struct File {
    let role: String
    let path: FilePath
    let identity: FileIdentity
  }

  private var files: [File] = []
  private let areReadAgain: Bool

  /// No files yet.
  ///
  /// - Parameter areReadAgain: whether inputs are read more than once, which pipes can not be.
  public init(areReadAgain: Bool = false) {
    self.areReadAgain = areReadAgain
  }

  /// Adds a file that is read.
  ///
  /// - Parameters:
  ///   - path: the file; nil where the role is not taken.
  ///   - role: the option, or what the file is.
  /// - Throws: `UsageError` for "-", and for a pipe that would be read again.
  public mutating func input(_ path: FilePath?, _ role: String) throws(UsageError) {
    guard let path, let identity = FileIdentity(path) else { return }
    guard path != "-" else {
      throw UsageError(
        "\(role) is read from a file, not from -; name /dev/stdin for standard input")
    }
    if identity.kind == .pipe, areReadAgain || files.contains(where: { $0.identity == identity }) {
      throw UsageError("\(path) is a pipe, which can be read only once; copy it to a file")
    }
    files.append(File(role: role, path: path, identity: identity))
  }

  /// Adds a file that is read more than once, whatever the others are.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - role: the option, or what the file is.
  /// - Throws: `UsageError` for "-", and for a pipe.
  public mutating func stored(_ path: FilePath, _ role: String) throws(UsageError) {
    if FileIdentity(path)?.kind == .pipe {
      throw UsageError("\(path) is a pipe, which can be read only once; copy it to a file")
    }
    try input(path, role)
  }

  /// Adds a file that is written.
  ///
  /// - Parameters:
  ///   - path: the file; nil where the role is not taken.
  ///   - role: the option, or what the file is.
  ///   - isKept: whether later outputs are compared with it.
  /// - Throws: `UsageError` where it is one of the other files, by whatever name, and for "-".
  public mutating func output(
    _ path: FilePath?, _ role: String, isKept: Bool = true
  ) throws(UsageError) {
    guard let path else { return }
    guard path != "-" else {
      throw UsageError("\(role) is written to a file, not to -; name the file")
    }
    guard let identity = FileIdentity(path), identity.kind != .other else { return }
    if let other = files.first(where: { $0.identity == identity }) {
      let names = other.path == path ? "\(path)" : "\(path), which is \(other.path)"
      throw UsageError(
        "\(role) would be written over \(other.role): \(names); give it another name")
    }
    if isKept { files.append(File(role: role, path: path, identity: identity)) }
  }
}
