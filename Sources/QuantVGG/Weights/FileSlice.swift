/// A part of a mapped file, which stays mapped as long as a slice of it is there.
///
/// Readers of files see bytes through this type alone: a place outside the slice traps.
@safe
package struct FileSlice: RandomAccessCollection, @unchecked Sendable {
  private let file: MappedFile
  // SAFETY: a part of the mapping that `file` owns and keeps; every access checks the bounds.
  private let bytes: UnsafeRawBufferPointer

  /// All of a file.
  package init(_ file: MappedFile) {
    unsafe self.init(file, file.bytes)
  }

  private init(_ file: MappedFile, _ bytes: UnsafeRawBufferPointer) {
    self.file = file
    unsafe self.bytes = unsafe bytes
  }

  /// 0.
  package var startIndex: Int { 0 }
  /// The number of bytes.
  package var endIndex: Int { unsafe bytes.count }

  /// A byte.
  package subscript(place: Int) -> UInt8 {
    precondition(indices.contains(place))
    return unsafe bytes[place]
  }

  /// The bytes at some places, which are 0 and on in the part.
  package func part(_ places: Range<Int>) -> FileSlice {
    precondition(places.lowerBound >= 0 && places.upperBound <= count)
    return unsafe FileSlice(file, UnsafeRawBufferPointer(rebasing: bytes[places]))
  }

  /// Gives the memory of the file's pages back; they are read again where they are needed.
  package func dropPages() { file.dropPages() }

  /// The value that begins at a place, little endian and aligned to nothing.
  package func load<Value: BitwiseCopyable>(_ type: Value.Type, at place: Int) -> Value {
    unsafe part(place..<place + MemoryLayout<Value>.size).bytes.loadUnaligned(as: type)
  }

  /// The values that all bytes make, little endian; the type's size divides their number.
  package func values<Value: BitwiseCopyable>(_ type: Value.Type) -> [Value] {
    let size = MemoryLayout<Value>.stride
    precondition(count % size == 0)
    // SAFETY: as many bytes are copied as the array has room for, and all of them are initialized.
    return unsafe [Value](unsafeUninitializedCapacity: count / size) { buffer, initialized in
      unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      initialized = count / size
    }
  }

  /// Calls `body` with the bytes.
  package func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(file) {} }
    return try unsafe body(RawSpan(_unsafeBytes: bytes))
  }
}
