public import QuantVGG
internal import Rows

/// Whether int8 weights compute what the float32 weights that they stand for do: layer by layer, forward and back,
/// on a transfer's pictures and on noise, which is the same for all weights.
///
/// Nothing is painted. Both networks run side by side, chunk by chunk, so that no layer is held whole.
public struct ArithmeticCheck: Sendable {
  /// What was run through the networks.
  public enum Kind: String, CaseIterable, Sendable {
    /// The style and the content of the transfer; gradients are the content's.
    case picture
    /// A picture of noise of the content's size.
    case noise
  }

  /// The figures of one kind of picture.
  public struct Pass: Sendable {
    /// What was run.
    public let kind: Kind
    /// conv1_1 up to the deepest layer.
    public let layers: [LayerArithmetic]
    /// dJ/dx of both networks, where J is the transfer's style cost, each layer with weight 1.
    public let imageGradient: SignalAgreement
  }

  /// The figures with one kind of pooling.
  public struct Run: Sendable {
    /// The pooling.
    public let pooling: Pooling
    /// conv1_1 up to the deepest layer: the weights, biases and scales themselves.
    public let weights: [LayerWeights]
    /// In the order of `Kind`.
    public let passes: [Pass]
  }

  /// By pooling.
  public let runs: [Run]
  /// Whether all figures are within their limits.
  public let verdict: ArithmeticVerdict

  /// Checks the weights of a transfer.
  ///
  /// - Parameters:
  ///   - transfer: gives int8 weights, pictures and their sizes, losses, threads and limits; all layers are
  ///     checked in int8, `floatLayers` too.
  ///   - reference: the float32 weights.
  ///   - poolings: the kinds of pooling, at least one; nil takes the transfer's own.
  ///   - pool: the threads.
  /// - Throws: `TransferError.weights`, `.memory`, `.overLimit`, those of pictures.
  public init(
    _ transfer: Transfer, reference: Weights, poolings: [Pooling]? = nil, pool: WorkerPool
  ) throws(TransferError) {
    guard let weights = transfer.weights else {
      preconditionFailure("a transfer without weights is only planned")
    }
    var transfer = transfer
    transfer.floatLayers = []
    try transfer.check()
    let plan = try transfer.chooseArithmeticPlan()
    var runs: [Run] = []
    for pooling in poolings ?? [transfer.pooling] {
      transfer.pooling = pooling
      let layers = try Self.layers(transfer, weights, reference: reference)
      let probe = try ArithmeticProbe(
        transfer, weights, reference: reference, plan: plan, pool: pool)
      runs.append(Run(pooling: pooling, weights: layers, passes: try probe.passes()))
    }
    self.runs = runs
    verdict = ArithmeticVerdict(runs)
  }

  /// Compares the weights themselves, layer by layer.
  private static func layers(
    _ transfer: Transfer, _ weights: Weights, reference: Weights
  ) throws(TransferError) -> [LayerWeights] {
    var layers: [LayerWeights] = []
    var before: Int8Convolution?
    for index in 0...(try weights.place(of: transfer.settings.deepest)) {
      let own = try weights.int8(layer: index, pooling: transfer.pooling)
      layers.append(
        LayerWeights(
          transfer.network.convolutions[index], own,
          reference: try reference.float32(layer: index), before: before))
      before = own
      weights.dropPages()
      reference.dropPages()
    }
    return layers
  }
}
