/// A value that a pickle of weights may build.
indirect enum PickleValue {
  case none
  case boolean(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  case tuple([PickleValue], depth: Int)
  case list(Reference<[PickleValue]>)
  case dictionary(Items)
  /// One of the few callables and types of `PickleGlobals`.
  case global(String)
  case storage(TorchStorage)
  case tensor(TorchTensor)
  /// A tensor that its instructions may set after it was remembered.
  case parameter(Reference<TorchTensor?>)

  /// Lists and dictionaries are filled after they were remembered, but not after they were put into
  /// another value: so there are no cycles, and the depth of nesting is known.
  final class Reference<Value> {
    var value: Value
    var depth = 1
    var isSealed = false
    init(_ value: Value) { self.value = value }
  }

  /// The pairs of a dictionary in the order of their making.
  typealias Items = Reference<[(key: PickleValue, value: PickleValue)]>

  /// Levels of nesting; taking a value apart recurses this deep.
  static let deepest = 64

  /// A new dictionary without items.
  static var emptyDictionary: PickleValue { .dictionary(.init([])) }

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

  var isNone: Bool {
    if case .none = self { return true }
    return false
  }

  var boolean: Bool? {
    if case .boolean(let value) = self { return value }
    return nil
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

  /// The elements of a list or a tuple.
  var elements: [PickleValue]? {
    if case .list(let list) = self { return list.value }
    return tuple
  }

  /// The pairs of a dictionary in the order of their making; a key may come twice, and the last one counts.
  var items: [(key: PickleValue, value: PickleValue)]? {
    if case .dictionary(let items) = self { return items.value }
    return nil
  }

  /// A tuple of non-negative integers, such as a shape; at most eight.
  var sizes: [Int]? {
    guard let tuple, tuple.count <= 8 else { return nil }
    let sizes = tuple.compactMap { $0.integer }
    return sizes.count == tuple.count ? sizes : nil
  }

  var tensor: TorchTensor? {
    switch self {
    case .tensor(let tensor): tensor
    case .parameter(let reference): reference.value
    default: nil
    }
  }
}
