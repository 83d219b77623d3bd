internal import QuantVGG

/// Float32 tensors by name, from either container.
enum FloatTensors {
  case safetensors(SafeTensors)
  case torch(TorchFile)

  func contains(_ name: String) -> Bool {
    switch self {
    case .safetensors(let file): file.contains(name)
    case .torch(let file): file.contains(name)
    }
  }

  /// A convolution under `name.weight` and `name.bias`, with a layer's shape and finite values.
  func convolution(
    _ name: String, as layer: VGG19.Convolution
  ) throws(SourceError) -> Float32Convolution {
    let shape = [layer.outputChannels, layer.inputChannels, 3, 3]
    let convolution = Float32Convolution(
      weights: try floats(name + ".weight", shape: shape, layer: layer),
      bias: try floats(name + ".bias", shape: [layer.outputChannels], layer: layer))
    guard convolution.weights.allSatisfy({ $0.isFinite }),
      convolution.bias.allSatisfy({ $0.isFinite })
    else { throw .badValue(layer: layer.name) }
    return convolution
  }

  private func floats(
    _ name: String, shape: [Int], layer: VGG19.Convolution
  ) throws(SourceError) -> [Float] {
    switch self {
    case .safetensors(let file):
      do throws(WeightError) {
        return try file.floats(name, shape: shape)
      } catch {
        throw .safetensors(error)
      }
    case .torch(let file):
      let tensor: (values: [Float], shape: [Int])
      do throws(TorchError) {
        tensor = try file.values(name, storage: "FloatStorage", as: Float.self)
      } catch {
        throw .torch(error)
      }
      guard tensor.shape == shape else {
        throw .wrongShape(layer: layer.name, found: tensor.shape, expected: shape)
      }
      return tensor.values
    }
  }
}
