import CSystem
import QuantVGG
import QuantizeCore
import TestSupport
import Testing

private func tensor<Element: BitwiseCopyable>(
  _ name: String, _ type: String, _ shape: [Int], _ values: [Element]
) -> OutputTensor {
  OutputTensor(SafeTensors.Entry(name, type: type, shape: shape), values)
}

@Suite struct SafeTensorsWriterTests {
  /// A name in the temporary folder that no file has, unlinked with the object.
  private final class Target {
    let path = makeTemporaryFile()

    init() { remove(path) }

    deinit { remove(path) }

    var bytes: [UInt8] {
      get throws { Array(FileSlice(try MappedFile(path: path))) }
    }
  }

  private let tensors = [
    tensor("small", "F32", [2], [Float(1.5), -2]),
    tensor("odd \"name\"\n", "U8", [101], [UInt8](0...100)),
    tensor("large", "I32", [4, 16], (0..<64).map { Int32($0) }),
    tensor("first", "I8", [64], [Int8](repeating: -3, count: 64)),
    tensor("second", "I8", [64], [Int8](repeating: 4, count: 64)),
    tensor("none", "F32", [0, 3], [Float]()),
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
      let found = try file.tensor(tensor.entry.name)
      #expect(found.type == tensor.entry.type && found.shape == tensor.entry.shape)
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
      let address = try file.tensor(name).bytes.withBytes {
        $0.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
      }
      #expect(address % 64 == 0, "\(name)")
    }
  }

  /// conv1_1 alone, as an int8 file has it.
  private let int8 = [
    tensor("conv1_1.weight", "I8", [64, 3, 3, 3], (0..<1728).map { Int8($0 % 255 - 127) }),
    tensor("conv1_1.weight_scale", "F32", [64], [Float](repeating: 0.5, count: 64)),
    tensor("conv1_1.bias.avg", "I32", [64], [Int32](repeating: 7, count: 64)),
    tensor("conv1_1.bias.max", "I32", [64], [Int32](repeating: -7, count: 64)),
    tensor("conv1_1.activation_scale", "F32", [2], [Float(1), 2]),
    tensor("conv1_1.channel_scale", "F32", [64], [Float](repeating: 1, count: 64)),
  ]

  /// Every bit of an int8 file's numbers counts; files without a checksum are as they were.
  @Test func aFlippedBitIsFound() throws {
    let target = Target()
    let metadata = [(key: "format", value: "qstyle-vgg19-int8"), ("format_version", "2")]
    func error(_ change: (inout [UInt8]) -> Void) throws -> WeightError? {
      var bytes = try target.bytes
      change(&bytes)
      let copy = makeTemporaryFile()
      defer { remove(copy) }
      write(bytes, to: copy)
      do throws(WeightError) {
        _ = try WeightFile(path: copy)
        return nil
      } catch {
        return error
      }
    }
    try SafeTensorsWriter.write(int8, metadata: int8.checked(metadata), to: target.path)
    #expect(try error { _ in } == nil)
    let count = try target.bytes.count
    for place in [1, 7, 260, 500, 900, 1000, 2000] {
      #expect(try error { $0[count - place] ^= 0x10 } == .damaged, "\(place)")
    }
    #expect(WeightError.damaged.description.contains("convert it again"))
    // A second checksum takes the place of the first.
    #expect(
      int8.checked(int8.checked(metadata)).map { $0.key } == int8.checked(metadata).map { $0.key })
    try SafeTensorsWriter.write(int8, metadata: metadata, to: target.path)
    #expect(try error { $0[$0.count - 1000] ^= 0x10 } == nil)
  }
}
