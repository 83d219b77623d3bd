import CSystem
import QuantVGG
import QuantizeCore
import TestSupport
import Testing

@Suite struct SafeTensorsWriterTests {
  /// A name in the temporary folder that no file has, unlinked with the object.
  private final class Target {
    let path = makeTemporaryFile()

    init() { unlink(path) }

    deinit { unlink(path) }

    var bytes: [UInt8] {
      get throws { try MappedFile(path: path).withBytes { Array($0) } }
    }
  }

  private let tensors = [
    OutputTensor("small", type: "F32", shape: [2], values: [Float(1.5), -2]),
    OutputTensor("odd \"name\"\n", type: "U8", shape: [101], values: [UInt8](0...100)),
    OutputTensor("large", type: "I32", shape: [4, 16], values: (0..<64).map { Int32($0) }),
    OutputTensor("first", type: "I8", shape: [64], values: [Int8](repeating: -3, count: 64)),
    OutputTensor("second", type: "I8", shape: [64], values: [Int8](repeating: 4, count: 64)),
    OutputTensor("none", type: "F32", shape: [0, 3], values: [Float]()),
  ]
  private let metadata = [(key: "format", value: "a\\b \"é\"\t"), (key: "b", value: "")]

  @Test func readerGetsBackWhatWasWritten() throws {
    let target = Target()
    try SafeTensorsWriter.write(tensors, metadata: metadata, to: target.path)
    let file = try SafeTensors(path: target.path)
    #expect(file.metadata.map { $0.key } == ["format", "b"])
    #expect(file.metadata("format") == "a\\b \"é\"\t")
    #expect(file.tensors.count == tensors.count)
    for tensor in tensors {
      let found = try file.tensor(tensor.name)
      #expect(found.type == tensor.type && found.shape == tensor.shape)
      #expect(Array(found.bytes) == tensor.bytes)
    }
  }

  @Test func bytesAreAFunctionOfTheContent() throws {
    let (first, second) = (Target(), Target())
    try SafeTensorsWriter.write(tensors, metadata: metadata, to: first.path)
    try SafeTensorsWriter.write(tensors, metadata: metadata, to: second.path)
    #expect(try first.bytes == second.bytes)
  }

  @Test func largeTensorsAreAligned() throws {
    let target = Target()
    try SafeTensorsWriter.write(tensors, metadata: metadata, to: target.path)
    let file = try SafeTensors(path: target.path)
    // Sizes that are multiples of 64 first, large before small, then in the order given.
    #expect(
      file.tensors.map { $0.name }
        == ["large", "first", "second", "none", "odd \"name\"\n", "small"])
    for name in ["large", "first", "second", "odd \"name\"\n"] {
      // The mapping starts at a page.
      let address = Int(bitPattern: try file.tensor(name).bytes.baseAddress)
      #expect(address % 64 == 0, "\(name)")
    }
  }
}
