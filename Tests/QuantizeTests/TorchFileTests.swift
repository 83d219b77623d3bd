import FileNames
import QuantVGG
import QuantizeCore
import TestSupport
import Testing

private func fixture(_ name: String) -> FilePath {
  let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
  return FilePath("/\(folder)/Fixtures/\(name)")
}

private func bytes(_ name: String) throws -> [UInt8] {
  Array(FileSlice(try MappedFile(path: fixture(name))))
}

private func anyError(_ bytes: [UInt8]) -> (any Error)? {
  do {
    try TorchBytes.open(bytes) { _ in }
    return nil
  } catch {
    return error
  }
}

private func error(_ bytes: [UInt8]) -> TorchError? { anyError(bytes) as? TorchError }

/// A legacy file with one tensor over a storage "0" of 4 elements, followed by `count` under `key`.
private func tensorFile(
  _ offset: Int, _ size: [Int], _ stride: [Int], key: String = "0", count: Int64 = 4
) -> [UInt8] {
  let data = withUnsafeBytes(of: count) { Array($0) } + [UInt8](repeating: 0, count: 16)
  let tensor = TorchBytes.tensor(key: "0", of: 4, offset: offset, size: size, stride: stride)
  return legacy(
    [0x7d] + TorchBytes.text("t") + tensor + [0x73, 0x2e],
    keys: [0x5d] + TorchBytes.text(key) + [0x61, 0x2e] + data)
}

private func legacy(_ root: [UInt8], keys: [UInt8] = Array("].".utf8)) -> [UInt8] {
  TorchBytes.legacy(root, keys: keys)
}

@Suite struct TorchFileTests {
  static let containers = ["zip", "legacy"]

  @Test(arguments: containers) func readsWhatPyTorchWrote(container: String) throws {
    let expected = try SafeTensors(path: fixture("expected.safetensors"))
    try TorchBytes.open(try bytes("tensors.\(container).bin")) { file in
      #expect(file.names == expected.tensors.map { $0.name }.sorted())
      for name in ["matrix", "transposed", "part", "scalar", "empty"] {
        let tensor = try file.values(name, type: .float32, as: Float.self)
        #expect(tensor.values == (try expected.floats(name)), "\(name)")
        #expect(tensor.shape == (try expected.tensor(name).shape), "\(name)")
      }
      #expect(
        try file.values("bytes", type: .uint8, as: UInt8.self).values
          == (try expected.values("bytes", type: "U8", as: UInt8.self)))
      #expect(
        try file.values("signed", type: .int8, as: Int8.self).values == [
          -128, -1, 0, 127,
        ])
      #expect(
        try file.values("integers", type: .int32, as: Int32.self).values
          == [.min, .max])
      #expect(throws: TorchError.badTensor("bytes")) {
        try file.values("bytes", type: .float32, as: Float.self)
      }
      #expect(throws: TorchError.badTensor("epoch")) {
        try file.values("epoch", type: .float32, as: Float.self)
      }
    }
  }

  /// A module's `state_dict` has attributes, which BUILD sets.
  @Test(arguments: containers) func readsStateDictionaries(container: String) throws {
    try TorchBytes.open(try bytes("module.\(container).bin")) { file in
      #expect(file.names == ["0.bias", "0.weight"])
      let weight = try file.values("0.weight", type: .float32, as: Float.self)
      #expect(weight.shape == [2, 1, 3, 3])
      #expect(weight.values == (0..<18).map { Float($0) })
      #expect(
        try file.values("0.bias", type: .float32, as: Float.self).values == [0.25, -0.25])
    }
  }

  @Test(arguments: containers) func codeIsRefusedByName(container: String) throws {
    let found = error(try bytes("hostile.\(container).bin"))
    #expect(found == .forbiddenGlobal("posix.system"))
    #expect(found?.description.contains("posix.system") == true)
  }

  @Test(arguments: containers) func everyTruncationIsAnError(container: String) throws {
    let whole = try bytes("tensors.\(container).bin")
    for count in 0..<whole.count {
      #expect(anyError(Array(whole.prefix(count))) != nil, "cut at \(count)")
    }
  }

  @Test(arguments: [
    "builtins.eval", "os.system", "torch.load", "torch._utils._rebuild_xla_tensor",
    "collections.OrderedDict.fromkeys", "torch.FloatStorage.from_file",
  ])
  func otherGlobalsAreRefused(name: String) {
    let parts = name.split(separator: ".")
    let module = parts.dropLast().joined(separator: ".")
    let last = parts[parts.count - 1]
    let lines = Array("c\(module)\n\(last)\n.".utf8)
    #expect(error(legacy(lines)) == .forbiddenGlobal(name))
    let stacked = [0x8c, UInt8(module.utf8.count)] + Array(module.utf8)
    let second = [0x8c, UInt8(last.utf8.count)] + Array(last.utf8)
    #expect(error(legacy(stacked + second + [0x93, 0x2e])) == .forbiddenGlobal(name))
  }

  /// Every byte that is no instruction of the machine is refused where it stands.
  @Test func otherInstructionsAreRefused() {
    let known = Set<UInt8>(
      Array(".(NIJKLMFGSVXTU)t]}ldaesuqrphjgcQPRb".utf8)
        + [0x80, 0x81, 0x95, 0x88, 0x89, 0x8a, 0x8c, 0x85, 0x86, 0x87, 0x94, 0x93])
    let offset = legacy([], keys: []).count
    for opcode in UInt8.min...UInt8.max where !known.contains(opcode) {
      #expect(error(legacy([opcode])) == .forbiddenOpcode(opcode, offset: offset))
    }
  }

  @Test func instructionsOutOfPlaceAreErrors() {
    for opcode in Array(".IJKLMFGSVXTUldtaesuqrphjgcQPRb".utf8)
      + [0x80, 0x81, 0x8a, 0x8c, 0x85, 0x86, 0x87, 0x93]
    {
      for stack in ["", "N", "]", "}", "(", "(N", "}(N", ")", "NN", "]]", "}}}"] {
        #expect(error(legacy(Array(stack.utf8) + [opcode], keys: [])) != nil, "\(stack) \(opcode)")
      }
    }
  }

  @Test func cyclesAreRefused() {
    for text in [
      "]q\u{0}h\u{0}a.", "}q\u{0}K\u{1}h\u{0}s.", "]q\u{0}(h\u{0}t.", "]q\u{0}h\u{0}\u{85}a.",
    ] {
      let root = text.unicodeScalars.map { UInt8($0.value) }
      #expect(error(legacy(root)) != nil, "\(text)")
    }
    // A list that lies in a tuple can not take the tuple.
    #expect(error(legacy([0x5d, 0x71, 0, 0x85, 0x71, 1, 0x30])) != nil)
  }

  @Test func nestingAndLengthAreLimited() {
    #expect(error(legacy([0x29] + [UInt8](repeating: 0x85, count: 200) + [0x2e])) != nil)
    // Each pair doubles what a tree walk would visit.
    let doubling = (0..<60).flatMap { _ -> [UInt8] in [0x71, 0, 0x68, 0, 0x86] }
    #expect(error(legacy([0x29] + doubling + [0x2e])) != nil)
    #expect(error(legacy([UInt8](repeating: 0x5d, count: 3 << 20))) != nil)
    #expect(error(legacy([UInt8](repeating: 0x28, count: 3 << 20))) != nil)
  }

  @Test func hostileLengths() {
    let count = legacy([], keys: []).count
    #expect(
      error(legacy([0x58, 0xff, 0xff, 0xff, 0xff], keys: [])) == .truncated(offset: count + 5))
    #expect(error(legacy([0x8a, 255], keys: [])) != nil)
    #expect(error(legacy(Array("c".utf8) + [UInt8](repeating: 0x61, count: 1000))) != nil)
  }

  /// Sizes, strides and offsets of a tensor that do not fit its storage of 4 elements.
  @Test(arguments: [
    (0, [5], [1]), (1, [4], [1]), (0, [2, 2], [3, 1]), (4, [1], [1]), (0, [4], [0x7fff_ffff]),
    (0, [0x7fff_ffff, 0x7fff_ffff, 0x7fff_ffff], [0, 0, 0]), (0, [-1], [1]), (3, [2], [-1]),
    (0x7fff_ffff, [1], [1]), (0, [5], [0]),
  ])
  func tensorsOutsideTheirStorage(offset: Int, size: [Int], stride: [Int]) throws {
    let transposed = try TorchBytes.open(tensorFile(0, [2, 2], [1, 2])) { file in
      try file.values("t", type: .float32, as: Float.self).shape
    }
    #expect(transposed == [2, 2])
    #expect(throws: TorchError.badTensor("t")) {
      try TorchBytes.open(tensorFile(offset, size, stride)) { file in
        _ = try file.values("t", type: .float32, as: Float.self)
      }
    }
  }

  @Test func storagesThatDoNotMatchTheirTensors() {
    #expect(error(tensorFile(0, [4], [1])) == nil)
    for count in [3, 5, -1, Int64.max, .min] {
      #expect(error(tensorFile(0, [4], [1], count: count)) == .badStorage("0"))
    }
    #expect(error(tensorFile(0, [4], [1], key: "other")) == .badStorage("other"))
    #expect(error(Array(tensorFile(0, [4], [1]).dropLast())) != nil)
  }

  @Test(arguments: containers) func damagedFilesGiveErrorsOrTensors(container: String) throws {
    let whole = try bytes("tensors.\(container).bin")
    var random = TestRandom(#function + container)
    var accepted = 0
    for _ in 0..<4000 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<damaged.count, using: &random)
        damaged[place] = Bool.random(using: &random) ? .random(in: 0...255, using: &random) : 0xff
      }
      try? TorchBytes.open(damaged) { file in
        accepted += 1
        for name in file.names {
          _ = try? file.values(name, type: .float32, as: Float.self)
          _ = try? file.values(name, type: .uint8, as: UInt8.self)
        }
      }
    }
    #expect(accepted > 0 && accepted < 4000)
  }

  /// The place of the entry of a member in a zip archive's directory.
  private func entry(of name: String, in archive: [UInt8]) throws -> Int {
    let name = Array(name.utf8)
    return try #require(
      archive.indices.dropLast(46 + name.count).first {
        archive[$0..<$0 + 4].elementsEqual([0x50, 0x4b, 1, 2])
          && archive[$0 + 46..<$0 + 46 + name.count].elementsEqual(name)
      })
  }

  @Test func compressedAndEncryptedMembersAreRefused() throws {
    let archive = try bytes("tensors.zip.bin")
    let place = try entry(of: "tensors.zip/data.pkl", in: archive)
    var compressed = archive
    compressed[place + 10] = 8  // The method.
    #expect(anyError(compressed) as? ArchiveError == .compressed("tensors.zip/data.pkl"))
    var encrypted = archive
    encrypted[place + 8] |= 1  // A flag.
    #expect(anyError(encrypted) as? ArchiveError == .encrypted("tensors.zip/data.pkl"))
  }

  /// PyTorch writes a checksum of every member, or 0 for all where it is told to write none.
  @Test func aFlippedBitIsFound() throws {
    var archive = try bytes("tensors.zip.bin")
    let values = (0..<24).map { Float($0) / 8 }.withUnsafeBytes { Array($0) }
    let place = try #require(
      archive.indices.dropLast(96).first { archive[$0..<$0 + 96].elementsEqual(values) })
    archive[place + 50] ^= 0x40
    #expect(throws: ArchiveError.damaged("tensors.zip/data/0")) {
      try TorchBytes.open(archive) { try $0.floats("matrix") }
    }
    let other = try TorchBytes.open(archive) { try $0.floats("part") }
    #expect(other.count == 4)
    let directory = try entry(of: "tensors.zip/data/0", in: archive)
    for i in 16..<20 { archive[directory + i] = 0 }
    #expect(try TorchBytes.open(archive) { try $0.floats("matrix").count } == 24)
    var pickle = try bytes("tensors.zip.bin")
    let name = Array("matrix".utf8)
    let letter = try #require(
      pickle.indices.dropLast(6).first { pickle[$0..<$0 + 6].elementsEqual(name) })
    pickle[letter] ^= 2
    #expect(anyError(pickle) as? ArchiveError == .damaged("tensors.zip/data.pkl"))
  }

  @Test func bigEndianFilesAreRefused() throws {
    var file = try bytes("tensors.legacy.bin")
    let key = Array("little_endianq".utf8)
    let place = try #require(
      file.indices.dropLast(20).first { Array(file[$0..<$0 + key.count]) == key })
    #expect(file[place + key.count + 1] == 0x88)
    file[place + key.count + 1] = 0x89
    #expect(error(file) == .bigEndian)
  }
}
