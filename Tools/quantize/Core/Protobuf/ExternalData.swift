internal import CSystem
internal import FileNames
internal import QuantVGG

/// The files beside an ONNX model that have its numbers; none outside its own folder is opened.
struct ExternalData {
  private let folder: FilePath
  private var files: [String: FileSlice] = [:]

  init(of path: FilePath) {
    folder = path.folder
  }

  /// The files that have been opened.
  var paths: [FilePath] { files.keys.map { folder.appending(FilePath($0)) } }

  /// The bytes that entries describe (StringStringEntryProto: key = 1, value = 2): location, offset and length.
  ///
  /// - Throws: `ProtobufError.outside`, `.external`, `.malformed`.
  mutating func bytes(_ entries: [FileSlice]) throws -> FileSlice {
    var (location, offset, length): (String?, Int, Int?) = (nil, 0, nil)
    for entry in entries {
      var fields = ProtobufFields(entry)
      var (key, text) = ("", "")
      while let (number, value) = try fields.next() {
        if number == 1 { key = try ProtobufFields.text(value) }
        if number == 2 { text = try ProtobufFields.text(value) }
      }
      switch key {
      case "location": location = text
      case "offset": offset = try Self.number(text)
      case "length": length = try Self.number(text)
      default: break
      }
    }
    guard let location else { throw ProtobufError.malformed }
    let file = try file(location)
    guard offset <= file.count, length ?? 0 <= file.count - offset else {
      throw ProtobufError.external(
        location, .truncated(expected: offset + (length ?? 0), found: file.count))
    }
    return file.part(offset..<offset + (length ?? file.count - offset))
  }

  private static func number(_ text: String) throws -> Int {
    guard let number = Int(text), (0...1 << 48).contains(number) else {
      throw ProtobufError.malformed
    }
    return number
  }

  /// A file by its name relative to the folder, after all links.
  private mutating func file(_ location: String) throws -> FileSlice {
    if let file = files[location] { return file }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(".."), parts.first != "", !location.utf8.contains(0) else {
      throw ProtobufError.outside(location)
    }
    let name = folder.appending(FilePath(location))
    guard let root = Self.real(folder.isEmpty ? "." : folder), let path = Self.real(name) else {
      throw ProtobufError.external(location, .unreadable(errno: system_errno()))
    }
    guard path.starts(with: root + [UInt8(ascii: "/")]) || root == [UInt8(ascii: "/")] else {
      throw ProtobufError.outside(location)
    }
    do throws(WeightError) {
      let file = FileSlice(try MappedFile(path: name))
      files[location] = file
      return file
    } catch {
      throw ProtobufError.external(location, error)
    }
  }

  /// The bytes of a path without links.
  private static func real(_ path: FilePath) -> [UInt8]? {
    guard let real = unsafe path.withCString({ unsafe realpath($0, nil) }) else { return nil }
    defer { unsafe free(real) }
    return unsafe Array(UnsafeRawBufferPointer(start: real, count: strlen(real)))
  }
}
