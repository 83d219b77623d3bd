import FileNames
import QuantVGG
import QuantizeCore
import TestSupport
import Testing

/// Files of every format, damaged at random: reading ends, with an error or a whole network.
///
/// The files have VGG-19's names and conv1_1, and two channels in all other layers. `make fuzz`
/// goes on from here. Processor time is what a reader takes for itself; a hang ends by the limit.
@Suite(.timeLimit(.minutes(30))) struct DamagedFileTests {
  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Fixtures/tiny"

  static let files = [
    "behind-nodes.onnx", "caffe2.onnx", "checkpoint.pth", "era-legacy.pth", "era-tar.pth",
    "gatys-legacy.pth", "gatys-zip.pth", "gluon.onnx", "jcjohnson-legacy.pth",
    "keras1-notop.h5", "keras2-top.h5", "keras3.keras", "matconvnet-new.mat", "matconvnet-old.mat",
    "own.safetensors", "timm.safetensors", "torchvision-legacy.pth", "torchvision-zip.pth",
    "v1.caffemodel", "v2.caffemodel",
  ]

  /// Whole, they get as far as the second layer's shape.
  @Test(arguments: files) func wrongShapesAreNamed(name: String) {
    let isRows = ["h5", "keras", "mat"].contains { name.hasSuffix($0) }
    let expected = isRows ? [3, 3, 64, 64] : [64, 64, 3, 3]
    let found = isRows ? [3, 3, 2, 2] : [2, 2, 3, 3]
    #expect(
      readError(FilePath("\(Self.folder)/\(name)")) as? SourceError
        == .wrongShape(.conv1_2, isBias: false, found: found, expected: expected, of: .vgg19))
  }

  @Test(arguments: files) func readingEnds(name: String) throws {
    let whole = Array(FileSlice(try MappedFile(path: FilePath("\(Self.folder)/\(name)"))))
    var random = TestRandom(name)
    let path = makeTemporaryFile()
    defer { remove(path) }
    for round in 0..<60 {
      var damaged = whole
      if round % 4 == 0 { damaged.removeLast(Int.random(in: 1..<whole.count, using: &random)) }
      // Most of what a container says is near its start, or near its end.
      for _ in 0..<(1 << Int.random(in: 0...4, using: &random)) {
        let reach = Bool.random(using: &random) ? damaged.count : min(2048, damaged.count)
        let place = Int.random(in: 0..<reach, using: &random)
        let values: [UInt8] = [0, 1, 0x7f, 0x80, 0xff, damaged[place] ^ 1]
        let choice = Int.random(in: 0...values.count, using: &random)
        damaged[place] =
          choice < values.count ? values[choice] : .random(in: 0...255, using: &random)
      }
      write(damaged, to: path)
      let start = threadProcessorSeconds()
      let found = readError(path)
      let sentence = try #require((found as? any CustomStringConvertible)?.description, "\(round)")
      #expect(!sentence.contains("\n") && sentence.contains(" "), "round \(round)")
      #expect(threadProcessorSeconds() - start < 10, "round \(round) of \(name)")
    }
  }

  @Test func hostileProtobufLengths() throws {
    for bytes: [UInt8] in [
      [0x12, 0xff, 0xff, 0xff, 0xff, 0x7f], [0x0a, 1, 0x61, 0x12, 0xff, 0xff, 0xff, 0x7f],
      [0x08, 7, 0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    ] {
      let path = makeTemporaryFile()
      defer { remove(path) }
      write(bytes, to: path)
      let found = readError(path)
      #expect(
        found as? ProtobufError == .truncated || found as? SourceError == .unknownFile)
    }
  }
}
