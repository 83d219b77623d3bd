/// A picture that was sent, or that came with the program.
struct Upload {
  /// What a picture is for.
  enum Use: String {
    /// A photo to paint.
    case photo
    /// A style of the user's own.
    case style
    /// A style of the program's.
    case shipped
  }

  /// SHA-256 of its bytes.
  let id: String
  /// Its file's name, for people.
  var name: String
  var use: Use
  let bytes: Int
  let width: Int
  let height: Int

  /// Whether a text could be an upload's number.
  static func isID(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
