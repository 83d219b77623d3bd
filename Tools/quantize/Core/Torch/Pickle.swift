internal import QuantVGG

/// A pickle machine that can build numbers, texts, tuples, lists, dictionaries and tensors, and nothing else.
///
/// It runs no code: callables are recognised by name, and any name or instruction that is not listed
/// here is refused (Python's pickletools module documents the instructions). Every instruction adds
/// at most one value to the stack and their number is limited, so memory is bounded.
struct Pickle {
  static let allowedGlobals: Set<String> = [
    "collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch.FloatStorage",
    "torch.ByteStorage", "torch.CharStorage", "torch.DoubleStorage", "torch.HalfStorage",
    "torch.IntStorage", "torch.LongStorage", "torch.ShortStorage", "torch.BoolStorage",
  ]

  /// Most instructions that are carried out; a VGG-19's file has about two thousand.
  static let mostInstructions = 1 << 20

  /// Types of the storages that tensors refer to, by key.
  private(set) var storages: [String: TorchStorage] = [:]
  /// First byte after the pickle.
  private(set) var position: Int
  private let bytes: FileSlice
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  private init(_ bytes: FileSlice, at position: Int) {
    self.bytes = bytes
    self.position = position
  }

  /// Reads one pickle and returns its value and the position after it.
  static func read(
    _ bytes: FileSlice, at position: Int
  ) throws -> (value: PickleValue, end: Int, storages: [String: TorchStorage]) {
    var machine = Pickle(bytes, at: position)
    let value = try machine.interpret()
    return (value, machine.position, machine.storages)
  }

  private mutating func interpret() throws -> PickleValue {
    for _ in 0..<Self.mostInstructions {
      let offset = position
      let opcode = try byte()
      switch opcode {
      case 0x80: _ = try byte()  // PROTO
      case 0x95: _ = try take(8)  // FRAME
      case UInt8(ascii: "."):
        guard stack.count == 1, marks.isEmpty else { throw malformed }
        return try pop()
      case UInt8(ascii: "("): marks.append(stack.count)
      case UInt8(ascii: "N"): stack.append(.none)
      case 0x88: stack.append(.boolean(true))
      case 0x89: stack.append(.boolean(false))
      case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
      case UInt8(ascii: "K"): stack.append(.integer(try number(1)))
      case UInt8(ascii: "M"): stack.append(.integer(try number(2)))
      case 0x8a: try pushLong()
      case UInt8(ascii: "G"): try pushReal()
      case UInt8(ascii: "X"): try pushText(count: try number(4))
      case 0x8c: try pushText(count: try number(1))
      case UInt8(ascii: "U"): try pushText(count: try number(1))
      case UInt8(ascii: ")"): stack.append(.tuple([], depth: 1))
      case 0x85: try pushTuple(1)
      case 0x86: try pushTuple(2)
      case 0x87: try pushTuple(3)
      case UInt8(ascii: "t"): try pushTuple(try popToMark())
      case UInt8(ascii: "]"): stack.append(.list(.init([])))
      case UInt8(ascii: "}"): stack.append(.dictionary(.init([])))
      case UInt8(ascii: "a"):
        let value = try pop()
        try append([value])
      case UInt8(ascii: "e"):
        let values = try popToMark()
        try append(values)
      case UInt8(ascii: "s"):
        let value = try pop()
        let key = try pop()
        try setItems([key, value])
      case UInt8(ascii: "u"):
        let values = try popToMark()
        try setItems(values)
      case UInt8(ascii: "q"): memo[try number(1)] = try top()
      case UInt8(ascii: "r"): memo[try number(4)] = try top()
      case 0x94: memo[memo.count] = try top()
      case UInt8(ascii: "h"): try recall(try number(1))
      case UInt8(ascii: "j"): try recall(try number(4))
      case UInt8(ascii: "c"): try pushGlobal(module: try line(), name: try line())
      case 0x93:
        let (name, module) = (try pop().text, try pop().text)
        guard let name, let module else { throw malformed }
        try pushGlobal(module: module, name: name)
      case UInt8(ascii: "Q"):
        let id = try pop()
        stack.append(.storage(try storage(id)))
      case UInt8(ascii: "R"):
        let arguments = try pop()
        let callable = try pop()
        stack.append(try call(callable, arguments))
      case UInt8(ascii: "b"):
        // BUILD sets attributes of the object below, such as OrderedDict's _metadata; dropped.
        _ = try pop()
        _ = try top()
      default: throw TorchError.forbiddenOpcode(opcode, offset: offset)
      }
    }
    throw malformed
  }

  // MARK: Calls

  private mutating func pushGlobal(module: String, name: String) throws {
    let global = module + "." + name
    guard Self.allowedGlobals.contains(global) else { throw TorchError.forbiddenGlobal(global) }
    stack.append(.global(global))
  }

  private func call(_ callable: PickleValue, _ arguments: PickleValue) throws
    -> PickleValue
  {
    guard case .global(let name) = callable, let arguments = arguments.tuple else {
      throw malformed
    }
    switch name {
    case "collections.OrderedDict":
      guard arguments.isEmpty else { throw malformed }
      return .dictionary(.init([]))
    case "torch._utils._rebuild_tensor_v2":
      guard arguments.count >= 4, case .storage(let storage) = arguments[0],
        let offset = arguments[1].integer, let size = arguments[2].tuple,
        let stride = arguments[3].tuple, size.count == stride.count, size.count <= 8
      else { throw malformed }
      let sizes = size.compactMap { $0.integer }
      let strides = stride.compactMap { $0.integer }
      guard offset >= 0, sizes.count == size.count, strides.count == size.count else {
        throw malformed
      }
      return .tensor(
        TorchTensor(storage: storage, offset: offset, size: sizes, stride: strides))
    default: throw malformed
    }
  }

  /// The persistent id ("storage", type, key, device, count[, view]).
  private mutating func storage(_ id: PickleValue) throws -> TorchStorage {
    guard let parts = id.tuple, parts.count >= 5, parts[0].text == "storage",
      case .global(let type) = parts[1], let key = parts[2].text, let count = parts[4].integer,
      count >= 0
    else { throw malformed }
    let storage = TorchStorage(type: type, key: key, count: count)
    guard storage == storages[key] ?? storage else { throw malformed }
    storages[key] = storage
    return storage
  }

  // MARK: Stack

  private var malformed: TorchError { .malformed(offset: position) }

  private func top() throws -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw malformed }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func pushTuple(_ count: Int) throws {
    var values: [PickleValue] = []
    for _ in 0..<count { values.insert(try pop(), at: 0) }
    try pushTuple(values)
  }

  private mutating func pushTuple(_ values: [PickleValue]) throws {
    stack.append(.tuple(values, depth: try depth(around: values)))
  }

  private func depth(around values: [PickleValue]) throws -> Int {
    let depth = values.reduce(0) { max($0, $1.seal()) } + 1
    guard depth <= PickleValue.deepest else { throw malformed }
    return depth
  }

  private mutating func recall(_ key: Int) throws {
    guard let value = memo[key] else { throw malformed }
    stack.append(value)
  }

  private func append(_ values: [PickleValue]) throws {
    guard case .list(let list) = try top(), !list.isSealed else { throw malformed }
    let depth = try depth(around: values)
    guard !list.isSealed else { throw malformed }  // It was put into itself.
    list.depth = max(list.depth, depth)
    list.value.append(contentsOf: values)
  }

  private func setItems(_ values: [PickleValue]) throws {
    guard case .dictionary(let items) = try top(), !items.isSealed, values.count % 2 == 0 else {
      throw malformed
    }
    let depth = try depth(around: values)
    guard !items.isSealed else { throw malformed }  // It was put into itself.
    items.depth = max(items.depth, depth)
    for i in stride(from: 0, to: values.count, by: 2) {
      items.value.append((values[i], values[i + 1]))
    }
  }

  // MARK: Bytes

  private mutating func take(_ count: Int) throws -> FileSlice {
    guard count <= bytes.count - position else { throw TorchError.truncated(offset: bytes.count) }
    defer { position += count }
    return bytes.part(position..<position + count)
  }

  private mutating func byte() throws -> UInt8 { try take(1)[0] }

  /// An unsigned little-endian number of up to 4 bytes.
  private mutating func number(_ count: Int) throws -> Int {
    try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private mutating func pushLong() throws {
    let count = try number(1)
    guard count <= 8 || count == 10 else { throw malformed }
    let digits = try take(count)
    // torch.save's magic number has ten bytes; only its low 64 bits are kept.
    var value: UInt64 = 0
    for (i, digit) in digits.enumerated() where i < 8 { value |= UInt64(digit) << (8 * UInt64(i)) }
    if let last = digits.last, last >= 0x80, count < 8 {
      value |= UInt64.max << (8 * UInt64(count))
    }
    stack.append(.integer(Int(truncatingIfNeeded: value)))
  }

  private mutating func pushReal() throws {
    let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    stack.append(.real(Double(bitPattern: bits)))
  }

  private mutating func pushText(count: Int) throws {
    guard let text = String(validating: try take(count), as: UTF8.self) else { throw malformed }
    stack.append(.text(text))
  }

  private mutating func line() throws -> String {
    let start = position
    while try byte() != UInt8(ascii: "\n") {
      guard position - start <= 256 else { throw malformed }
    }
    guard let text = String(validating: bytes.part(start..<position - 1), as: UTF8.self) else {
      throw malformed
    }
    return text
  }
}
