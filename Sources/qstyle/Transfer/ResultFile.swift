internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import ImageIO
internal import StyleTransfer

/// The picture that a transfer writes, and those on the way to it.
struct ResultFile {
  let path: FilePath

  /// The file of --output.
  init(_ arguments: ParsedArguments) throws(UsageError) {
    guard let path = arguments.path("output") else {
      let words = arguments.positional
      if let hint = Hint.afterEnd(words.map { $0.description }) { throw UsageError(hint) }
      let meant = words.count > 2 && FileIdentity(words[words.count - 1])?.kind == .missing
      throw UsageError(
        meant
          ? "did you mean -o \(words[words.count - 1])?"
          : "name the picture to write: -o result.png")
    }
    try self.init(path)
  }

  /// A file by its name, which an option has.
  init(_ path: FilePath, option: String = "-o") throws(UsageError) {
    guard path != "-" else {
      throw UsageError(
        "\(option) is written to a file, not to -; name the picture: \(option) result.png")
    }
    guard ImageFormat(fileName: path) != nil else {
      throw UsageError("'\(path)' ends neither in .png nor in .jpg; name the result so")
    }
    self.path = path
  }

  /// Tries whether the result can be written, without touching an existing file.
  func check() throws(Failure) {
    try Failure.about(path) { () throws(ImageError) in
      try checkWritable(path: path)
    }
  }

  /// Keeps other programs from writing the file; nil for one that is no regular file.
  func lock() throws(Failure) -> FileLock? {
    guard let kind = FileIdentity(path)?.kind, kind == .regular || kind == .missing else {
      return nil
    }
    return try Failure.about(path) { () throws(FileOutputError) in try FileLock(path) }
  }

  /// The path of the picture after a step: OUT.png becomes OUT-000025.png, or OUT-256-000025.png where the longer side
  /// of the scale is told.
  func path(step: Int, scale: Int?) -> FilePath {
    let digits = "\(step)"
    let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    let place = scale.map { "-\($0)" } ?? ""
    return path.withoutEnding.appending(suffix: FilePath("\(place)-\(number)"))
      .appending(suffix: path.ending)
  }

  /// The paths of the pictures that a transfer may make on its way, one every so many steps.
  func paths(_ transfer: Transfer, every: Int) -> [FilePath] {
    var (paths, end) = ([FilePath](), 0)
    for scale in transfer.scales {
      let side = transfer.coarse.isEmpty ? nil : scale.resultSize.longerSide
      end += scale.steps
      // A scale that ends early leaves its steps to the next one.
      for step in stride(from: every, through: end, by: every) where step < transfer.allSteps {
        paths.append(path(step: step, scale: side))
      }
    }
    return paths
  }
}
