internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

/// What a result was made from: a line of JSON in a hidden folder beside it, written before the first step and when the
/// result is there.
struct JobRecord {
  /// The name of the content's file.
  let content: String
  /// A hash of all that decides the bits of the result.
  let source: String
  /// SHA-256 of the result; nil before it is there.
  private(set) var result: String?

  /// What stands for a result that another record may be of.
  enum Standing: Equatable {
    /// There is none, or one of this job that is made anew.
    case open
    /// It is there, as it was made from the same things.
    case done
    /// It is not this job's; the sentence's rest after its path.
    case foreign(String)
  }

  /// The record of a job's transfer before it has a result.
  init(_ job: BatchJob, _ transfer: Transfer) throws(Failure) {
    content = job.content.lastComponent.description
    var fingerprint = try Failure.from { () throws(TransferError) in try transfer.fingerprint() }
    fingerprint.add(UInt64(transfer.steps))
    fingerprint.add(transfer.stop?.change.bitPattern ?? 0)
    fingerprint.add(UInt64(transfer.stop?.steps ?? 0))
    fingerprint.add(ImageFormat(fileName: job.output)?.name ?? "")
    source = fingerprint.text
  }

  private static let members = ["content", "made_from", "sha256"].map {
    Option($0, value: "TEXT", "")
  }

  /// The record in a file; nil where there is none.
  init?(_ path: FilePath) {
    guard let bytes = try? SmallFile.read(path, most: 1 << 16),
      let line = try? OptionLine(bytes[...], options: Self.members),
      let content = line.value("content"), let source = line.value("made_from")
    else { return nil }
    self.content = content.description
    self.source = source.description
    result = line.value("sha256")?.description
  }

  /// Writes the record to a file, which is replaced at once.
  func write(to path: FilePath) throws(Failure) {
    var document = JSONObject()
    document.add("content", content)
    document.add("made_from", source)
    if let result { document.add("sha256", result) }
    let file = try OutputFile(path)
    try file.write(document.text + "\n")
    try file.commit()
  }

  /// Takes the hash of the result, which is there now.
  mutating func finish(_ path: FilePath) { result = SHA256.digest(file: path) }

  /// How a job's result stands to this record of what it would be made from, by the one that is there.
  func standing(_ path: FilePath, _ found: JobRecord?) -> Standing {
    switch FileIdentity(path)?.kind {
    case nil, .missing: return .open
    case .regular: break
    case .pipe, .other: return .foreign("is no file; name one")
    }
    guard let found else { return .foreign("is no result of a batch") }
    // A run that was stopped or killed before its end.
    guard let result = found.result else { return .open }
    guard result == SHA256.digest(file: path) else {
      return .foreign("was changed since it was painted")
    }
    if found.source == source { return .done }
    return found.content == content ? .open : .foreign("is the result of \(found.content)")
  }
}
