internal import QuantVGG

/// A tensor in a Caffe or ONNX file, whose numbers are still in the file.
struct ProtobufTensor {
  enum Numbers {
    case fields(PackedNumbers)
    /// Little endian.
    case raw(FileSlice, NumberType)
  }

  /// Dimensions, outermost first.
  let shape: [Int]
  private let numbers: Numbers

  /// - Throws: `ProtobufError.badTensor` where the shape has another size than the numbers.
  init(name: String, shape: [Int], numbers: Numbers) throws {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { throw ProtobufError.badTensor(name) }
      count = product
    }
    switch numbers {
    case .fields(let fields):
      guard fields.count == count else { throw ProtobufError.badTensor(name) }
    case .raw(let bytes, let type):
      guard bytes.count / type.size == count, bytes.count % type.size == 0 else {
        throw ProtobufError.badTensor(name)
      }
    }
    self.shape = shape
    self.numbers = numbers
  }

  /// The numbers in row-major order.
  func values() throws -> [Float] {
    switch numbers {
    case .fields(let fields): try fields.values()
    case .raw(let bytes, let type): bytes.floats(type)
    }
  }
}
