public import FileNames
internal import JSONText

/// Options as they stand in a line of a file: a JSON object of their long names without dashes.
///
/// An option's value is a text or a number, a flag is true or false. A list gives one that may be repeated several
/// times, and stands for values with commas between them where an option has such.
public struct OptionLine {
  /// The options in their order, with each value; a flag that is true has an empty one, one that is false has none.
  public private(set) var members: [(name: String, values: [FilePath])] = []

  /// Reads a line.
  ///
  /// - Parameters:
  ///   - bytes: the line.
  ///   - options: those that may stand in it.
  /// - Throws: `UsageError` with the column where something is wrong, and what.
  public init(_ bytes: ArraySlice<UInt8>, options: [Option]) throws(UsageError) {
    var reader = JSONReader(Array(bytes))
    do throws(JSONError) {
      try reader.readObject { (reader, key) throws(JSONError) in
        guard let option = options.first(where: { $0.name == key }) else {
          let near = Hint.option(like: key, options).map { "; did you mean \"\($0)\"?" }
          throw reader.error(
            .unwanted("'\(key)' is no option of a line" + (near ?? "")))
        }
        members.append((key, try Self.values(of: option, &reader)))
      }
      try reader.readEnd()
    } catch {
      throw UsageError(error.description)
    }
  }

  /// The value of an option; nil where the line has none, or several.
  public func value(_ name: String) -> FilePath? {
    guard let found = members.first(where: { $0.name == name }), found.values.count == 1 else {
      return nil
    }
    return found.values[0]
  }

  private static func values(
    of option: Option, _ reader: inout JSONReader
  ) throws(JSONError) -> [FilePath] {
    let kind = try reader.kind()
    let problem = reader.error(
      .unwanted(
        "\"\(option.name)\" is "
          + (option.value == nil ? "true or false" : "a text, a number or a list of them")))
    if option.value == nil {
      guard kind == .literal, let isGiven = try reader.readLiteral() else { throw problem }
      return isGiven ? [""] : []
    }
    guard kind == .list else { return [try value(&reader, problem)] }
    var values: [FilePath] = []
    try reader.readList { (reader) throws(JSONError) in
      values.append(try value(&reader, problem))
    }
    guard !option.isRepeatable, let first = values.first else { return values }
    return [values.dropFirst().reduce(first) { $0.appending(suffix: ",").appending(suffix: $1) }]
  }

  private static func value(
    _ reader: inout JSONReader, _ problem: JSONError
  ) throws(JSONError) -> FilePath {
    switch try reader.kind() {
    case .number: return FilePath(try reader.readNumber())
    case .text:
      let text = try reader.readText()
      guard !text.utf8.contains(0) else {
        throw reader.error(.unwanted("a text has a zero character"))
      }
      return FilePath(text)
    case .object, .list, .literal: throw problem
    }
  }
}
