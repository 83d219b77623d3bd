package import QuantVGG

/// The tensors of a dictionary that torch.save wrote, in the legacy or the zip container.
package struct TorchFile {
  private var tensors: [String: TorchTensor] = [:]
  private var storages: [String: FileSlice] = [:]

  /// Reads a file's bytes.
  ///
  /// - Throws: `TorchError`.
  package init(_ bytes: FileSlice) throws {
    if Self.isZip(bytes) {
      try readZip(bytes)
    } else {
      try readLegacy(bytes)
    }
  }

  /// Whether bytes may be a torch.save file of either container.
  package static func matches(_ bytes: FileSlice) -> Bool {
    isZip(bytes) || (bytes.count > 2 && bytes[0] == 0x80 && (2...5).contains(bytes[1]))
  }

  /// Names of all tensors, sorted.
  package var names: [String] { tensors.keys.sorted() }

  /// Whether there is a tensor of a name.
  package func contains(_ name: String) -> Bool { tensors[name] != nil }

  /// A tensor's dimensions, or nil when there is none of this name.
  package func shape(_ name: String) -> [Int]? { tensors[name]?.size }

  /// A tensor's elements in row-major order, and its shape.
  ///
  /// - Throws: `TorchError.badTensor` when it is missing, of another type, or leaves its storage.
  package func values<Element: BitwiseCopyable>(
    _ name: String, storage type: String, as element: Element.Type
  ) throws -> (values: [Element], shape: [Int]) {
    guard let tensor = tensors[name], tensor.storage.type == "torch." + type,
      let bytes = storages[tensor.storage.key]
    else { throw TorchError.badTensor(name) }
    let available = bytes.count / MemoryLayout<Element>.stride
    var count = 1
    var last = tensor.offset
    for (size, stride) in zip(tensor.size, tensor.stride) {
      guard size >= 0, stride >= 0 else { throw TorchError.badTensor(name) }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      let (reach, overflow2) = max(size - 1, 0).multipliedReportingOverflow(by: stride)
      let (end, overflow3) = last.addingReportingOverflow(reach)
      guard !overflow, !overflow2, !overflow3 else { throw TorchError.badTensor(name) }
      (count, last) = (product, end)
    }
    // A tensor of weights never repeats elements, so it is no larger than its storage.
    guard count <= available, count == 0 || last < available else {
      throw TorchError.badTensor(name)
    }
    let size = MemoryLayout<Element>.stride
    if last == tensor.offset + count - 1, tensor.isContiguous {
      let start = tensor.offset * size
      return (bytes.part(start..<start + count * size).values(element), tensor.size)
    }
    var values: [Element] = []
    values.reserveCapacity(count)
    var index = [Int](repeating: 0, count: tensor.size.count)
    for _ in 0..<count {
      var place = tensor.offset
      for (i, stride) in zip(index, tensor.stride) { place += i * stride }
      values.append(bytes.load(element, at: place * size))
      for axis in index.indices.reversed() {
        index[axis] += 1
        if index[axis] < tensor.size[axis] { break }
        index[axis] = 0
      }
    }
    return (values, tensor.size)
  }

  // MARK: Containers

  private static func isZip(_ bytes: FileSlice) -> Bool {
    bytes.count > 4 && bytes[0] == 0x50 && bytes[1] == 0x4b && bytes[2] == 3 && bytes[3] == 4
  }

  private mutating func readZip(_ bytes: FileSlice) throws {
    let archive = try ZipArchive(bytes)
    let pickles = archive.members.filter { $0.key.split(separator: "/").last == "data.pkl" }
    guard let member = pickles.first, pickles.count == 1 else {
      throw TorchError.malformed(offset: 0)
    }
    let folder = member.key.dropLast("data.pkl".count)
    if let order = archive.members[folder + "byteorder"], !order.elementsEqual("little".utf8) {
      throw TorchError.bigEndian
    }
    let root = try Pickle.read(member.value, at: 0)
    try collect(root.value)
    for (key, storage) in root.storages {
      guard let size = storage.elementSize,
        let elements = archive.members["\(folder)data/\(key)"],
        elements.count % size == 0, elements.count / size == storage.count
      else { throw TorchError.badStorage(key) }
      storages[key] = elements
    }
  }

  /// Magic number, protocol, system, dictionary, storage keys; then each storage's count and bytes.
  private mutating func readLegacy(_ bytes: FileSlice) throws {
    let magic = try Pickle.read(bytes, at: 0)
    // The low 64 bits of 0x1950a86a20f9469cfc6c.
    guard magic.value.integer == Int(truncatingIfNeeded: 0xa86a_20f9_469c_fc6c as UInt64) else {
      throw TorchError.malformed(offset: 0)
    }
    let version = try Pickle.read(bytes, at: magic.end)
    guard version.value.integer == 1001 else { throw TorchError.malformed(offset: magic.end) }
    let system = try Pickle.read(bytes, at: version.end)
    guard case .dictionary(let facts) = system.value else {
      throw TorchError.malformed(offset: version.end)
    }
    for (key, value) in facts.value where key.text == "little_endian" {
      if case .boolean(false) = value { throw TorchError.bigEndian }
    }
    let root = try Pickle.read(bytes, at: system.end)
    try collect(root.value)
    let keys = try Pickle.read(bytes, at: root.end)
    guard case .list(let list) = keys.value else { throw TorchError.malformed(offset: root.end) }
    var position = keys.end
    for key in list.value {
      guard let key = key.text, storages[key] == nil else {
        throw TorchError.malformed(offset: position)
      }
      guard bytes.count - position >= 8 else { throw TorchError.truncated(offset: bytes.count) }
      let count = bytes.load(Int64.self, at: position)
      position += 8
      guard let storage = root.storages[key], let size = storage.elementSize,
        count == storage.count
      else { throw TorchError.badStorage(key) }
      guard count <= (bytes.count - position) / size else {
        throw TorchError.truncated(offset: bytes.count)
      }
      let end = position + Int(count) * size
      storages[key] = bytes.part(position..<end)
      position = end
    }
  }

  private mutating func collect(_ root: PickleValue) throws {
    guard case .dictionary(let items) = root else { throw TorchError.malformed(offset: 0) }
    for item in items.value {
      if let name = item.key.text, case .tensor(let tensor) = item.value { tensors[name] = tensor }
    }
  }
}
