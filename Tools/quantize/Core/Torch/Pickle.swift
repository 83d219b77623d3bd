internal import QuantVGG

/// A pickle machine that can build numbers, texts, tuples, lists, dictionaries and tensors, and nothing else.
///
/// It runs no code: callables are recognised by name, and any name, argument or instruction that is not
/// listed here is refused (Python's pickletools module documents the instructions). Every instruction adds
/// at most one value to the stack, or as many as it takes from it, and the number of both is limited, so
/// memory is bounded.
struct Pickle {
  /// Most instructions that are carried out; a VGG-19's file has about two thousand.
  static let mostInstructions = 1 << 20

  private var storages = TorchStorages()
  private var reader: PickleReader
  private let known: [String: PickleValue]
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  /// What may still be done.
  private var budget: Int

  private init(_ reader: PickleReader, known: [String: PickleValue], budget: Int) {
    (self.reader, self.known, self.budget) = (reader, known, budget)
  }

  /// Reads one pickle.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - position: the pickle's first byte.
  ///   - known: objects from other parts of the file, which the pickle names by their keys.
  ///   - budget: most instructions that are carried out.
  /// - Returns: its value, the position after it, and the storages that it refers to.
  /// - Throws: `TorchError`.
  static func read(
    _ bytes: FileSlice, at position: Int, known: [String: PickleValue] = [:],
    budget: Int = mostInstructions
  ) throws -> (value: PickleValue, end: Int, storages: [String: TorchStorage]) {
    var machine = Pickle(PickleReader(bytes, at: position), known: known, budget: budget)
    let value = try machine.interpret()
    return (value, machine.reader.position, machine.storages.roots)
  }

  private mutating func interpret() throws -> PickleValue {
    while true {
      try spend(1)
      let offset = reader.position
      let opcode = try reader.byte()
      if opcode == UInt8(ascii: ".") {
        guard stack.count == 1, marks.isEmpty else { throw malformed }
        return try pop()
      }
      guard try pushConstant(opcode) || carryOut(opcode) else {
        throw TorchError.forbiddenOpcode(opcode, offset: offset)
      }
    }
  }

  // MARK: Instructions

  /// Carries out an instruction that pushes a constant; false for another.
  private mutating func pushConstant(_ opcode: UInt8) throws -> Bool {
    switch opcode {
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.boolean(true))
    case 0x89: stack.append(.boolean(false))
    case UInt8(ascii: "I"): stack.append(try integerLine())
    case UInt8(ascii: "L"): stack.append(.integer(try reader.decimal()))
    case UInt8(ascii: "J"):
      stack.append(.integer(Int(Int32(truncatingIfNeeded: try reader.number(4)))))
    case UInt8(ascii: "K"): stack.append(.integer(try reader.number(1)))
    case UInt8(ascii: "M"): stack.append(.integer(try reader.number(2)))
    case 0x8a: stack.append(.integer(try reader.long(count: try reader.number(1))))
    case UInt8(ascii: "F"): stack.append(.real(try reader.realLine()))
    case UInt8(ascii: "G"): stack.append(.real(try reader.real()))
    case UInt8(ascii: "S"): stack.append(.text(try reader.quotedLine()))
    case UInt8(ascii: "V"): stack.append(.text(try reader.plainLine()))
    case UInt8(ascii: "T"): stack.append(.text(try reader.byteText(count: try reader.number(4))))
    case UInt8(ascii: "U"): stack.append(.text(try reader.byteText(count: try reader.number(1))))
    case UInt8(ascii: "X"): stack.append(.text(try reader.text(count: try reader.number(4))))
    case 0x8c: stack.append(.text(try reader.text(count: try reader.number(1))))
    case UInt8(ascii: ")"): stack.append(.tuple([], depth: 1))
    case UInt8(ascii: "]"): stack.append(.list(.init([])))
    case UInt8(ascii: "}"): stack.append(.emptyDictionary)
    case UInt8(ascii: "c"):
      try pushGlobal(module: try reader.line(), name: try reader.line())
    default: return false
    }
    return true
  }

  /// Carries out an instruction that works on the stack; false for another.
  private mutating func carryOut(_ opcode: UInt8) throws -> Bool {
    switch opcode {
    case 0x80: guard try reader.byte() <= 5 else { throw malformed }  // PROTO
    case 0x95: _ = try reader.take(8)  // FRAME
    case UInt8(ascii: "("): marks.append(stack.count)
    case 0x85: try pushTuple(try pop(1))
    case 0x86: try pushTuple(try pop(2))
    case 0x87: try pushTuple(try pop(3))
    case UInt8(ascii: "t"): try pushTuple(try popToMark())
    case UInt8(ascii: "l"):
      let values = try popToMark()
      stack.append(.list(.init([])))
      try append(values)
    case UInt8(ascii: "d"):
      let values = try popToMark()
      stack.append(.emptyDictionary)
      try setItems(values)
    case UInt8(ascii: "a"): try append(try pop(1))
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "s"): try setItems(try pop(2))
    case UInt8(ascii: "u"): try setItems(try popToMark())
    case UInt8(ascii: "p"): memo[try reader.decimal()] = try top()
    case UInt8(ascii: "q"): memo[try reader.number(1)] = try top()
    case UInt8(ascii: "r"): memo[try reader.number(4)] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "g"): try recall(try reader.decimal())
    case UInt8(ascii: "h"): try recall(try reader.number(1))
    case UInt8(ascii: "j"): try recall(try reader.number(4))
    case 0x93:
      let names = try pop(2).compactMap { $0.text }
      guard names.count == 2 else { throw malformed }
      try pushGlobal(module: names[0], name: names[1])
    case UInt8(ascii: "Q"): try pushPersistent(try pop())
    case UInt8(ascii: "P"): try pushPersistent(.text(try reader.line()))
    case UInt8(ascii: "R"), 0x81:  // REDUCE, NEWOBJ
      let (arguments, callable) = (try pop(), try pop())
      guard case .global(let name) = callable, let arguments = arguments.tuple else {
        throw malformed
      }
      stack.append(try call(name, arguments, isNew: opcode == 0x81))
    case UInt8(ascii: "b"):
      let state = try pop()
      try build(try top(), state)
    default: return false
    }
    return true
  }

  // MARK: Stack

  var malformed: TorchError { reader.malformed }

  /// Takes work from what may still be done: instructions, and values that they copy.
  mutating func spend(_ work: Int) throws {
    budget -= work
    guard budget >= 0 else { throw malformed }
  }

  private func top() throws -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw malformed }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw malformed }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func pushTuple(_ values: [PickleValue]) throws {
    stack.append(try tuple(values))
  }

  func tuple(_ values: [PickleValue]) throws -> PickleValue {
    .tuple(values, depth: try depth(around: values))
  }

  private func depth(around values: [PickleValue]) throws -> Int {
    let depth = values.reduce(0) { max($0, $1.seal()) } + 1
    guard depth <= PickleValue.deepest else { throw malformed }
    return depth
  }

  /// Python 2's booleans are written as `01` and `00`.
  private mutating func integerLine() throws -> PickleValue {
    let line = try reader.line()
    if line == "00" || line == "01" { return .boolean(line == "01") }
    guard let value = Int(line) else { throw malformed }
    return .integer(value)
  }

  private mutating func recall(_ key: Int) throws {
    guard let value = memo[key] else { throw malformed }
    stack.append(value)
  }

  // Mutating, so that the values are taken from the stack first.
  private mutating func append(_ values: [PickleValue]) throws {
    guard case .list(let list) = try top(), !list.isSealed else { throw malformed }
    let depth = try depth(around: values)
    guard !list.isSealed else { throw malformed }  // It was put into itself.
    list.depth = max(list.depth, depth)
    list.value.append(contentsOf: values)
  }

  private mutating func setItems(_ values: [PickleValue]) throws {
    guard case .dictionary(let items) = try top() else { throw malformed }
    try setItems(values, of: items)
  }

  func setItems(_ values: [PickleValue], of items: PickleValue.Items) throws {
    guard !items.isSealed, values.count % 2 == 0 else { throw malformed }
    let depth = try depth(around: values)
    guard !items.isSealed else { throw malformed }  // It was put into itself.
    items.depth = max(items.depth, depth)
    for i in stride(from: 0, to: values.count, by: 2) {
      items.value.append((values[i], values[i + 1]))
    }
  }

  private mutating func pushGlobal(module: String, name: String) throws {
    let global = module + "." + name
    guard PickleGlobals.allowed.contains(global) else { throw TorchError.forbiddenGlobal(global) }
    stack.append(.global(global))
  }

  /// An object from outside the pickle: a storage, or one that another part of the file has.
  private mutating func pushPersistent(_ id: PickleValue) throws {
    if let key = id.text ?? id.integer.map({ "\($0)" }) {
      guard let value = known[key] else { throw TorchError.badStorage(key) }
      stack.append(value)
    } else {
      guard let storage = try storages.storage(id) else { throw malformed }
      stack.append(.storage(storage))
    }
  }
}
