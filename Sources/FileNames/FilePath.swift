internal import CSystem

/// The name of a file as the system has it: bytes, most often UTF-8, but any but zero may stand in it.
///
/// Two names are equal where their bytes are, whatever they look like.
///
/// ```swift
/// let path: FilePath = "photos/café.jpg"
/// print(path.lastComponent, path.folder)  // café.jpg photos/
/// ```
public struct FilePath: Equatable, Sendable {
  /// The bytes, and a zero behind them as system calls want it.
  private let terminated: [UInt8]

  /// A name from its bytes; a zero byte ends it.
  public init(bytes: some Sequence<UInt8>) {
    terminated = bytes.prefix { $0 != 0 } + [0]
  }

  /// A name from a text, in UTF-8; a zero ends it.
  public init(_ text: String) {
    self.init(bytes: text.utf8)
  }

  /// A name from the system.
  package init(cString: UnsafePointer<CChar>) {
    // SAFETY: the string ends with a zero, which is not read past.
    var bytes: [UInt8] = []
    var next = unsafe cString
    while unsafe next.pointee != 0 {
      bytes.append(unsafe UInt8(bitPattern: next.pointee))
      unsafe next += 1
    }
    self.init(bytes: bytes)
  }

  /// The name that an environment variable holds; nil where it is not set or empty.
  package init?(environment variable: String) {
    guard let value = unsafe getenv(variable), unsafe value.pointee != 0 else { return nil }
    unsafe self.init(cString: value)
  }

  /// The bytes.
  public var bytes: ArraySlice<UInt8> { terminated.dropLast() }

  /// Whether the name has no bytes.
  public var isEmpty: Bool { terminated.count == 1 }

  /// Lends the bytes with a zero behind them, for a system call.
  package func withCString<Result, Problem: Error>(
    _ body: (UnsafePointer<CChar>) throws(Problem) -> Result
  ) throws(Problem) -> Result {
    // SAFETY: the array has at least the zero, and lives as long as it is lent; any byte is a CChar.
    try unsafe terminated.withUnsafeBufferPointer { (bytes) throws(Problem) in
      guard let first = bytes.baseAddress else { preconditionFailure("there is a zero") }
      return try unsafe body(
        UnsafeRawPointer(first).assumingMemoryBound(to: CChar.self))
    }
  }
}

// MARK: - Parts

extension FilePath {
  private static let slash = UInt8(ascii: "/")

  /// The part up to and including the last "/"; empty where there is none.
  public var folder: FilePath {
    FilePath(bytes: bytes.prefix(through: bytes.lastIndex(of: Self.slash) ?? bytes.startIndex - 1))
  }

  /// The part behind the last "/" but for those at the end, which lead to folders; all of the name where there is none.
  public var lastComponent: FilePath {
    guard let part = bytes.split(separator: Self.slash).last else { return self }
    return FilePath(bytes: part)
  }

  /// The part from the last dot behind the last "/" on, such as ".png"; empty where there is none.
  public var ending: FilePath {
    let part = bytes.dropFirst(folder.bytes.count)
    guard let dot = part.lastIndex(of: UInt8(ascii: ".")) else { return "" }
    return FilePath(bytes: part[dot...])
  }

  /// The name without its `ending`.
  public var withoutEnding: FilePath { FilePath(bytes: bytes.dropLast(ending.bytes.count)) }

  /// Whether the name's `ending` is this one, whether its letters A to Z are small or large.
  public func hasEnding(_ wanted: FilePath) -> Bool {
    func small(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
    return ending.bytes.elementsEqual(wanted.bytes) { small($0) == small($1) }
  }

  /// The name of a file in the folder of this name.
  public func appending(_ name: FilePath) -> FilePath {
    let between: [UInt8] = isEmpty || bytes.last == Self.slash ? [] : [Self.slash]
    return FilePath(bytes: bytes + between + name.bytes)
  }

  /// The name with these bytes behind it.
  public func appending(suffix: FilePath) -> FilePath {
    FilePath(bytes: bytes + suffix.bytes)
  }
}

// MARK: - Texts

extension FilePath: ExpressibleByStringLiteral {
  /// A name as it stands in the source.
  public init(stringLiteral text: String) {
    self.init(text)
  }
}

extension FilePath: CustomStringConvertible {
  /// The name for messages, on one line: bytes that are no UTF-8, and control characters, as \xE9.
  ///
  /// Other names may be described so; it is not the way back to the file.
  public var description: String { Self.line(bytes) }

  /// Bytes for messages, on one line, as in `description`.
  package static func line(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    var place = bytes.startIndex
    var rest = bytes.makeIterator()
    var parser = Unicode.UTF8.ForwardParser()
    func escape(_ count: Int) {
      for byte in bytes[place..<place + count] {
        text += (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16, uppercase: true)
      }
      place += count
    }
    while true {
      switch parser.parseScalar(from: &rest) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        if scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) {
          escape(encoded.count)
        } else {
          text.unicodeScalars.append(scalar)
          place += encoded.count
        }
      case .error(let length): escape(length)
      case .emptyInput: return text
      }
    }
  }
}
