/// The weights of one axis of a resize: for each output sample the input samples that it is made
/// of.
///
/// The kernel is the Catmull-Rom cubic (Keys, a = -1/2), which reproduces straight lines and leaves
/// an image of unchanged size as it is. For reduction it is stretched by the ratio, so that it also
/// removes what the smaller grid cannot hold. Beyond the edges there are no samples: the weights
/// that remain are scaled to the sum 1. Only +, -, *, / and rounding are used, so the weights are
/// the same bits on every machine.
///
/// Source: R. Keys, Cubic Convolution Interpolation for Digital Image Processing, IEEE ASSP 29
/// (1981), eq. 15.
struct ResampleWeights {
  /// The input samples of an output sample and where their weights start.
  struct Taps {
    var inputs: Range<Int>
    var firstWeight: Int
  }

  /// One for each output sample; both ends of `inputs` never decrease.
  let taps: [Taps]
  let weights: [Float]

  /// Weights from `inputCount` samples, which cover `extent` of their own pitch, to `outputCount`
  /// samples.
  ///
  /// `extent` is below `inputCount` where a decoder has rounded up a reduced size; otherwise they
  /// are equal.
  init(inputCount: Int, extent: Double, outputCount: Int) {
    let step = extent / Double(outputCount)
    let stretch = max(step, 1)
    var taps: [Taps] = []
    var weights: [Float] = []
    taps.reserveCapacity(outputCount)
    var row: [Double] = []
    for output in 0..<outputCount {
      let center = (Double(output) + 0.5) * step - 0.5
      let first = max(0, Int((center - 2 * stretch).rounded(.down)) + 1)
      let end = min(inputCount, Int((center + 2 * stretch).rounded(.up)))
      row.removeAll(keepingCapacity: true)
      var sum = 0.0
      for input in first..<end {
        let weight = Self.kernel((Double(input) - center) / stretch)
        row.append(weight)
        sum += weight
      }
      taps.append(Taps(inputs: first..<end, firstWeight: weights.count))
      for weight in row { weights.append(Float(weight / sum)) }
    }
    self.taps = taps
    self.weights = weights
  }

  /// The Catmull-Rom cubic at distance `x`; 0 from distance 2 on.
  static func kernel(_ x: Double) -> Double {
    let x = abs(x)
    if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
    if x < 2 { return ((-0.5 * x + 2.5) * x - 4) * x + 2 }
    return 0
  }
}
