internal import CommandOptions
internal import FileNames
internal import QuantVGG
internal import StyleTransfer

/// The layers of an int8 network that compute in float32, and the weights that these have.
struct FloatLayersOptions {
  static let layers = Option(
    "float-layers", value: "LIST",
    "Layers of an int8 network that compute in float32: conv1_1,... (default: none).")
  static let reference = Option(
    "reference", value: "FILE",
    "Float32 or codebook weights of --float-layers (default: beside the program, or in the user's data folder)."
  )

  let layers: [LayerName]
  private let file: FilePath?

  init(_ arguments: ParsedArguments) throws(UsageError) {
    var layers: [LayerName] = []
    if let list = arguments.text("float-layers") {
      for name in list.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
        let layer = try LayerName(typed: name, option: "float-layers")
        guard !layers.contains(layer) else {
          throw UsageError("--float-layers names \(name) twice")
        }
        layers.append(layer)
      }
    }
    self.layers = layers
    file = arguments.path("reference")
  }

  /// Refuses what --float-layers has no use for.
  func check(_ precision: Precision?) throws(UsageError) {
    guard layers.isEmpty else {
      guard precision != .float32 else {
        throw UsageError(
          "--precision float32 computes all layers in float32; leave out --float-layers")
      }
      return
    }
    guard file == nil else { throw UsageError("--reference needs layers: --float-layers LIST") }
  }

  /// The file of the weights, where they are needed and there is one.
  var path: FilePath? {
    layers.isEmpty ? nil : file ?? Weights.location(nil, precision: .float32)
  }

  /// Gives a transfer the layers and their weights.
  func apply(to transfer: inout Transfer) throws(Failure) {
    guard !layers.isEmpty else { return }
    transfer.floatLayers = layers
    transfer.reference = try Weights.reference(named: file)
  }
}

extension LayerName {
  /// A layer of any network.
  init(typed name: String, option: String) throws(UsageError) {
    guard let layer = LayerName(name),
      NetworkTable.all.contains(where: { $0.index(of: layer) != nil })
    else { throw UsageError("--\(option) knows conv1_1 ... conv5_4, not '\(name)'") }
    self = layer
  }
}

extension Weights {
  /// The float32 weights of --reference, or those in the usual places.
  static func reference(named path: FilePath?) throws(Failure) -> Weights {
    let found: Weights?
    do throws(TransferError) {
      if let path {
        found = try Weights.find(path, precision: .float32)
      } else {
        found = try Weights.reference()
      }
    } catch {
      guard case .precision(let name, let held, _) = error else { throw Failure(error) }
      throw Failure(
        "\(name) holds \(held.rawValue) weights, which are for --weights; --reference takes "
          + "float32 weights")
    }
    guard let found else {
      throw Failure(
        "there are no float32 weights (\(Weights.fileName(.float32))) beside the program or in "
          + "the data folder; name them with --reference FILE")
    }
    return found
  }
}
