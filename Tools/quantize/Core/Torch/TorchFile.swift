package import QuantVGG

/// The tensors of a dictionary that torch.save wrote, in any of its containers: tar (PyTorch before 0.1.9), legacy
/// (before 1.6), zip.
///
/// Dictionaries in dictionaries count too: `{"state_dict": {"a": tensor}}` has `state_dict.a`.
package struct TorchFile {
  private var tensors: [String: TorchTensor] = [:]
  private var storages: [String: Numbers] = [:]
  private var archive: ZipArchive?

  /// The bytes of a storage, and the member of the zip archive that they are.
  private struct Numbers {
    let bytes: FileSlice
    var member: String?
  }

  /// Reads a file's bytes.
  ///
  /// - Throws: `TorchError`, `ArchiveError`.
  package init(_ bytes: FileSlice) throws {
    if ZipArchive.matches(bytes) {
      try readZip(try ZipArchive(bytes))
    } else if TarArchive.matches(bytes) {
      let tar = try TorchTar(try TarArchive(bytes))
      for (key, bytes) in tar.storages { storages[key] = Numbers(bytes: bytes) }
      try collect(try Self.root(tar.pickle, at: 0, known: tar.objects).value)
    } else {
      try readLegacy(bytes)
    }
  }

  /// Whether bytes may be a torch.save file of any container.
  package static func matches(_ bytes: FileSlice) -> Bool {
    ZipArchive.matches(bytes) || TarArchive.matches(bytes)
      || (bytes.count > 2 && bytes[0] == 0x80 && (2...5).contains(bytes[1]))
      || bytes.starts(with: ("L" + PickleReader.magicLine).utf8)
  }

  /// Names of all tensors, sorted.
  package var names: [String] { tensors.keys.sorted() }

  /// Whether there is a tensor of a name.
  package func contains(_ name: String) -> Bool { tensors[name] != nil }

  /// A tensor's dimensions, or nil when there is none of this name.
  package func shape(_ name: String) -> [Int]? { tensors[name]?.size }

  /// Whether two names stand for one tensor, or for none.
  func isSame(_ name: String, _ other: String) -> Bool { tensors[name] == tensors[other] }

  /// The type of a tensor's numbers, or nil when there is none of this name.
  package func type(_ name: String) -> NumberType? { tensors[name]?.type }

  /// A tensor's elements in row-major order, and its shape.
  ///
  /// - Throws: `TorchError.badTensor` when it is missing, of another type, or leaves its storage;
  ///   `ArchiveError.damaged`.
  package func values<Element: BitwiseCopyable>(
    _ name: String, type: NumberType, as element: Element.Type
  ) throws -> (values: [Element], shape: [Int]) {
    let (tensor, bytes, count) = try opened(name)
    guard tensor.type == type, !tensor.isNegative else { throw TorchError.badTensor(name) }
    let values =
      tensor.run(count).map { bytes.part($0).values(element) }
      ?? tensor.places(count).map { bytes.load(element, at: $0) }
    return (values, tensor.size)
  }

  /// A tensor's elements in row-major order as Float32; see `FileSlice.float`.
  ///
  /// - Throws: `SourceError.notFloatingPoint`, and what `values` throws.
  package func floats(_ name: String) throws -> [Float] {
    guard let type = type(name) else { throw TorchError.badTensor(name) }
    guard type.isFloatingPoint else {
      throw SourceError.notFloatingPoint(name, type: type.rawValue)
    }
    let (tensor, bytes, count) = try opened(name)
    let values =
      tensor.run(count).map { bytes.part($0).floats(type) }
      ?? tensor.places(count).map { bytes.float(type, at: $0) }
    return tensor.isNegative ? values.map { -$0 } : values
  }

  /// A tensor, its storage's bytes, whose checksum is right, and the number of elements.
  private func opened(_ name: String) throws -> (TorchTensor, FileSlice, Int) {
    guard let tensor = tensors[name], let count = tensor.count,
      let numbers = storages[tensor.storage.key]
    else { throw TorchError.badTensor(name) }
    if let member = numbers.member { try archive?.verify(member) }
    return (tensor, numbers.bytes.part(tensor.storage.bytes), count)
  }

  // MARK: Containers

  private mutating func readZip(_ archive: ZipArchive) throws {
    let pickles = archive.names.filter { $0.split(separator: "/").last == "data.pkl" }
    guard let name = pickles.first, pickles.count == 1, !Self.isTorchScript(archive) else {
      throw TorchError.otherArchive(Self.kind(archive))
    }
    self.archive = archive
    let folder = name.dropLast("data.pkl".count)
    for member in [name, folder + "byteorder"] { try archive.verify(member) }
    if let order = try archive.member(folder + "byteorder"), !order.elementsEqual("little".utf8) {
      throw TorchError.bigEndian
    }
    guard let pickle = try archive.member(name) else { throw TorchError.malformed(offset: 0) }
    let root = try Self.root(pickle, at: 0)
    try collect(root.value)
    for (key, storage) in root.storages {
      let member = "\(folder)data/\(key)"
      guard let elements = try archive.member(member), elements.count == storage.byteCount else {
        throw TorchError.badStorage(key)
      }
      storages[key] = Numbers(bytes: elements, member: member)
    }
  }

  private static func isTorchScript(_ archive: ZipArchive) -> Bool {
    archive.names.contains { $0.split(separator: "/").dropFirst().first == "code" }
  }

  private static func kind(_ archive: ZipArchive) -> TorchError.OtherArchive {
    let names = archive.names.map { $0.split(separator: "/") }
    if isTorchScript(archive) { return .torchScript }
    if names.contains(where: {
      $0.last == "archive_format" || $0.last == "serialized_exported_program.json"
    }) {
      return .exported
    }
    return names.allSatisfy { $0.last?.hasSuffix(".npy") == true } ? .numpy : .zip
  }

  /// Magic number, protocol, system, dictionary, storage keys; then each storage's count and bytes.
  private mutating func readLegacy(_ bytes: FileSlice) throws {
    let magic = try Pickle.read(bytes, at: 0)
    guard magic.value.integer == PickleReader.magicNumber else {
      throw TorchError.malformed(offset: 0)
    }
    let version = try Pickle.read(bytes, at: magic.end)
    guard version.value.integer == 1001 else { throw TorchError.malformed(offset: magic.end) }
    let system = try Pickle.read(bytes, at: version.end)
    try Self.checkByteOrder(system.value)
    let root = try Self.root(bytes, at: system.end)
    try collect(root.value)
    let keys = try Pickle.read(bytes, at: root.end)
    guard let list = keys.value.elements else { throw TorchError.malformed(offset: root.end) }
    var position = keys.end
    for key in list {
      guard let key = key.text, storages[key] == nil else {
        throw TorchError.malformed(offset: position)
      }
      guard let storage = root.storages[key] else { throw TorchError.badStorage(key) }
      storages[key] = Numbers(bytes: try Self.numbers(of: storage, in: bytes, at: &position))
    }
  }

  /// The bytes of a storage that its count comes before.
  static func numbers(
    of storage: TorchStorage, in bytes: FileSlice, at position: inout Int
  ) throws -> FileSlice {
    guard bytes.count - position >= 8 else { throw TorchError.truncated(offset: bytes.count) }
    guard bytes.load(Int64.self, at: position) == storage.count else {
      throw TorchError.badStorage(storage.key)
    }
    position += 8
    guard storage.byteCount <= bytes.count - position else {
      throw TorchError.truncated(offset: bytes.count)
    }
    defer { position += storage.byteCount }
    return bytes.part(position..<position + storage.byteCount)
  }

  /// Checks what a file says of the machine that wrote it.
  static func checkByteOrder(_ system: PickleValue) throws {
    guard let facts = system.items else { throw TorchError.malformed(offset: 0) }
    for (key, value) in facts where key.text == "little_endian" {
      if value.boolean == false { throw TorchError.bigEndian }
    }
  }

  /// Reads the pickle of the file's object.
  private static func root(
    _ bytes: FileSlice, at position: Int, known: [String: PickleValue] = [:]
  ) throws -> (value: PickleValue, end: Int, storages: [String: TorchStorage]) {
    do {
      return try Pickle.read(bytes, at: position, known: known)
    } catch TorchError.forbiddenGlobal(let name) where isModule(name, bytes, from: position) {
      throw TorchError.wholeModule(name)
    }
  }

  /// Whether an object of Python's is a module of layers: one of PyTorch's, or in a pickle that has a module's
  /// attributes.
  private static func isModule(_ name: String, _ bytes: FileSlice, from position: Int) -> Bool {
    if name.hasPrefix("torch.nn.modules.") || name.hasPrefix("torchvision.models.") { return true }
    let pickle = bytes.part(position..<min(bytes.count, position + 1 << 20))
    return String(decoding: pickle, as: UTF8.self).contains("_parameters")
  }

  /// Takes the tensors of dictionaries in dictionaries, each of which counts once.
  private mutating func collect(_ root: PickleValue) throws {
    guard root.items != nil else { throw TorchError.noDictionary }
    var seen: Set<ObjectIdentifier> = []
    try collect(root, prefix: "", &seen)
  }

  private mutating func collect(
    _ value: PickleValue, prefix: String, _ seen: inout Set<ObjectIdentifier>
  ) throws {
    guard case .dictionary(let items) = value, seen.insert(ObjectIdentifier(items)).inserted else {
      return
    }
    // The last value of a key counts.
    var values: [String: PickleValue] = [:]
    for item in items.value {
      if let key = item.key.text { values[key] = item.value }
    }
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      let name = prefix + key
      if let tensor = value.tensor {
        guard tensors[name] == nil else { throw TorchError.badTensor(name) }
        tensors[name] = tensor
      } else {
        try collect(value, prefix: name + ".", &seen)
      }
    }
  }
}

extension TorchTensor {
  /// The elements' bytes in the storage's where they follow each other; nil where they do not, or there are none.
  fileprivate func run(_ count: Int) -> Range<Int>? {
    guard count > 0, isContiguous else { return nil }
    return offset * type.size..<(offset + count) * type.size
  }

  /// The elements' places in row-major order, in bytes from the storage's first.
  fileprivate func places(_ count: Int) -> [Int] {
    var places: [Int] = []
    places.reserveCapacity(count)
    var index = [Int](repeating: 0, count: size.count)
    for _ in 0..<count {
      places.append(zip(index, stride).reduce(offset) { $0 + $1.0 * $1.1 } * type.size)
      for axis in index.indices.reversed() {
        index[axis] += 1
        if index[axis] < size[axis] { break }
        index[axis] = 0
      }
    }
    return places
  }
}
