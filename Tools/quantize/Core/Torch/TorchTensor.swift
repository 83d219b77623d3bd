/// A part of the numbers that the file has under a key; tensors share them.
struct TorchStorage: Equatable {
  /// The type of the numbers; that of an untyped storage is `uint8`.
  let type: NumberType
  let key: String
  /// The numbers under the key.
  let count: Int
  /// The part's first number and the one after its last.
  var part: Range<Int>

  /// All numbers of a key; nil where there is no such number of them.
  init?(type: NumberType, key: String, count: Int) {
    guard (0...1 << 48).contains(count) else { return nil }
    (self.type, self.key, self.count, part) = (type, key, count, 0..<count)
  }

  /// A part of this part, or nil where it is larger.
  func part(from offset: Int, count: Int) -> TorchStorage? {
    guard offset >= 0, count >= 0, offset <= part.count, count <= part.count - offset else {
      return nil
    }
    var view = self
    view.part = part.lowerBound + offset..<part.lowerBound + offset + count
    return view
  }

  /// Bytes of the file's numbers under the key, and of those of the part.
  var byteCount: Int { count * type.size }
  var bytes: Range<Int> { part.lowerBound * type.size..<part.upperBound * type.size }
}

/// A view of a storage; offset, size and stride in numbers of the tensor's type.
struct TorchTensor: Equatable {
  let storage: TorchStorage
  var type: NumberType
  let offset: Int
  let size: [Int]
  let stride: [Int]
  /// Whether the tensor is the negative of its numbers (`torch._neg_view`).
  var isNegative = false

  /// The number of elements.
  ///
  /// - Returns: nil where some of them are outside the storage, or there are more than it has: a tensor of
  ///   weights never repeats elements.
  var count: Int? {
    let available = storage.bytes.count / type.size
    var (count, last) = (1, offset)
    guard offset >= 0 else { return nil }
    for (size, stride) in zip(size, stride) {
      guard size >= 0, stride >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      let (reach, overflow2) = max(size - 1, 0).multipliedReportingOverflow(by: stride)
      let (end, overflow3) = last.addingReportingOverflow(reach)
      guard !overflow, !overflow2, !overflow3 else { return nil }
      (count, last) = (product, end)
    }
    return count <= available && (count == 0 || last < available) ? count : nil
  }

  /// Whether the elements follow each other in row-major order.
  var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(size, stride).reversed() {
      guard size == 1 || stride == expected else { return false }
      expected = expected.multipliedReportingOverflow(by: size).partialValue
    }
    return true
  }
}
