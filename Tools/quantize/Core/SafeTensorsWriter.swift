package import FileNames
internal import FileOutput
package import QuantVGG

/// A tensor to be written.
package struct OutputTensor {
  /// Its name, type and shape.
  package let entry: SafeTensors.Entry
  /// Its elements in row-major order, little endian.
  package let bytes: [UInt8]

  /// A tensor from its bytes.
  package init(_ entry: SafeTensors.Entry, bytes: [UInt8]) {
    precondition(bytes.count == entry.byteCount)
    (self.entry, self.bytes) = (entry, bytes)
  }

  /// A tensor from its elements, for example `[Float]` for F32.
  package init<Element: BitwiseCopyable>(_ entry: SafeTensors.Entry, _ values: [Element]) {
    // SAFETY: the bytes of trivial values are copied while the array lends them.
    unsafe self.init(entry, bytes: values.withUnsafeBytes { unsafe Array($0) })
  }
}

extension [OutputTensor] {
  /// The metadata of a file of these tensors, with their checksum in it.
  package func checked(
    _ metadata: [(key: String, value: String)]
  ) -> [(key: String, value: String)] {
    var checksum = Fingerprint()
    for tensor in sorted(by: { $0.entry.name < $1.entry.name }) {
      unsafe checksum.add(tensor.entry.name, tensor.bytes.span.bytes)
    }
    return metadata.filter { $0.key != WeightFile.checksumKey }
      + [(WeightFile.checksumKey, checksum.text)]
  }
}

/// Writes safetensors files whose bytes are a function of their content alone.
///
/// Tensors whose size is a multiple of 64 bytes come first, larger before smaller, and the header
/// is padded with spaces, so that these and the first of the others start at a multiple of 64.
package enum SafeTensorsWriter {
  /// Writes a file under its name when it is complete.
  ///
  /// - Throws: `FileOutputError`.
  package static func write(
    _ tensors: [OutputTensor], metadata: [(key: String, value: String)], to path: FilePath
  ) throws {
    let names = Set(tensors.map(\.entry.name))
    precondition(names.count == tensors.count, "a tensor's name is taken")
    // The order given decides between equals: `sorted` does not promise to be stable.
    let sorted = tensors.enumerated().sorted { a, b in
      let (first, second) = (a.element.bytes.count, b.element.bytes.count)
      return (first % 64 == 0 ? 0 : 1, -first, a.offset)
        < (second % 64 == 0 ? 0 : 1, -second, b.offset)
    }.map(\.element)
    let file = try AtomicFile(path: path)
    try file.write(SafeTensors.header(sorted.map(\.entry), metadata: metadata, alignment: 64))
    for tensor in sorted { try file.write(tensor.bytes) }
    try file.commit()
  }
}
