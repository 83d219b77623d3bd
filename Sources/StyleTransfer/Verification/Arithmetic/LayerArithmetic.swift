public import QuantVGG

/// The cost of int8 to one layer, against the float32 network of the same weights, on some pictures with one kind
/// of pooling.
///
/// "Alone" is this layer by itself on the float32 network's input, rounded to the layer's own 8 bits;
/// "accumulated" is the int8 network as it runs, with all that the layers before (or, on the way back, behind) add.
public struct LayerArithmetic: Sendable {
  /// The value of one activation, by both networks.
  public struct Worst: Sendable, Equatable {
    /// The channel, 0 and on.
    public let channel: Int
    /// The row of the layer as the engine walks, 0 and on.
    public let row: Int
    /// The column there, 0 and on.
    public let column: Int
    /// The int8 network's value.
    public let value: Double
    /// The float32 network's.
    public let reference: Double
  }

  /// The layer.
  public let layer: LayerName
  /// Float32 activations rounded to the layer's 8 bits, nothing else: what its activation scale costs.
  public let rounding: SignalAgreement
  /// Activations of the layer alone: its weights, bias and rounding.
  public let alone: SignalAgreement
  /// Activations of the int8 network.
  public let accumulated: SignalAgreement
  /// The layer's way back alone, of the float32 network's dJ/dZ: dJ/d(input); nil without a way back.
  public let gradientAlone: SignalAgreement?
  /// dJ/dZ of the int8 network, J being each network's own; nil without a way back.
  public let gradient: SignalAgreement?
  /// |G - G of float32| / |G of float32| of the accumulated Gram matrix; nil where the layer has no style term.
  public let gramError: Double?
  /// Share of the int8 network's activations at 255, the most that their format holds, in 0...1.
  public let clipped: Double
  /// Channels that are 0 everywhere in the int8 network, and in the float32 network.
  public let neverActive: (int8: Int, float32: Int)
  /// Share of the channels that are 0 everywhere in the int8 network, while float32's reach 8 of its steps; in
  /// 0...1.
  public let silenced: Double
  /// The largest activation that the format holds over the largest of float32, both before the channels'
  /// scales: below 1 something is clipped, far above 1 few of the 255 steps are used.
  public let reach: Double
  /// The largest activation of a channel that the conversion has seen, as the channels' scales tell, over the
  /// largest of float32: the median of the channels that are active; nil where channels have no scales.
  public let channelReach: Double?
  /// The largest activation that the conversion has seen over float32's mean, weighted by the activations
  /// themselves; both before the channels' scales.
  public let meanReach: Double
  /// The accumulated activation that is off most, in real units.
  public let worst: Worst
  /// Activations that were compared.
  public let count: Int

  /// Steps of the format that a channel must reach to be missed.
  static let silentSteps: Float = 8
}
