package import FileNames

/// The files that a report is about.
package struct ReportFacts {
  /// The file that was written.
  package let output: FilePath
  /// The file that it was made of.
  package let source: String
  /// SHA-256 of that file.
  package let sourceHash: String
  /// The metadata of the file that was written.
  package let metadata: [(key: String, value: String)]

  /// Facts from their parts.
  package init(
    output: FilePath, source: String, sourceHash: String, metadata: [(key: String, value: String)]
  ) {
    self.output = output
    self.source = source
    self.sourceHash = sourceHash
    self.metadata = metadata
  }
}
