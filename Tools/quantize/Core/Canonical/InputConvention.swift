internal import QuantVGG

/// The input of a network's first layer: from RGB in 0...255, per channel (value - mean) / divisor, in
/// RGB or BGR order.
package struct InputConvention: Equatable {
  /// Whether blue is the first input channel.
  let isBGR: Bool
  /// The divisors of conv1_1's weights, per channel in RGB order.
  let divisor: [Double]
  /// The bias that a weight adds, per channel in RGB order: the network's input for x = 0, that is,
  /// for an image that is `NetworkTable.mean` everywhere.
  let shift: [Double]

  private static let means = [
    NetworkTable.mean.red, NetworkTable.mean.green, NetworkTable.mean.blue,
  ].map { Double($0) }

  /// The canonical one.
  package static let rgb = InputConvention(isBGR: false, divisor: [1, 1, 1], shift: [0, 0, 0])
  /// Caffe's, and Keras': BGR minus the same mean.
  package static let bgr = InputConvention(isBGR: true, divisor: [1, 1, 1], shift: [0, 0, 0])

  /// torchvision's: (RGB / 255 - m) / d with m = (.485, .456, .406), d = (.229, .224, .225).
  ///
  /// With x = RGB - mean: (RGB / 255 - m) / d = x / (255 d) + (mean / 255 - m) / d. Padding is zero in
  /// x here and zero in the normalised image there; the two differ by at most 0.5 grey levels
  /// (mean - 255 m).
  package static let torchvision = {
    let (offset, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    return InputConvention(
      isBGR: false, divisor: deviation.map { 255 * $0 },
      shift: (0..<3).map { (means[$0] / 255 - offset[$0]) / deviation[$0] })
  }()

  /// RGB minus another mean; one that is within 0.01 grey levels of the canonical mean is taken for it.
  static func rgb(mean: [Double]) -> InputConvention {
    let shift = zip(means, mean).map { $0 - $1 }
    return shift.allSatisfy { $0.magnitude < 0.01 }
      ? .rgb : InputConvention(isBGR: false, divisor: [1, 1, 1], shift: shift)
  }

  /// The input in words.
  var words: String {
    "\(isBGR ? "BGR" : "RGB") "
      + (self == .torchvision ? "as torchvision normalises it" : "minus the mean")
  }

  /// conv1_1 in canonical form: the order turned, factors and offsets folded into weights and bias.
  func fold(_ layer: Float32Convolution) -> Float32Convolution {
    var folded = layer
    if isBGR { folded.weights = Self.reversingInput(layer.weights) }
    guard self != .rgb, self != .bgr else { return folded }
    var bias = layer.bias.map { Double($0) }
    for (i, weight) in folded.weights.enumerated() {
      let (output, channel) = (i / 27, i / 9 % 3)
      folded.weights[i] = Float(Double(weight) / divisor[channel])
      bias[output] += Double(weight) * shift[channel]
    }
    folded.bias = bias.map { Float($0) }
    return folded
  }

  /// `[O][3][3][3]` with the input channels in reverse: BGR to RGB.
  static func reversingInput<Element>(_ weights: [Element]) -> [Element] {
    weights.indices.map { i in
      let (output, channel, tap) = (i / 27, i / 9 % 3, i % 9)
      return weights[output * 27 + (2 - channel) * 9 + tap]
    }
  }
}
