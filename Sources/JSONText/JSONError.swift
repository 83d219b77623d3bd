/// The place where a document is no JSON, or not what is wanted.
package struct JSONError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  package enum Problem: Equatable {
    /// Something else stands there.
    case missing(String)
    /// The object has the key already.
    case repeated(String)
    /// A text is no UTF-8.
    case notUTF8
    /// A text has a control character, which is written \n or \u0007.
    case controlCharacter
    /// A backslash with something that is no escape, or half of a surrogate pair.
    case badEscape
    /// There are too many lists and objects within each other.
    case tooDeep
    /// The value is none that is wanted here; the sentence's rest after the place.
    case unwanted(String)
  }

  /// The place of the byte, from 0 on.
  package let offset: Int
  /// What is wrong there.
  package let problem: Problem

  /// A sentence: the column, from 1 on, and what is wrong there.
  package var description: String {
    let text =
      switch problem {
      case .missing(let name): "\(name) is missing"
      case .repeated(let key): "\(JSONText.quote(key)) is there twice"
      case .notUTF8: "the text is no UTF-8"
      case .controlCharacter: "a text has a control character, which is written \\n or \\u0007"
      case .badEscape: "the backslash begins no escape of JSON"
      case .tooDeep: "there are more than \(JSONReader.mostLevels) levels"
      case .unwanted(let sentence): sentence
      }
    return "at column \(offset + 1) \(text)"
  }
}
