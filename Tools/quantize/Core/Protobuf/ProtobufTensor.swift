/// A tensor in a Caffe or ONNX file, whose numbers are still in the file.
struct ProtobufTensor {
  enum Numbers {
    case fields(PackedNumbers)
    /// Little-endian Float32 or Float64.
    case raw(UnsafeRawBufferPointer, PackedNumbers.Element)
  }

  /// Dimensions, outermost first.
  let shape: [Int]
  private let numbers: Numbers

  /// - Throws: `ProtobufError.badTensor` where the shape has another size than the numbers.
  init(name: String, shape: [Int], numbers: Numbers) throws(ProtobufError) {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { throw .badTensor(name) }
      count = product
    }
    switch numbers {
    case .fields(let fields): guard fields.count == count else { throw .badTensor(name) }
    case .raw(let bytes, let element):
      guard bytes.count / element.rawValue == count, bytes.count % element.rawValue == 0 else {
        throw .badTensor(name)
      }
    }
    self.shape = shape
    self.numbers = numbers
  }

  /// The numbers in row-major order.
  func values() throws(ProtobufError) -> [Float] {
    switch numbers {
    case .fields(let fields): return try fields.values()
    case .raw(let bytes, let element):
      return stride(from: 0, to: bytes.count, by: element.rawValue).map {
        switch element {
        case .single: bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)
        case .double: Float(bytes.loadUnaligned(fromByteOffset: $0, as: Double.self))
        }
      }
    }
  }
}
