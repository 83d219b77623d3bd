import CSystem
import QuantVGG
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
  static let header = """
    {"__metadata__":{"k\\u00e9y":"\\ud83d\\ude00 \\"\\\\\\/\\b\\f\\n\\r\\t"},\
    "a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},\
    "b":{"shape":[3],"data_offsets":[8,11],"dtype":"I8"},\
    "none":{"dtype":"U8","shape":[0,9],"data_offsets":[11,11]},\
    "one":{"dtype":"I64","shape":[],"data_offsets":[11,19]}}
    """
  static let data: [UInt8] =
    [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0] + [1, 0xff, 0x80] + [7, 0, 0, 0, 0, 0, 0, 0]
  static let valid = safetensors(header, data: data)

  private func error(_ bytes: [UInt8]) -> WeightError? {
    let file = TemporaryFile(bytes)
    do throws(WeightError) {
      _ = try SafeTensors(path: file.path)
      return nil
    } catch {
      return error
    }
  }

  private func headerError(_ text: String, data: [UInt8] = []) -> WeightError? {
    error(safetensors(text, data: data))
  }

  @Test func readsEveryPart() throws {
    let file = TemporaryFile(Self.valid)
    let tensors = try SafeTensors(path: file.path)
    #expect(tensors.tensors.map { $0.name } == ["a", "b", "none", "one"])
    #expect(tensors.metadata("kéy") == "😀 \"\\/\u{8}\u{c}\n\r\t")
    #expect(tensors.metadata("other") == nil)
    #expect(try tensors.floats("a") == [1, -2])
    #expect(try tensors.values("b", type: "I8", as: Int8.self, shape: [3]) == [1, -1, -128])
    #expect(try tensors.values("none", type: "U8", as: UInt8.self).isEmpty)
    #expect(try tensors.values("one", type: "I64", as: Int64.self) == [7])  // not aligned
    #expect(throws: WeightError.missingTensor(name: "c")) { try tensors.floats("c") }
    #expect(throws: WeightError.wrongType(name: "b", found: "I8", expected: "F32")) {
      try tensors.floats("b")
    }
    #expect(throws: WeightError.wrongShape(name: "a", found: [2, 1], expected: [2])) {
      try tensors.floats("a", shape: [2])
    }
  }

  @Test func acceptsSpaceAndAnEmptyObject() {
    #expect(headerError("{}") == nil)
    #expect(headerError("{ \n\t\r}    ") == nil)
    #expect(
      headerError(
        "{ \"a\" : { \"dtype\" : \"U8\" , \"shape\" : [ 1 ] , \"data_offsets\" : [ 0 , 1 ] } } ",
        data: [9]) == nil)
  }

  @Test func everyTruncationIsAnError() {
    for count in 0..<Self.valid.count {
      let found = error(Array(Self.valid.prefix(count)))
      switch count {
      case 0: #expect(found == .empty)
      case 1..<8: #expect(found == .notSafetensors)
      default:
        let expected = count < 8 + Self.header.utf8.count ? 8 + Self.header.utf8.count : nil
        if let expected {
          #expect(found == .truncated(expected: expected, found: count))
        } else {
          guard case .truncated(_, let there)? = found else {
            Issue.record("cut at \(count): \(String(describing: found))")
            continue
          }
          #expect(there == count)
        }
      }
    }
    #expect(
      error(Self.valid + [0])
        == .truncated(expected: Self.valid.count, found: Self.valid.count + 1))
  }

  @Test(arguments: [0, 1, UInt64(16 << 20) + 1, 1 << 32, 1 << 62, 1 << 63, .max])
  func impossibleHeaderLengths(length: UInt64) {
    let start = withUnsafeBytes(of: length.littleEndian) { Array($0) }
    #expect(error(start + Array("{}".utf8)) == .notSafetensors)
  }

  @Test func otherKindsOfFiles() {
    #expect(error(Array("hello".utf8)) == .notSafetensors)
    #expect(
      error([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]) == .notSafetensors)
    #expect(throws: WeightError.notAFile) { try SafeTensors(path: "/") }
    #expect(throws: WeightError.notAFile) { try SafeTensors(path: "/dev/null") }
    #expect(throws: WeightError.unreadable(errno: ENOENT)) {
      try SafeTensors(path: "/nowhere/at all")
    }
  }

  @Test func namedPipeDoesNotWait() {
    let place = TemporaryFile()
    remove(place.path)
    #expect(mkfifo(place.path.description, 0o600) == 0)
    #expect(throws: WeightError.notAFile) { try SafeTensors(path: place.path) }
  }

  @Test(arguments: [
    "[]", "{ ", "{\"a\"", "{\"a\":", "{}x", "{\"a\":1}", "{\"a\":null}", "{\"__metadata__\":{}",
    "{\"__metadata__\":{},}",
    "{'a':{}}", "{\"a\":{\"dtype\":1}}", "{\"a\":{\"shape\":{}}}", "{\"a\":{\"shape\":[-1]}}",
    "{\"a\":{\"shape\":[1.0]}}", "{\"a\":{\"shape\":[1e3]}}", "{\"a\":{\"shape\":[01]}}",
    "{\"a\":{\"shape\":[1,]}}", "{\"a\":{\"shape\":[9223372036854775808]}}",
    "{\"a\":{\"shape\":[[1]]}}", "{\"a\":{\"shape\":[1,1,1,1,1,1,1,1,1]}}",
    "{\"a\":{\"other\":[1]}}", "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}",
    "{\"__metadata__\":{\"k\":1}}", "{\"__metadata__\":{\"k\":\"v\",\"k\":\"v\"}}",
    "{\"__metadata__\":{},\"__metadata__\":{}}", "{\"__metadata__\":{\"k\":\"\\x\"}}",
    "{\"__metadata__\":{\"k\":\"\\u12\"}}", "{\"__metadata__\":{\"k\":\"\\ud800\"}}",
    "{\"__metadata__\":{\"k\":\"\\udc00\"}}", "{\"__metadata__\":{\"k\":\"\\ud800\\u0041\"}}",
    "{\"__metadata__\":{\"k\":\"\u{1}\"}}", "{\"__metadata__\":{\"k\":\"",
  ])
  func badHeaders(header: String) {
    // The first byte must be a brace for the file to be one of this format at all.
    let found = headerError(header)
    if header.hasPrefix("{") {
      guard case .badHeader(let offset)? = found else {
        Issue.record("\(header): \(String(describing: found))")
        return
      }
      #expect((0...header.utf8.count).contains(offset))
    } else {
      #expect(found == .notSafetensors)
    }
  }

  @Test func headerThatIsNotUTF8() {
    var bytes = safetensors("{\"__metadata__\":{\"k\":\"v\"}}")
    bytes[8 + 22] = 0xff
    #expect(error(bytes) == .badHeader(offset: 22))
  }

  @Test(arguments: [
    "\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,1]",
    "\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,0]",
    "\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]",
    "\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]",
    "\"dtype\":\"U8\",\"shape\":[1]",
    "\"dtype\":\"Q7\",\"shape\":[1],\"data_offsets\":[1,0]",
    "\"dtype\":\"U8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]",
    "\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]",
    "\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]",
  ])
  func entriesThatContradictThemselves(entry: String) {
    #expect(headerError("{\"t\":{\(entry)}}", data: [1, 2]) == .badTensor(name: "t"))
  }

  @Test func hostileOffsetsNeitherTrapNorAllocate() {
    let huge = Int.max
    let header = "{\"t\":{\"dtype\":\"U8\",\"shape\":[\(huge)],\"data_offsets\":[0,\(huge)]}}"
    #expect(headerError(header) == .truncated(expected: huge, found: 8 + header.utf8.count))
  }

  @Test func overlapsAndGaps() {
    func two(_ first: String, _ second: String) -> WeightError? {
      headerError(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":\(first)},"
          + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":\(second)}}",
        data: [1, 2, 3, 4])
    }
    #expect(two("[0,2]", "[2,4]") == nil)
    #expect(two("[2,4]", "[0,2]") == nil)
    #expect(two("[0,2]", "[1,3]") == .badTensor(name: "b"))
    #expect(two("[0,2]", "[0,2]") == .badTensor(name: "b"))
    #expect(two("[1,3]", "[2,4]") == .badTensor(name: "a"))
  }

  @Test func damagedFilesGiveErrorsOrTensorsInsideTheFile() throws {
    var random = TestRandom(#function)
    let file = TemporaryFile()
    var accepted = 0
    for round in 0..<5000 {
      var bytes = Self.valid
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<8 + Self.header.utf8.count, using: &random)
        switch round % 3 {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] = Array("{}[],:\"\\0919u".utf8).randomElement(using: &random) ?? 0
        default: bytes.remove(at: place)
        }
      }
      file.write(bytes)
      guard let tensors = try? SafeTensors(path: file.path) else { continue }
      accepted += 1
      for tensor in tensors.tensors {
        #expect(tensor.bytes.count <= bytes.count, "round \(round)")
        _ = tensor.bytes.reduce(0) { $0 &+ Int($1) }
      }
    }
    #expect(accepted > 0 && accepted < 2500)
  }

  @Test func sentencesSayWhatToDo() {
    #expect(
      WeightError.truncated(expected: 100, found: 60).description
        == "is cut off: 100 bytes are promised, 60 are there; copy it again")
    #expect(
      WeightError.wrongShape(
        name: "conv3_2.weight", found: [256, 128, 3, 3], expected: [256, 256, 3, 3]
      )
      .description
        == "has conv3_2.weight of shape [256, 128, 3, 3] where [256, 256, 3, 3] is needed; "
        + "convert it again")
    #expect(WeightError.unreadable(errno: ENOENT).description.hasPrefix("cannot be read: No such"))
  }
}
