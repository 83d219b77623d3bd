internal import CSystem
package import FileNames

/// A safetensors file, mapped into memory and checked from end to end before anything is used.
///
/// Format: 8 bytes header length (little endian), a JSON header `{name: {dtype, shape,
/// data_offsets}, "__metadata__": {...}}`, then the tensors' bytes, row-major and little endian
/// (the safetensors project's format document).
package final class SafeTensors: Sendable {
  /// One tensor of the file.
  package struct Tensor: Sendable {
    /// Name in the file.
    package let name: String
    /// Element type as the format writes it: U8, I8, I32, F32 ...
    package let type: String
    /// Dimensions, outermost first.
    package let shape: [Int]
    /// The data; aligned to nothing.
    package let bytes: FileSlice

    /// Number of elements.
    package var count: Int { shape.reduce(1, *) }
  }

  /// Longest header that is read; larger ones are refused before any memory is asked for.
  package static let largestHeader = 16 << 20

  /// Key and value pairs of `__metadata__`, in the file's order.
  package let metadata: [(key: String, value: String)]
  /// All tensors, in the file's order.
  package let tensors: [Tensor]
  private let file: MappedFile

  /// Gives the memory of the file's pages back; they are read again where they are needed.
  func dropPages() { file.dropPages() }

  /// Whether bytes begin like a file of this format: a possible header length, then a brace.
  package static func matches(_ bytes: FileSlice) -> Bool {
    guard bytes.count > 8, bytes[8] == UInt8(ascii: "{") else { return false }
    let length = UInt64(littleEndian: bytes.load(UInt64.self, at: 0))
    return length >= 2 && length <= UInt64(largestHeader)
  }

  /// Maps and checks a file.
  ///
  /// - Throws: `WeightError` when the file can not be read or any length or offset is wrong.
  package convenience init(path: FilePath) throws(WeightError) {
    try self.init(try MappedFile(path: path))
  }

  /// Checks a mapped file.
  ///
  /// - Throws: `WeightError` when any length or offset is wrong.
  package init(_ file: MappedFile) throws(WeightError) {
    self.file = file
    let bytes = FileSlice(file)
    guard bytes.count >= 8 else { throw .notSafetensors }
    let length = UInt64(littleEndian: bytes.load(UInt64.self, at: 0))
    guard length >= 2, length <= UInt64(Self.largestHeader) else { throw .notSafetensors }
    let start = 8 + Int(length)
    // A file of another kind mostly fails here first: its bytes make a length, but no brace follows.
    guard bytes.count == 8 || bytes[8] == UInt8(ascii: "{") else { throw .notSafetensors }
    guard start <= bytes.count else { throw .truncated(expected: start, found: bytes.count) }
    let header = try SafeTensorsHeader(bytes.part(8..<start).values(UInt8.self))
    metadata = header.metadata
    tensors = try Self.check(
      header.entries, data: bytes.part(start..<bytes.count), start: start)
  }

  private static func check(
    _ entries: [SafeTensorsHeader.Entry], data: FileSlice, start: Int
  ) throws(WeightError) -> [Tensor] {
    var tensors: [Tensor] = []
    for entry in entries {
      // Tensors of types that came later are of no use here, nor are they in the way.
      guard entry.begin <= entry.end,
        elementSize(entry.type) == nil
          || byteCount(type: entry.type, shape: entry.shape) == entry.end - entry.begin
      else { throw .badTensor(name: entry.name) }
      guard entry.end <= data.count else {
        let (expected, overflow) = start.addingReportingOverflow(entry.end)
        throw .truncated(
          expected: overflow ? entry.end : expected, found: start + data.count)
      }
      tensors.append(
        Tensor(
          name: entry.name, type: entry.type, shape: entry.shape,
          bytes: data.part(entry.begin..<entry.end)))
    }
    // Neither overlap nor a gap: each tensor begins where the one before it ends.
    var end = 0
    for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard entry.begin == end else { throw .badTensor(name: entry.name) }
      end = entry.end
    }
    guard end == data.count else {
      throw .truncated(expected: start + end, found: start + data.count)
    }
    return tensors
  }

  private static func elementSize(_ type: String) -> Int? {
    switch type {
    case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2": 1
    case "U16", "I16", "F16", "BF16": 2
    case "U32", "I32", "F32": 4
    case "U64", "I64", "F64": 8
    default: nil
    }
  }

  /// Bytes of a tensor; nil for a type that the format lacks, and beyond 2^63.
  static func byteCount(type: String, shape: [Int]) -> Int? {
    guard var count = elementSize(type) else { return nil }
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The value of a metadata key.
  package func metadata(_ key: String) -> String? {
    metadata.first { $0.key == key }?.value
  }

  /// Whether the file has a tensor of this name.
  package func contains(_ name: String) -> Bool {
    tensors.contains { $0.name == name }
  }

  /// The tensor of a name.
  ///
  /// - Throws: `WeightError.missingTensor`.
  package func tensor(_ name: String) throws(WeightError) -> Tensor {
    guard let tensor = tensors.first(where: { $0.name == name }) else {
      throw .missingTensor(name: name)
    }
    return tensor
  }

  /// A copy of a tensor's elements.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - type: the element type that the tensor must have, as the format writes it.
  ///   - element: the same type in Swift.
  ///   - shape: the shape that it must have; nil for any.
  /// - Returns: the elements in row-major order.
  /// - Throws: `WeightError.missingTensor`, `.wrongType`, `.wrongShape`.
  package func values<Element: BitwiseCopyable>(
    _ name: String, type: String, as element: Element.Type, shape: [Int]? = nil
  ) throws(WeightError) -> [Element] {
    let tensor = try tensor(name)
    guard tensor.type == type else {
      throw .wrongType(name: name, found: tensor.type, expected: type)
    }
    if let shape, shape != tensor.shape {
      throw .wrongShape(name: name, found: tensor.shape, expected: shape)
    }
    return tensor.bytes.values(element)
  }

  /// A copy of an F32 tensor.
  package func floats(_ name: String, shape: [Int]? = nil) throws(WeightError) -> [Float] {
    try values(name, type: "F32", as: Float.self, shape: shape)
  }
}
