internal import JSONText

/// A strict reader of the JSON in a safetensors header: one object of objects, strings and lists of
/// non-negative integers, which is all that the format allows.
struct SafeTensorsHeader {
  struct Entry {
    var name: String
    var type = ""
    var shape: [Int] = []
    var begin = 0
    var end = 0
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [(key: String, value: String)] = []
  /// The name of a tensor that lacks a member.
  private var incomplete: String?

  /// - Throws: `WeightError.badHeader` with the position of the first wrong byte, `.badTensor`.
  init(_ bytes: [UInt8]) throws(WeightError) {
    var reader = JSONReader(bytes)
    do throws(JSONError) {
      try read(&reader)
      try reader.readEnd()
    } catch {
      if let incomplete { throw .badTensor(name: incomplete) }
      throw .badHeader(offset: error.offset)
    }
  }

  private mutating func read(_ reader: inout JSONReader) throws(JSONError) {
    try reader.readObject { (reader, name) throws(JSONError) in
      if name == "__metadata__" {
        try reader.readObject { (reader, key) throws(JSONError) in
          metadata.append((key, try reader.readText()))
        }
      } else {
        entries.append(try readEntry(name, &reader))
      }
    }
  }

  private mutating func readEntry(
    _ name: String, _ reader: inout JSONReader
  ) throws(JSONError) -> Entry {
    var entry = Entry(name: name)
    var members = 0
    var offsets: [Int] = []
    try reader.readObject { (reader, key) throws(JSONError) in
      members += 1
      switch key {
      case "dtype": entry.type = try reader.readText()
      case "shape": entry.shape = try Self.integers(&reader)
      case "data_offsets": offsets = try Self.integers(&reader)
      default: throw reader.error(.unwanted(key))
      }
    }
    guard members == 3, offsets.count == 2 else {
      incomplete = name
      throw reader.error(.missing("a member"))
    }
    entry.begin = offsets[0]
    entry.end = offsets[1]
    return entry
  }

  private static func integers(_ reader: inout JSONReader) throws(JSONError) -> [Int] {
    var values: [Int] = []
    try reader.readList { (reader) throws(JSONError) in
      values.append(try reader.readCount())
      guard values.count <= 8 else { throw reader.error(.unwanted("there are too many")) }
    }
    return values
  }
}
