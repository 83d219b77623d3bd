public import QuantVGG

/// Why a source of weights is not used.
public enum SourceError: Error, Equatable {
  /// The container is damaged or refused.
  case torch(TorchError)
  /// The safetensors file is damaged or refused, or no file can be read.
  case safetensors(WeightError)
  /// The Caffe or ONNX model is damaged or refused.
  case protobuf(ProtobufError)
  /// The MATLAB or HDF5 file is damaged or refused.
  case library(LibraryError)
  /// The MATLAB file ends early.
  case truncated
  /// The file is of no kind that is read.
  case unknownFile
  /// The tensors have names of no known VGG-19 file.
  case unknownNames(example: String)
  /// The tensors are those of another network.
  case otherNetwork(String)
  /// A layer is not there.
  case missingLayer(name: String)
  /// A layer has another shape than VGG-19's.
  case wrongShape(layer: String, found: [Int], expected: [Int])
  /// A layer has infinite values, or parts of wrong sizes.
  case badValue(layer: String)

  /// What is wrong and what to do about it, as the rest of a sentence that starts with the path.
  public var description: String {
    switch self {
    case .torch(let error): error.description
    case .safetensors(let error): error.description
    case .protobuf(let error): error.description
    case .library(let error): error.description
    case .truncated: "is cut off; download it again"
    case .unknownFile:
      "is no VGG-19 file: neither torch.save, safetensors, MatConvNet, Keras, Caffe nor ONNX"
    case .unknownNames(let example):
      "has tensors such as \(example), but none of the names of a known VGG-19 file"
    case .otherNetwork(let name): "is \(name); VGG-19 is needed"
    case .missingLayer(let name):
      "has no complete \(name); all sixteen convolutions of VGG-19 are needed"
    case .wrongShape(let layer, let found, let expected):
      "has \(layer) of shape \(found) where VGG-19 has \(expected)"
    case .badValue(let layer): "has impossible values in \(layer); download it again"
    }
  }
}
