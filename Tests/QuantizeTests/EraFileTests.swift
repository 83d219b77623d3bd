import FileNames
import QuantVGG
import QuantizeCore
import Testing

/// Files as PyTorch 0.1 wrote them (`make-era.py`, whose files PyTorch reads): the same tensors in each.
@Suite struct EraFileTests {
  static let files = [
    "python2-legacy-1", "python2-legacy-2", "python2-legacy-parameters", "python2-legacy-views",
    "python2-tar-0", "python2-tar-2", "python2-tar-views", "python3-legacy-1", "python3-legacy-2",
    "python3-legacy-parameters", "python3-legacy-views", "python3-tar-2",
  ]

  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Fixtures"

  private static func bytes(_ name: String) throws -> FileSlice {
    FileSlice(try MappedFile(path: FilePath("\(folder)/era/\(name).bin")))
  }

  @Test(arguments: files) func holdsTheTensors(name: String) throws {
    let expected = try SafeTensors(path: FilePath("\(Self.folder)/expected.safetensors"))
    let bytes = try Self.bytes(name)
    #expect(TorchFile.matches(bytes))
    let file = try TorchFile(bytes)
    #expect(
      file.names == ["bytes", "integers", "matrix", "part", "scalar", "signed", "transposed"])
    for name in ["matrix", "transposed", "part", "scalar"] {
      #expect(try file.floats(name) == expected.floats(name), "\(name)")
      let shape = try expected.tensor(name).shape
      #expect(file.shape(name) == (name == "scalar" ? [1] : shape), "\(name)")
    }
    #expect(
      try file.values("integers", type: .int32, as: Int32.self).values == [.min, .max])
    #expect(
      try file.values("bytes", type: .uint8, as: UInt8.self).values
        == expected.values("bytes", type: "U8", as: UInt8.self))
    #expect(throws: SourceError.notFloatingPoint("signed", type: "int8")) {
      try file.floats("signed")
    }
  }

  @Test(arguments: files) func everyTruncationIsAnError(name: String) throws {
    let whole = Array(try Self.bytes(name))
    // After the last member, Python writes zeros up to a multiple of 10240.
    let last = whole.lastIndex { $0 != 0 } ?? 0
    for count in stride(from: 0, to: last, by: name.contains("tar") ? 7 : 1) {
      #expect(throws: (any Error).self, "cut at \(count)") {
        try TorchBytes.open(Array(whole.prefix(count))) { _ in }
      }
    }
  }

  /// A legacy file of the dictionary {"t": ...} whose value comes from these instructions, over 4 numbers.
  private func file(_ value: [UInt8]) -> [UInt8] {
    let data = withUnsafeBytes(of: Int64(4)) { Array($0) } + floats
    return TorchBytes.legacy(
      [0x7d] + TorchBytes.text("t") + value + [0x73, 0x2e],
      keys: [0x5d] + TorchBytes.text("0") + [0x61, 0x2e] + data)
  }

  private let floats = ([1, -2, 3, 0.5] as [Float]).withUnsafeBytes { Array($0) }

  private func global(_ name: String) -> [UInt8] {
    let parts = name.split(separator: ".")
    return Array("c\(parts.dropLast().joined(separator: "."))\n\(parts[parts.count - 1])\n".utf8)
  }

  /// Pushes a storage of four Float32, or a part of it.
  private func storage(_ view: [UInt8] = [], key: String = "0", count: UInt8 = 4) -> [UInt8] {
    [0x28] + TorchBytes.text("storage") + global("torch.FloatStorage") + TorchBytes.text(key)
      + TorchBytes.text("cpu") + [0x4b, count] + view + [0x74, 0x51]
  }

  private func view(_ key: String, _ offset: UInt8, _ count: UInt8) -> [UInt8] {
    TorchBytes.text(key) + [0x4b, offset, 0x4b, count, 0x87]
  }

  /// Arguments of a tensor of `count` numbers from `offset` on, without parentheses.
  private func arguments(_ storage: [UInt8], _ offset: UInt8 = 0, count: UInt8 = 2) -> [UInt8] {
    storage + [0x4b, offset, 0x4b, count, 0x85, 0x4b, 1, 0x85]
  }

  private static let hooks = Array("ccollections\nOrderedDict\n)R".utf8)
  private static let noGradient: [UInt8] = [0x89] + hooks

  private func call(_ name: String, _ arguments: [UInt8]) -> [UInt8] {
    global("torch._utils." + name) + [0x28] + arguments + [0x74, 0x52]
  }

  private func values(_ value: [UInt8]) throws -> [Float] {
    try TorchBytes.open(file(value)) { try $0.floats("t") }
  }

  private func error(_ value: [UInt8]) -> TorchError? {
    do {
      _ = try values(value)
      return nil
    } catch {
      return error as? TorchError
    }
  }

  /// A view's numbers begin at its offset, and a view of a view where both offsets lead.
  @Test func viewsBeginAtTheirOffset() throws {
    let inner = storage(view("a", 1, 3))
    #expect(try values(call("_rebuild_tensor", arguments(inner))) == [-2, 3])
    #expect(try values(call("_rebuild_tensor", arguments(inner, 1))) == [3, 0.5])
    let nested = storage(view("b", 1, 2), key: "a", count: 3)
    let first = [0x7d] + TorchBytes.text("s") + inner + [0x73]
    let file = TorchBytes.legacy(
      first + TorchBytes.text("t") + call("_rebuild_tensor", arguments(nested)) + [0x73, 0x2e],
      keys: [0x5d] + TorchBytes.text("0") + [0x61, 0x2e]
        + withUnsafeBytes(of: Int64(4)) { Array($0) } + floats)
    #expect(try TorchBytes.open(file) { try $0.floats("t") } == [3, 0.5])
  }

  @Test func viewsOutsideTheirStorage() {
    for (offset, count) in [(3, 2), (5, 0), (0, 5), (255, 255)] as [(UInt8, UInt8)] {
      #expect(
        error(call("_rebuild_tensor", arguments(storage(view("a", offset, count)), count: 1)))
          == .badStorage("0"))
    }
    // Beyond the view, though not beyond its storage.
    #expect(
      error(call("_rebuild_tensor", arguments(storage(view("a", 0, 1))))) == .badTensor("t"))
    // A view under its storage's own key is another part of it.
    #expect(
      error(call("_rebuild_tensor", arguments(storage(view("0", 1, 3))))) == .badStorage("0"))
    #expect(error(call("_rebuild_tensor", arguments(storage([0x4b, 1])))) == .badStorage("0"))
  }

  private func flags(_ name: String, _ value: UInt8 = 0x88) -> [UInt8] {
    [0x7d] + TorchBytes.text(name) + [value, 0x73]
  }

  @Test func theNegativeBitIsUnderstood() throws {
    let plain = arguments(storage()) + Self.noGradient
    #expect(try values(call("_rebuild_tensor_v2", plain)) == [1, -2])
    #expect(try values(call("_rebuild_tensor_v2", plain + flags("neg"))) == [-1, 2])
    #expect(try values(call("_rebuild_tensor_v2", plain + flags("neg", 0x89))) == [1, -2])
    #expect(try values(call("_rebuild_tensor_v2", plain + [0x4e])) == [1, -2])
    for flag in ["conj", "other"] {
      #expect(
        error(call("_rebuild_tensor_v2", plain + flags(flag)))
          == .unknownArgument("torch._utils._rebuild_tensor_v2", "the flag \(flag)"))
    }
  }

  /// Every argument too many, of another type or without a known meaning is refused by name.
  @Test func argumentsAreUnderstoodOrRefused() {
    let (v1, v2) = (arguments(storage()), arguments(storage()) + Self.noGradient)
    let cases: [(String, [UInt8], Int)] = [
      ("_rebuild_tensor", v1 + [0x89], 5), ("_rebuild_tensor", storage(), 2),
      ("_rebuild_tensor", [0x4e] + v1.dropFirst(storage().count), 1),
      ("_rebuild_tensor_v2", v1, 5), ("_rebuild_tensor_v2", v2 + [0x7d, 0x4e], 8),
      ("_rebuild_tensor_v2", v1 + [0x4e] + Self.hooks, 5),
      ("_rebuild_tensor_v2", v1 + [0x89] + flags("hook"), 6),
      ("_rebuild_tensor_v2", v2 + [0x4b, 1], 7),
      ("_rebuild_tensor_v3", v2 + [0x4e], 7),
      ("_rebuild_parameter", call("_rebuild_tensor", v1) + [0x88], 3),
      ("_rebuild_parameter", call("_rebuild_tensor", v1) + [0x88] + flags("hook"), 3),
      ("_rebuild_parameter", [0x4e, 0x88] + Self.hooks, 1),
      (
        "_rebuild_parameter_with_state",
        call("_rebuild_tensor", v1) + [0x88] + Self.hooks + [0x4b, 1],
        4
      ),
    ]
    for (name, arguments, place) in cases {
      #expect(
        error(call(name, arguments))
          == .unknownArgument("torch._utils." + name, "argument \(place)"), "\(name) \(place)")
    }
    // An attribute of a dictionary other than its versions.
    #expect(
      error(Self.hooks + flags("x") + [0x62])
        == .unknownArgument("collections.OrderedDict", "the attribute x"))
  }

  @Test func parametersAreTheirTensors() throws {
    let tensor = call("_rebuild_tensor", arguments(storage()))
    #expect(try values(call("_rebuild_parameter", tensor + [0x88] + Self.hooks)) == [1, -2])
    #expect(
      try values(
        call("_rebuild_parameter_with_state", tensor + [0x88] + Self.hooks + flags("tag"))) == [
          1, -2,
        ])
    let type = global("torch.nn.parameter.Parameter")
    #expect(try values(type + [0x28] + tensor + [0x88, 0x74, 0x81]) == [1, -2])
    #expect(
      try values(type + [0x28] + tensor + [0x74, 0x52, 0x89, 0x89] + Self.hooks + [0x87, 0x62]) == [
        1, -2,
      ])
    // Without BUILD there is no tensor, so that the storage is nobody's.
    #expect(error(type + [0x29, 0x81]) == .badStorage("0"))
    // A tensor of an early version: its class, then what its numbers are.
    let early =
      global("torch.FloatTensor") + [0x29, 0x81, 0x28] + arguments(storage(), 2) + [0x74, 0x62]
    #expect(try values(early) == [3, 0.5])
    #expect(
      error(global("torch.FloatTensor") + [0x29, 0x52])
        == .unknownArgument("torch.FloatTensor", "argument 1"))
  }

  /// A tensor with attributes is a call that has the tensor's call in its arguments.
  @Test func attributesAreLeftAlone() throws {
    func tensor(_ function: String, _ type: String, _ state: [UInt8]) -> [UInt8] {
      let arguments = [0x28] + arguments(storage()) + Self.noGradient + [0x74]
      return global("torch._tensor._rebuild_from_type_v2") + [0x28] + global(function)
        + global(type) + arguments + state + [0x74, 0x52]
    }
    let function = "torch._utils._rebuild_tensor_v2"
    for state in [[0x7d], flags("tag"), flags("tag") + [0x4e, 0x86]] as [[UInt8]] {
      #expect(try values(tensor(function, "torch.Tensor", state)) == [1, -2])
    }
    for (function, type, state, place) in [
      ("torch.Size", "torch.Tensor", [0x7d], 1), (function, "torch.float32", [0x7d], 2),
      (function, "torch.Tensor", [0x4b, 1], 4),
    ] as [(String, String, [UInt8], Int)] {
      #expect(
        error(tensor(function, type, state))
          == .unknownArgument("torch._tensor._rebuild_from_type_v2", "argument \(place)"))
    }
  }

  /// The size of a tensor may be a call too.
  @Test func sizesAreTuples() throws {
    let size = global("torch.Size") + [0x4b, 3, 0x85, 0x85, 0x52]
    let tensor = storage() + [0x4b, 1] + size + [0x4b, 1, 0x85]
    #expect(try values(call("_rebuild_tensor", tensor)) == [-2, 3, 0.5])
    #expect(
      error(global("torch.Size") + [0x4b, 3, 0x85, 0x52])
        == .unknownArgument("torch.Size", "argument 1"))
  }

  /// Lists that are read again and again cost as much as instructions do.
  @Test func copiesAreCounted() throws {
    let pair: [UInt8] = [0x5d, 0x28, 0x4b, 0, 0x4b, 0, 0x65]
    let list =
      [0x5d, 0x28] + [[UInt8]](repeating: pair, count: 20_000).joined() + [0x65, 0x85, 0x71, 0]
    let copies = [[UInt8]](repeating: Array("ccollections\nOrderedDict\nh\u{0}R".utf8), count: 60)
    guard case .malformed? = error([0x28] + list + copies.joined() + [0x74]) else {
      Issue.record("copied")
      return
    }
  }
}
