import QuantVGG
import Testing

@Suite struct SafeTensorsWritingTests {
  private let entries = [
    SafeTensors.Entry("odd \"name\"\\\n", type: "U8", shape: [3]),
    SafeTensors.Entry("empty", type: "F64", shape: [2, 0]),
    SafeTensors.Entry("scalar", type: "I32", shape: []),
  ]

  /// The reader gets back what a header says.
  @Test(arguments: [1, 8, 64]) func headersAreRead(alignment: Int) throws {
    let metadata = [(key: "a \"b\"", value: "é\t"), (key: "c", value: "")]
    let header = SafeTensors.header(entries, metadata: metadata, alignment: alignment)
    #expect(header.count % alignment == 0)
    let file = TemporaryFile(header + [1, 2, 3, 4, 0, 0, 0])
    let read = try SafeTensors(path: file.path)
    #expect(read.metadata.map { $0.key } == ["a \"b\"", "c"])
    #expect(read.metadata("a \"b\"") == "é\t")
    #expect(read.tensors.map { $0.name } == entries.map { $0.name })
    #expect(read.tensors.map { $0.shape } == entries.map { $0.shape })
    #expect(try read.values("scalar", type: "I32", as: Int32.self) == [4])
  }

  @Test func byteCounts() {
    #expect(entries.map { $0.byteCount } == [3, 0, 4])
    #expect(SafeTensors.Entry("a", type: "F32", shape: [2, 3, 5]).byteCount == 120)
  }
}
