import CSystem
import QuantVGG
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
  private let header =
    "{\"__metadata__\":{\"format\":\"x\\u00e9\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2],"
    + "\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"I8\",\"shape\":[3,1],\"data_offsets\":[8,11]}}"

  private func file(_ header: String, data: [UInt8]) -> [UInt8] {
    let length = UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + data
  }

  private var valid: [UInt8] {
    file(header, data: [0, 0, 128, 63, 0, 0, 0, 64, 1, 2, 255])
  }

  /// Opens bytes as a file.
  private func open(_ bytes: [UInt8]) throws(WeightError) -> SafeTensors {
    var template = Array("/tmp/qstyle-test-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    _ = system_write(descriptor, bytes, bytes.count)
    close(descriptor)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    return try SafeTensors(path: path)
  }

  @Test func readsTensorsAndMetadata() throws {
    let file = try open(valid)
    #expect(file.metadata("format") == "xé")
    #expect(try file.floats("a", shape: [2]) == [1, 2])
    #expect(try file.values("b", type: "I8", as: Int8.self) == [1, 2, -1])
    #expect(throws: WeightError.missingTensor(name: "c")) { try file.floats("c") }
    #expect(throws: WeightError.wrongShape(name: "a", found: [2], expected: [3])) {
      try file.floats("a", shape: [3])
    }
    #expect(throws: WeightError.wrongType(name: "b", found: "I8", expected: "F32")) {
      try file.floats("b")
    }
  }

  @Test func refusesWhatIsCutOff() {
    for count in 0..<valid.count {
      #expect(throws: WeightError.self, "\(count) bytes") { try open(Array(valid.prefix(count))) }
    }
  }

  @Test(arguments: [
    // Beyond the data, overlapping, with a gap, backwards, contradicting the shape.
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[12],\"data_offsets\":[0,12]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[3,11]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[6],\"data_offsets\":[5,11]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[11],\"data_offsets\":[11,0]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[11],\"data_offsets\":[0,11]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775807,4],\"data_offsets\":[0,11]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,11]}}",
    "{\"a\":{\"dtype\":\"X9\",\"shape\":[11],\"data_offsets\":[0,11]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[-11],\"data_offsets\":[0,11]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[11],\"data_offsets\":[0,11]},\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[11,11]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[11]}}", "{\"a\":[]}", "[]", "{", "{}}", "{\"\\ud800\":{}}",
  ])
  func refusesWrongHeaders(_ header: String) {
    #expect(throws: WeightError.self) {
      try open(file(header, data: [UInt8](repeating: 0, count: 11)))
    }
  }

  @Test func hugeHeaderLengthsAskForNoMemory() {
    for length in [UInt64.max, 1 << 63, 1 << 40, 17 << 20] {
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
      #expect(throws: WeightError.notSafetensors) { try open(bytes + [123, 125]) }
    }
  }

  @Test func damagedBytesNeverTrap() {
    var random = TestRandom("damagedBytesNeverTrap")
    for _ in 0..<3000 {
      var bytes = valid
      for _ in 0...random.next() % 3 {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      _ = try? open(bytes)
    }
  }

  @Test func otherPathsAreNamed() {
    #expect(throws: WeightError.notAFile) { try SafeTensors(path: "/") }
    #expect(throws: WeightError.unreadable(errno: ENOENT)) {
      try SafeTensors(path: "/no/such/file")
    }
    #expect(throws: WeightError.empty) { try open([]) }
    #expect(throws: WeightError.notSafetensors) { try open(Array("hello, world".utf8)) }
  }
}
