internal import QuantVGG

/// Float32 tensors by name, from any container.
enum FloatTensors {
  case safetensors(SafeTensors)
  case torch(TorchFile)
  case protobuf([String: ProtobufTensor])
  case library([String: LibraryArrays.Array])

  /// A name for messages; any of them.
  var example: String {
    switch self {
    case .safetensors(let file): file.tensors.first?.name ?? "none"
    case .torch(let file): file.names.first ?? "none"
    case .protobuf(let tensors): tensors.keys.min() ?? "none"
    case .library(let arrays): arrays.keys.min() ?? "none"
    }
  }

  func contains(_ name: String) -> Bool { shape(name) != nil }

  /// A tensor's dimensions as the file states them, or nil when there is none of this name.
  func shape(_ name: String) -> [Int]? {
    switch self {
    case .safetensors(let file): file.tensors.first { $0.name == name }?.shape
    case .torch(let file): file.shape(name)
    case .protobuf(let tensors): tensors[name]?.shape
    case .library(let arrays): arrays[name]?.shape
    }
  }

  /// A convolution under `name.weight` and `name.bias`, with a layer's shape and finite values.
  func convolution(
    _ name: String, as layer: NetworkTable.Convolution, layout: TensorLayout
  ) throws(SourceError) -> Float32Convolution {
    guard let found = shape(name + ".weight"), let biases = shape(name + ".bias") else {
      throw .missingLayer(name: layer.name)
    }
    // Shapes are compared before anything of their size is copied.
    let expected = layout.shape(layer)
    guard found == expected else {
      throw .wrongShape(layer: layer.name.description, found: found, expected: expected)
    }
    // Caffe and MATLAB write a list as an array of more dimensions, all others of which are 1.
    guard biases.filter({ $0 != 1 }) == [layer.outputChannels] else {
      throw .wrongShape(
        layer: "\(layer.name)'s bias", found: biases, expected: [layer.outputChannels])
    }
    let weights = try values(name + ".weight", layer)
    let bias = try values(name + ".bias", layer)
    guard weights.allSatisfy({ $0.isFinite }), bias.allSatisfy({ $0.isFinite }) else {
      throw .badValue(layer: layer.name.description)
    }
    return Float32Convolution(weights: layout.canonical(weights, of: layer), bias: bias)
  }

  private func values(
    _ name: String, _ layer: NetworkTable.Convolution
  ) throws(SourceError) -> [Float] {
    switch self {
    case .safetensors(let file):
      do throws(WeightError) {
        return try file.floats(name)
      } catch {
        throw .safetensors(error)
      }
    case .torch(let file):
      do throws(TorchError) {
        return try file.values(name, storage: "FloatStorage", as: Float.self).values
      } catch {
        throw .torch(error)
      }
    case .protobuf(let tensors):
      do throws(ProtobufError) {
        return try tensors[name]?.values() ?? []
      } catch {
        throw .protobuf(error)
      }
    case .library(let arrays):
      guard let values = arrays[name]?.values else { throw .badValue(layer: layer.name.description) }
      return values
    }
  }
}
