/// A value that a pickle of weights may build.
indirect enum PickleValue {
  case none
  case boolean(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  case tuple([PickleValue], depth: Int)
  case list(Reference<[PickleValue]>)
  case dictionary(Reference<[(key: PickleValue, value: PickleValue)]>)
  /// One of the few callables and types of `Pickle.allowedGlobals`.
  case global(String)
  case storage(TorchStorage)
  case tensor(TorchTensor)

  /// Lists and dictionaries are filled after they were remembered, but not after they were put into
  /// another value: so there are no cycles, and the depth of nesting is known.
  final class Reference<Value> {
    var value: Value
    var depth = 1
    var isSealed = false
    init(_ value: Value) { self.value = value }
  }

  /// Levels of nesting; taking a value apart recurses this deep.
  static let deepest = 64

  /// Seals the value for being put into another and returns its depth.
  func seal() -> Int {
    switch self {
    case .tuple(_, let depth): return depth
    case .list(let list):
      list.isSealed = true
      return list.depth
    case .dictionary(let items):
      items.isSealed = true
      return items.depth
    default: return 0
    }
  }

  var integer: Int? {
    if case .integer(let value) = self { return value }
    return nil
  }

  var text: String? {
    if case .text(let value) = self { return value }
    return nil
  }

  var tuple: [PickleValue]? {
    if case .tuple(let value, _) = self { return value }
    return nil
  }
}

/// Elements that tensors share: a type and a key under which the file has the bytes.
struct TorchStorage: Equatable {
  let type: String
  let key: String
  /// In elements.
  let count: Int

  /// Bytes of an element, or nil for a type of Python's that is none of a storage.
  var elementSize: Int? {
    switch type {
    case "torch.DoubleStorage", "torch.LongStorage": 8
    case "torch.FloatStorage", "torch.IntStorage": 4
    case "torch.HalfStorage", "torch.ShortStorage": 2
    case "torch.ByteStorage", "torch.CharStorage", "torch.BoolStorage": 1
    default: nil
    }
  }
}

/// A view of a storage; offset, size and stride in elements.
struct TorchTensor {
  let storage: TorchStorage
  let offset: Int
  let size: [Int]
  let stride: [Int]

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
