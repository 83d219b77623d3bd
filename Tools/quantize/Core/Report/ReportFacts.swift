/// The files that a report is about.
public struct ReportFacts {
  /// The file that was written.
  public let output: String
  /// The file that it was made of.
  public let source: String
  /// SHA-256 of that file.
  public let sourceHash: String
  /// The metadata of the file that was written.
  public let metadata: [(key: String, value: String)]

  /// Facts from their parts.
  public init(
    output: String, source: String, sourceHash: String, metadata: [(key: String, value: String)]
  ) {
    self.output = output
    self.source = source
    self.sourceHash = sourceHash
    self.metadata = metadata
  }
}
