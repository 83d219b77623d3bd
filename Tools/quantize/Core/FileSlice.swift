public import QuantVGG

/// A part of a mapped file, which stays mapped as long as a slice of it is there.
///
/// Readers of untrusted files see bytes through this type alone: a place outside the slice traps.
public struct FileSlice: RandomAccessCollection {
  private let file: MappedFile
  // SAFETY: a part of the mapping that `file` owns and keeps; every access checks the bounds.
  private let bytes: UnsafeRawBufferPointer

  /// All of a file.
  public init(_ file: MappedFile) {
    self.init(file, file.withBytes { $0 })
  }

  private init(_ file: MappedFile, _ bytes: UnsafeRawBufferPointer) {
    (self.file, self.bytes) = (file, bytes)
  }

  /// 0.
  public var startIndex: Int { 0 }
  /// The number of bytes.
  public var endIndex: Int { bytes.count }

  /// A byte.
  public subscript(place: Int) -> UInt8 {
    precondition(indices.contains(place))
    return bytes[place]
  }

  /// Whether the bytes begin like a safetensors file.
  var isSafeTensors: Bool { SafeTensors.matches(bytes) }

  /// The bytes at some places, which are 0 and on in the part.
  func part(_ places: Range<Int>) -> FileSlice {
    precondition(places.lowerBound >= 0 && places.upperBound <= count)
    return FileSlice(file, UnsafeRawBufferPointer(rebasing: bytes[places]))
  }

  /// The value that begins at a place, little endian and aligned to nothing.
  func load<Value: BitwiseCopyable>(_ type: Value.Type, at place: Int) -> Value {
    part(place..<place + MemoryLayout<Value>.size).bytes.loadUnaligned(as: type)
  }

  /// The values that all bytes make, little endian; the type's size divides their number.
  func values<Value: BitwiseCopyable>(_ type: Value.Type) -> [Value] {
    let size = MemoryLayout<Value>.stride
    precondition(count % size == 0)
    // SAFETY: as many bytes are copied as the array has room for, and all of them are initialized.
    return [Value](unsafeUninitializedCapacity: count / size) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      initialized = count / size
    }
  }
}
