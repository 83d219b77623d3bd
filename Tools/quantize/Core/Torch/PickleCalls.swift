/// What the callables of `PickleGlobals` make of their arguments: every one is understood, or refused by name.
extension Pickle {
  /// The value of `name(*arguments)`, or of `name.__new__(name, *arguments)` where `isNew`.
  mutating func call(_ name: String, _ arguments: [PickleValue], isNew: Bool) throws -> PickleValue
  {
    let call = Call(name: name, arguments: arguments)
    if isNew, PickleGlobals.tensors.contains(name), arguments.isEmpty {
      return .parameter(.init(nil))
    }
    guard !isNew || name == PickleGlobals.parameterClass || name == PickleGlobals.orderedDict else {
      throw call.refused(0)
    }
    switch name {
    case PickleGlobals.orderedDict: return try dictionary(call)
    case PickleGlobals.counter: return try copy(call)
    case PickleGlobals.size:
      guard arguments.count == 1, let sizes = arguments[0].elements else { throw call.refused(0) }
      try spend(sizes.count)
      return try tuple(sizes)
    case PickleGlobals.tensor1: return .tensor(try call.tensor(count: 4...4))
    case PickleGlobals.tensor2:
      var tensor = try call.tensor(count: 6...7)
      tensor.isNegative = try call.isNegative(at: 6)
      return .tensor(tensor)
    case PickleGlobals.tensor3:
      var tensor = try call.tensor(count: 7...8)
      tensor.type = try call.type(at: 6)
      tensor.isNegative = try call.isNegative(at: 7)
      return .tensor(tensor)
    case PickleGlobals.parameter: return .tensor(try call.parameter(count: 3...3))
    case PickleGlobals.parameterWithState:
      let tensor = try call.parameter(count: 4...4)
      guard arguments[3].isState else { throw call.refused(3) }
      return .tensor(tensor)
    case PickleGlobals.parameterClass: return .parameter(.init(try call.newParameter()))
    case PickleGlobals.withState: return try self.call(withState: call)
    default: throw call.refused(0)
    }
  }

  /// Sets the attributes of an object: of a dictionary its versions, of a tensor or parameter of PyTorch 0.1 its
  /// numbers.
  func build(_ object: PickleValue, _ state: PickleValue) throws {
    switch object {
    case .dictionary:
      // The versions of a module's layers, which its code looks at and its tensors do not.
      for item in state.items ?? [] where item.key.text != "_metadata" {
        throw TorchError.unknownArgument(
          "collections.OrderedDict", "the attribute \(item.key.text ?? "of another type")")
      }
      guard state.items != nil else { throw malformed }
    case .parameter(let parameter):
      // (storage, offset, size, stride), (requires_grad, volatile, hooks), or (tensor, gradient, hooks,
      // requires_grad, volatile).
      guard let parts = state.tuple, (3...5).contains(parts.count) else { throw malformed }
      let call = Call(name: PickleGlobals.parameterClass, arguments: parts)
      if parts.count == 4 {
        parameter.value = try call.tensor(count: 4...4)
        return
      }
      let flags = parts.count == 3 ? [0, 1] : [3, 4]
      for place in flags where parts[place].boolean == nil { throw call.refused(place) }
      guard parts[2].isWithoutHooks else { throw call.refused(2) }
      if parts.count == 5 {
        guard let tensor = parts[0].tensor else { throw call.refused(0) }
        parameter.value = tensor
      }
    default: throw malformed
    }
  }

  /// A dictionary from nothing, or from a list of pairs.
  private mutating func dictionary(_ call: Call) throws -> PickleValue {
    guard call.arguments.count <= 1 else { throw call.refused(1) }
    let result = PickleValue.Items([])
    for pair in try call.list(at: 0) {
      guard let pair = pair.elements, pair.count == 2 else { throw call.refused(0) }
      try spend(2)
      try setItems(pair, of: result)
    }
    return .dictionary(result)
  }

  /// A dictionary from another.
  private mutating func copy(_ call: Call) throws -> PickleValue {
    guard call.arguments.count == 1, let items = call.arguments[0].items else {
      throw call.refused(0)
    }
    try spend(2 * items.count)
    let result = PickleValue.Items([])
    try setItems(items.flatMap { [$0.key, $0.value] }, of: result)
    return .dictionary(result)
  }

  /// (callable, class, arguments, state): the callable's value with attributes.
  private mutating func call(withState call: Call) throws -> PickleValue {
    guard call.arguments.count == 4, case .global(let name) = call.arguments[0],
      name.hasPrefix("torch._utils.")
    else { throw call.refused(0) }
    guard case .global(let type) = call.arguments[1],
      type == PickleGlobals.tensorClass || type == PickleGlobals.parameterClass
    else { throw call.refused(1) }
    guard let arguments = call.arguments[2].tuple else { throw call.refused(2) }
    guard call.arguments[3].isState else { throw call.refused(3) }
    return try self.call(name, arguments, isNew: false)
  }

  /// A name and the arguments that it is called with.
  private struct Call {
    let name: String
    let arguments: [PickleValue]

    /// The error of an argument that is not understood.
    func refused(_ place: Int) -> TorchError { .unknownArgument(name, "argument \(place + 1)") }

    /// The elements of a list, or none where the call ends before it.
    func list(at place: Int) throws -> [PickleValue] {
      guard arguments.count > place else { return [] }
      guard let elements = arguments[place].elements else { throw refused(place) }
      return elements
    }

    /// (storage, offset, size, stride[, requires_grad, hooks]), and `count` arguments in all.
    func tensor(count: ClosedRange<Int>) throws -> TorchTensor {
      guard count.contains(arguments.count) else {
        throw refused(min(arguments.count, count.upperBound))
      }
      guard case .storage(let storage) = arguments[0] else { throw refused(0) }
      guard let offset = arguments[1].integer else { throw refused(1) }
      guard let size = arguments[2].sizes else { throw refused(2) }
      guard let stride = arguments[3].sizes, stride.count == size.count else { throw refused(3) }
      if arguments.count > 4 {
        guard arguments[4].boolean != nil else { throw refused(4) }
        guard arguments[5].isWithoutHooks else { throw refused(5) }
      }
      return TorchTensor(
        storage: storage, type: storage.type, offset: offset, size: size, stride: stride)
    }

    /// A dictionary of flags that change the numbers; none are set where the call ends before it.
    func isNegative(at place: Int) throws -> Bool {
      guard arguments.count > place, !arguments[place].isNone else { return false }
      guard let items = arguments[place].items else { throw refused(place) }
      var isNegative = false
      for item in items {
        guard let flag = item.value.boolean else { throw refused(place) }
        switch item.key.text {
        case "neg": isNegative = flag
        // The conjugate of real numbers is themselves, so PyTorch never sets it.
        case "conj" where !flag: break
        default:
          throw TorchError.unknownArgument(name, "the flag \(item.key.text ?? "of another type")")
        }
      }
      return isNegative
    }

    func type(at place: Int) throws -> NumberType {
      guard case .global(let name) = arguments[place], let type = PickleGlobals.types[name] else {
        throw refused(place)
      }
      return type
    }

    /// (tensor, requires_grad, hooks), and `count` arguments in all.
    func parameter(count: ClosedRange<Int>) throws -> TorchTensor {
      guard count.contains(arguments.count) else {
        throw refused(min(arguments.count, count.upperBound))
      }
      guard let tensor = arguments[0].tensor else { throw refused(0) }
      guard arguments[1].boolean != nil else { throw refused(1) }
      guard arguments[2].isWithoutHooks else { throw refused(2) }
      return tensor
    }

    /// ([tensor[, requires_grad]]): without a tensor, BUILD sets it.
    func newParameter() throws -> TorchTensor? {
      guard arguments.count <= 2 else { throw refused(2) }
      guard arguments.count < 2 || arguments[1].boolean != nil else { throw refused(1) }
      guard let first = arguments.first else { return nil }
      guard let tensor = first.tensor else { throw refused(0) }
      return tensor
    }
  }
}

extension PickleValue {
  /// Nothing, or a dictionary of nothing: no code runs when gradients come.
  fileprivate var isWithoutHooks: Bool { isNone || items?.isEmpty == true }

  /// Attributes that Python code has given a tensor, which its numbers do not depend on: a dictionary, or one
  /// and those of slots.
  fileprivate var isState: Bool {
    if let tuple { return tuple.count == 2 && tuple.allSatisfy { $0.isNone || $0.items != nil } }
    return isNone || items != nil
  }
}
