internal import QuantVGG

/// The parts of a file of PyTorch before 0.1.9: the archive members `sys_info`, `storages`, `tensors` and `pickle`.
///
/// The pickle names storages and tensors by keys, which the other members describe.
struct TorchTar {
  /// The pickle of the file's object.
  let pickle: FileSlice
  /// What its keys stand for.
  private(set) var objects: [String: PickleValue] = [:]
  /// The bytes of the storages, by key.
  private(set) var storages: [String: FileSlice] = [:]

  /// Most storages, and most tensors, that are read.
  private static let most = 10_000
  /// Most instructions of a count or a tuple of three; they have about ten.
  private static let mostInstructions = 100

  /// Reads the tensors and storages.
  ///
  /// - Throws: `TorchError`.
  init(_ archive: TarArchive) throws {
    guard let system = archive.members["sys_info"], let storages = archive.members["storages"],
      let tensors = archive.members["tensors"], let pickle = archive.members["pickle"]
    else { throw TorchError.otherArchive(.tar) }
    self.pickle = pickle
    try TorchFile.checkByteOrder(try Pickle.read(system, at: 0).value)
    try read(storages: storages)
    try read(tensors: tensors)
  }

  /// A count; for each storage (key, device, type), its count and its bytes; then the parts of storages.
  private mutating func read(storages bytes: FileSlice) throws {
    var position = 0
    for _ in 0..<(try Self.count(bytes, &position)) {
      let parts = try Self.tuple(bytes, &position)
      guard parts.count == 3, let key = parts[0].integer.map({ "\($0)" }), parts[1].text != nil,
        case .global(let name) = parts[2], let type = PickleGlobals.storages[name],
        bytes.count - position >= 8,
        let storage = TorchStorage(
          type: type, key: key, count: Int(bytes.load(Int64.self, at: position)))
      else { throw TorchError.malformed(offset: position) }
      try add(.storage(storage), key: key)
      storages[key] = try TorchFile.numbers(of: storage, in: bytes, at: &position)
    }
    let views = try Pickle.read(bytes, at: position).value
    guard let views = views.elements else { throw TorchError.malformed(offset: position) }
    for view in views {
      // (key, key of the storage that it is a part of, offset, count)
      let numbers = view.tuple?.compactMap { $0.integer } ?? []
      guard numbers.count == 4, case .storage(let root)? = objects["\(numbers[1])"],
        let part = root.part(from: numbers[2], count: numbers[3])
      else { throw TorchError.badStorage("\(numbers.first ?? 0)") }
      try add(.storage(part), key: "\(numbers[0])")
    }
  }

  /// A count; for each tensor (key, key of the storage, class), its rank in 8 bytes of which 4 count, sizes, strides
  /// and offset.
  private mutating func read(tensors bytes: FileSlice) throws {
    var position = 0
    for _ in 0..<(try Self.count(bytes, &position)) {
      let parts = try Self.tuple(bytes, &position)
      guard parts.count == 3, let key = parts[0].integer.map({ "\($0)" }),
        bytes.count - position >= 8
      else { throw TorchError.malformed(offset: position) }
      let rank = Int(bytes.load(Int32.self, at: position))
      guard (0...8).contains(rank), bytes.count - position >= 16 * (rank + 1) else {
        throw TorchError.malformed(offset: position)
      }
      let numbers = (0...2 * rank).map { Int(bytes.load(Int64.self, at: position + 8 + 8 * $0)) }
      position += 16 * (rank + 1)
      // A tensor without elements has no storage.
      guard !parts[1].isNone else { continue }
      guard let storageKey = parts[1].integer,
        case .storage(let storage)? = objects["\(storageKey)"]
      else { throw TorchError.badStorage(key) }
      let tensor = TorchTensor(
        storage: storage, type: storage.type, offset: numbers[2 * rank],
        size: Array(numbers[..<rank]), stride: Array(numbers[rank..<2 * rank]))
      try add(.tensor(tensor), key: key)
    }
  }

  private mutating func add(_ value: PickleValue, key: String) throws {
    guard objects[key] == nil else { throw TorchError.badStorage(key) }
    objects[key] = value
  }

  private static func count(_ bytes: FileSlice, _ position: inout Int) throws -> Int {
    let (value, end, _) = try Pickle.read(bytes, at: position, budget: mostInstructions)
    guard let count = value.integer, (0...most).contains(count) else {
      throw TorchError.malformed(offset: position)
    }
    position = end
    return count
  }

  private static func tuple(_ bytes: FileSlice, _ position: inout Int) throws -> [PickleValue] {
    let (value, end, _) = try Pickle.read(bytes, at: position, budget: mostInstructions)
    guard let tuple = value.tuple else { throw TorchError.malformed(offset: position) }
    position = end
    return tuple
  }
}
