internal import CommandOptions
internal import FileNames

/// The outputs of a run beside its result: one that fails is said once, and the run goes on.
struct SideOutputs {
  /// An option that asks for an output.
  enum Kind: Equatable {
    case log, checkpoint, picture
  }

  private var failures: [(kind: Kind, path: FilePath)] = []
  private var said: [Kind] = []

  /// Takes the fate of an output.
  ///
  /// - Parameters:
  ///   - kind: the option.
  ///   - path: the file.
  ///   - failure: nil where it has been written.
  /// - Returns: what to say now; nil where it has been said, or there is nothing.
  mutating func note(_ kind: Kind, _ path: FilePath, _ failure: Failure?) -> String? {
    // A later checkpoint stands for those before.
    if kind == .checkpoint { failures.removeAll { $0.kind == .checkpoint } }
    guard let failure else { return nil }
    failures.append((kind, path))
    guard !said.contains(kind) else { return nil }
    said.append(kind)
    return failure.message + "; the run goes on"
  }

  /// The outputs that are missing at the end.
  var missing: [String] {
    var missing = failures.filter { $0.kind == .checkpoint }.map { "the checkpoint \($0.path)" }
    let lines = failures.filter { $0.kind == .log }
    if let log = lines.first {
      missing.append("\(Format.count(lines.count, "line")) of \(log.path)")
    }
    return missing + failures.filter { $0.kind == .picture }.map { $0.path.description }
  }
}
