internal import CommandOptions
internal import FileNames
internal import StyleTransfer

/// The network of a command line: its weights and arithmetic, and the layers that compute in float32.
struct NetworkOptions {
  static let group = OptionGroup(
    "Network",
    [
      SharedOptions.weights, SharedOptions.precision, FloatLayersOptions.layers,
      FloatLayersOptions.reference, SharedOptions.pool,
    ])

  private let weights: FilePath?
  private let precision: Precision?
  let floatLayers: FloatLayersOptions

  init(_ arguments: ParsedArguments) throws(UsageError) {
    weights = arguments.path("weights")
    precision = try Precision(arguments)
    floatLayers = try FloatLayersOptions(arguments)
    try floatLayers.check(precision)
  }

  /// Adds the files that are read.
  func addInputs(to files: inout NamedFiles) throws(UsageError) {
    try files.input(Weights.location(weights, precision: precision), "the file of weights")
    try files.input(floatLayers.path, "--reference")
  }

  /// Whether the weights are those of another command line.
  func hasWeights(of other: NetworkOptions) -> Bool {
    weights == other.weights && precision == other.precision
  }

  /// Finds the weights and opens them.
  func find() throws(Failure) -> Weights {
    try Failure.from { () throws(TransferError) in
      try Weights.find(weights, precision: precision)
    }
  }
}
