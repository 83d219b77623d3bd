public import QuantVGG

/// The int8 weights of a layer beside the float32 weights that they stand for, with the channels' scales taken
/// out.
public struct LayerWeights: Sendable {
  /// A number of a channel.
  public struct ChannelValue: Sendable, Equatable {
    /// The output channel, 0 and on.
    public var channel: Int
    /// The number.
    public var value: Double
  }

  /// The layer.
  public let layer: LayerName
  /// All weights.
  public let agreement: SignalAgreement
  /// The channel whose weights fit a multiple of float32's that is farthest from 1, and that multiple.
  public private(set) var slope = ChannelValue(channel: 0, value: 1)
  /// The channel whose 127 steps reach farthest from the largest of its float32 weights, as a multiple of it.
  public private(set) var reach = ChannelValue(channel: 0, value: 1)
  /// The channel with the largest root of the mean squared error, in steps of its scale.
  public private(set) var error = ChannelValue(channel: 0, value: 0)
  /// The weight that is farthest off, in steps of its scale.
  public private(set) var worst = ChannelValue(channel: 0, value: 0)
  /// The value of weight 1: the least and the greatest of all channels.
  public let scales: ClosedRange<Double>
  /// The channels' scales: the least and the greatest.
  public let channelScales: ClosedRange<Double>
  /// The value of activation 1 before the channels' scales.
  public let activationScale: Double
  /// The bias that is farthest from float32's, in steps of the layer's output.
  public private(set) var bias = ChannelValue(channel: 0, value: 0)
  /// Root of the mean squared difference of the biases from float32's, in steps of the layer's output: what they
  /// make up for.
  public let biasMove: Double
  /// The multiple of float32's biases that the biases fit best, less 1, over that multiple's standard error.
  public let biasFit: Double
  /// Share of biases that are 0 while float32's are not, in 0...1.
  public let zeroBiases: Double

  /// Compares a layer.
  ///
  /// - Parameters:
  ///   - layer: its place in the network.
  ///   - own: the layer in int8.
  ///   - reference: the layer in float32.
  ///   - before: the layer before in int8; nil for the first.
  init(
    _ layer: NetworkTable.Convolution, _ own: Int8Convolution, reference: Float32Convolution,
    before: Int8Convolution?
  ) {
    self.layer = layer.name
    let (outputs, inputs) = (layer.outputChannels, layer.inputChannels)
    let taps = 9 * inputs
    var input = before?.channelScale ?? []
    if input.isEmpty { input = [Float](repeating: 1, count: inputs) }
    let inputScale = Double(before?.outputScale ?? 1.0 / 64)
    var sums = Agreement.Sums()
    var (zeros, biases) = (0, 0)
    var moves = BiasMoves()
    for o in 0..<outputs {
      let channel = Double(own.channelScale.isEmpty ? 1 : own.channelScale[o])
      let step = Double(own.weightScale[o])
      var (cross, energy, errors, most, worst) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for i in 0..<inputs {
        let factor = Double(input[i]) / (channel * step)
        for tap in 9 * i..<9 * (i + 1) {
          let value = Double(own.weights[o * taps + tap])
          let wanted = Double(reference.weights[o * taps + tap]) * factor
          let error = value - wanted
          cross += value * wanted
          energy += wanted * wanted
          errors += error * error
          sums.values += value * value * step * step
          most = max(most, wanted.magnitude)
          if error.magnitude > worst.magnitude { worst = error }
        }
      }
      sums.product += cross * step * step
      sums.reference += energy * step * step
      sums.difference += errors * step * step
      Self.keep(&slope, o, energy > 0 ? cross / energy : 1) { ($0 - 1).magnitude }
      Self.keep(&reach, o, most > 0 ? 127 / most : 1) { max($0, 1 / $0) }
      Self.keep(&error, o, (errors / Double(taps)).squareRoot()) { $0 }
      Self.keep(&self.worst, o, worst) { $0.magnitude }
      let wanted = Double(reference.bias[o]) / channel
      let bias = Double(own.bias[o]) * inputScale * step
      let move = (bias - wanted) / Double(own.outputScale)
      Self.keep(&self.bias, o, move) { $0.magnitude }
      moves.add(move, of: wanted / Double(own.outputScale))
      biases += reference.bias[o] == 0 ? 0 : 1
      zeros += own.bias[o] == 0 && reference.bias[o] != 0 ? 1 : 0
    }
    agreement = SignalAgreement(sums)
    biasMove = moves.size
    biasFit = moves.fit
    zeroBiases = biases > 0 ? Double(zeros) / Double(biases) : 0
    scales = Self.range(own.weightScale)
    channelScales = Self.range(own.channelScale.isEmpty ? [1] : own.channelScale)
    activationScale = Double(own.outputScale)
  }

  /// Keeps the value of a channel that is worse than the one so far.
  private static func keep(
    _ kept: inout ChannelValue, _ channel: Int, _ value: Double, by badness: (Double) -> Double
  ) {
    guard badness(value) > badness(kept.value) else { return }
    kept = ChannelValue(channel: channel, value: value)
  }

  private static func range(_ values: [Float]) -> ClosedRange<Double> {
    var (least, greatest) = (values[0], values[0])
    for value in values { (least, greatest) = (min(least, value), max(greatest, value)) }
    return Double(least)...Double(greatest)
  }
}
