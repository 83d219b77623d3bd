import Glibc

/// A folder of text files that lasts as long as the object.
public final class TemporaryFolder {
  /// Without a slash at its end.
  public let path = makeTemporaryFolder().description
  private var made: [String] = []

  /// A folder with files: from their paths in it, which begin with a slash, to their texts.
  public init(_ files: [String: String]) throws {
    for (name, text) in files.sorted(by: { $0.key < $1.key }) {
      var folder = path
      for part in name.split(separator: "/").dropLast() {
        folder += "/" + part
        if mkdir(folder, 0o777) == 0 { made.append(folder) }
      }
      guard let file = fopen(path + name, "w") else { throw MissingFile(name: name) }
      fputs(text, file)
      fclose(file)
      made.append(path + name)
    }
  }

  /// A file that could not be made.
  private struct MissingFile: Error {
    let name: String
  }

  deinit {
    for name in made.reversed() { remove(name) }
    remove(path)
  }
}
