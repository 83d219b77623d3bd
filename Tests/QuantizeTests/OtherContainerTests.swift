import CSystem
import FileNames
import QuantVGG
import QuantizeCore
import TestSupport
import Testing

/// Archives and models that are taken for weights, and models whose numbers are in other files.
@Suite struct OtherContainerTests {
  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Fixtures/tiny"

  private static let wrongShape = SourceError.wrongShape(
    .conv1_2, isBias: false, found: [2, 2, 3, 3], expected: [64, 64, 3, 3], of: .vgg19)

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(FileSlice(try MappedFile(path: FilePath("\(Self.folder)/\(name)"))))
  }

  private func error(_ bytes: [UInt8]) -> (any Error)? {
    let path = makeTemporaryFile()
    defer { remove(path) }
    write(bytes, to: path)
    return readError(path)
  }

  // MARK: Archives

  @Test(arguments: [
    (["conv1_1.npy", "conv1_2.npy"], TorchError.OtherArchive.numpy),
    (["m/data.pkl", "m/code/__torch__.py", "m/constants.pkl"], .torchScript),
    (["m/archive_format", "m/models/model.json"], .exported),
    (["serialized_exported_program.json", "version"], .exported),
    (["photo.jpg"], .zip), (["a/data.pkl", "b/data.pkl"], .zip),
  ])
  func otherArchivesAreNamed(names: [String], kind: TorchError.OtherArchive) {
    let found = error(ZipBytes.archive(names.map { ($0, [1, 2, 3]) })) as? TorchError
    #expect(found == .otherArchive(kind))
    let words = ["NumPy", "TorchScript", "torch.export", "a zip archive"]
    #expect(words.contains { found?.description.contains($0) == true })
  }

  @Test func kerasArchives() throws {
    let archive = try bytes("keras3.keras")
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46]
    let start = try #require(
      archive.indices.dropLast(4).first { archive[$0..<$0 + 4].elementsEqual(signature) })
    var damaged = archive
    damaged[start + 3000] ^= 1
    #expect(error(damaged) as? ArchiveError == .damaged("model.weights.h5"))
    let shape = SourceError.wrongShape(
      .conv1_2, isBias: false, found: [3, 3, 2, 2], expected: [3, 3, 64, 64], of: .vgg19)
    #expect(error(archive) as? SourceError == shape)
    for cut in [start + 500, start + 60_000] {
      #expect(error(Array(archive.prefix(cut))) is ArchiveError)
      let part = Array(archive[start..<cut])
      let found = error(ZipBytes.archive([("model.weights.h5", part)])) as? LibraryError
      #expect(found == .unreadable(library: "libhdf5"))
    }
  }

  @Test func compressionThatIsLackingIsNamed() {
    let found = readError(FilePath("\(Self.folder)/lzf.h5")) as? LibraryError
    #expect(found == .packed)
    #expect(found?.description.contains("LZF") == true)
  }

  @Test(
    arguments: [
      ([0x1f, 0x8b, 8, 0], "gzip; unpack it first"),
      ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "xz; unpack it first"),
      (Array("<!DOCTYPE html><html>".utf8), "a web page"), (Array("\n<html>".utf8), "a web page"),
      (Array("version https://git-lfs.github.com/spec/v1".utf8), "git lfs pull"),
      ([0x93] + Array("NUMPY".utf8), "NumPy"), ([0x89] + Array("PNG\r\n".utf8), "a picture"),
    ] as [([UInt8], String)])
  func otherFilesAreNamed(start: [UInt8], words: String) {
    let found = error(start + [UInt8](repeating: 0, count: 600)) as? SourceError
    guard case .otherFile? = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(found?.description.contains(words) == true)
  }

  @Test func otherTarArchivesAreNamed() throws {
    var tar = Array(
      try FileSlice(MappedFile(path: FilePath("\(Self.folder)/../era/python2-tar-2.bin"))))
    // A member of another name: p becomes q, and the header's sum one more.
    let place = try #require(
      tar.indices.dropLast(7).first {
        tar[$0..<$0 + 7].elementsEqual("pickle\0".utf8) && $0 % 512 == 0
      })
    tar[place] += 1
    #expect(error(tar) as? ArchiveError == .malformed(offset: place))
    let sum = String(decoding: tar[place + 148..<place + 154], as: UTF8.self)
    let next = String(try #require(Int(sum, radix: 8)) + 1, radix: 8)
    tar.replaceSubrange(place + 154 - next.utf8.count..<place + 154, with: next.utf8)
    #expect(error(tar) as? TorchError == .otherArchive(.tar))
  }

  // MARK: Pickles

  @Test func wholeModulesAreNamed() {
    let module = Array("ctorch.nn.modules.container\nSequential\n)".utf8) + [0x81, 0x2e]
    let found = error(TorchBytes.legacy(module, keys: [])) as? TorchError
    #expect(found == .wholeModule("torch.nn.modules.container.Sequential"))
    #expect(found?.description.contains("model.state_dict()") == true)
    let own =
      Array("c__main__\nNet\n)".utf8) + [0x81, 0x7d] + TorchBytes.text("_parameters")
      + Array("}sb.".utf8)
    #expect(error(TorchBytes.legacy(own, keys: [])) as? TorchError == .wholeModule("__main__.Net"))
    let other = Array("c__main__\nNet\n)R.".utf8)
    #expect(
      error(TorchBytes.legacy(other, keys: [])) as? TorchError == .forbiddenGlobal("__main__.Net"))
    #expect(
      error(TorchBytes.legacy(Array("].".utf8), keys: Array("].".utf8))) as? TorchError
        == .noDictionary)
  }

  // MARK: ONNX

  /// Calls `body` with a folder that has external.onnx with `location` for its data's name.
  private func withModel(
    _ location: String = "external.onnx.data", _ body: (FilePath) throws -> Void
  ) throws {
    let folder = makeTemporaryFolder()
    defer {
      remove(folder.appending("external.onnx"))
      remove(folder.appending("external.onnx.data"))
      remove(folder)
    }
    var model = try bytes("external.onnx")
    let (old, new) = (Array("external.onnx.data".utf8), Array(location.utf8))
    precondition(old.count == new.count)
    var place = 0
    while place + old.count <= model.count {
      if model[place..<place + old.count].elementsEqual(old) {
        model.replaceSubrange(place..<place + old.count, with: new)
      }
      place += 1
    }
    create(model, folder.appending("external.onnx"))
    try body(folder)
  }

  private func create(_ bytes: [UInt8], _ path: FilePath) {
    close(path.withCString { system_open($0, O_WRONLY | O_CREAT, 0o600) })
    write(bytes, to: path)
  }

  @Test func dataBesideAModelAreRead() throws {
    let data = try bytes("external.onnx.data")
    try withModel { folder in
      let model = folder.appending("external.onnx")
      guard case .external("external.onnx.data", .unreadable)? = readError(model) as? ProtobufError
      else {
        Issue.record("\(String(describing: readError(model)))")
        return
      }
      create(data, folder.appending("external.onnx.data"))
      #expect(readError(model) as? SourceError == Self.wrongShape)
      write(Array(data.prefix(5000)), to: folder.appending("external.onnx.data"))
      guard case .external("external.onnx.data", .truncated)? = readError(model) as? ProtobufError
      else {
        Issue.record("\(String(describing: readError(model)))")
        return
      }
    }
  }

  @Test func dataOutsideTheFolderAreNot() throws {
    for location in ["../ernal.onnx.data", "/xternal.onnx.data", "a/../nal.onnx.data"] {
      try withModel(location) { folder in
        #expect(
          readError(folder.appending("external.onnx")) as? ProtobufError == .outside(location))
      }
    }
    try withModel { folder in
      _ = folder.appending("external.onnx.data").withCString {
        symlink("\(Self.folder)/external.onnx.data", $0)
      }
      #expect(
        readError(folder.appending("external.onnx")) as? ProtobufError
          == .outside("external.onnx.data"))
    }
  }

  /// Fields of a message: a number and a content.
  private func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    precondition(content.count < 1 << 14)
    return [number << 3 | 2, UInt8(content.count & 0x7f) | 0x80, UInt8(content.count >> 7)]
      + content
  }

  private func node(_ type: String, _ inputs: [String], _ output: String, _ attribute: [UInt8] = [])
    -> [UInt8]
  {
    field(
      1,
      inputs.flatMap { field(1, Array($0.utf8)) } + field(2, Array(output.utf8))
        + field(4, Array(type.utf8)) + (attribute.isEmpty ? [] : field(5, attribute)))
  }

  private func onnx(_ nodes: [UInt8]) -> [UInt8] {
    let convolutions = (0..<16).flatMap { node("Conv", ["x", "w", "b"], "y\($0)") }
    return [0x08, 3] + field(7, nodes + convolutions)
  }

  @Test func nodesThatMakeOtherNumbersAreNamed() {
    let toHalf = field(1, Array("to".utf8)) + [3 << 3, 10]
    for (nodes, words) in [
      (node("DequantizeLinear", ["q", "s"], "w"), "the node DequantizeLinear"),
      (node("Cast", ["v"], "w", toHalf), "a Cast to fewer bits"),
      (node("Constant", [], "v") + node("Identity", ["v"], "w"), "another Constant"),
    ] {
      #expect(error(onnx(nodes)) as? ProtobufError == .computed("w", by: words))
    }
    // A ring of nodes.
    #expect(
      error(onnx(node("Identity", ["w"], "v") + node("Identity", ["v"], "w"))) as? ProtobufError
        == .malformed)
    #expect(
      error(onnx(node("BatchNormalization", ["a"], "c"))) as? SourceError
        == .otherNetwork("a VGG with batch normalisation"))
  }
}
