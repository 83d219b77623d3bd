import FileNames

/// An error as one line for the user: a sentence that says what is wrong and what to do.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Makes any error of `body`, the rest of a sentence, a sentence about a file.
func about<Result>(_ path: FilePath, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch {
    throw Failure("\(path) \(error)")
  }
}
