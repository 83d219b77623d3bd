/// The weights that share one scale.
package enum Granularity: String, CaseIterable, Sendable {
  /// One scale per output channel.
  case channel
  /// One scale per layer; it exists to show why `channel` is the default.
  case tensor
}

/// A convolution's weights as Int8 with scales.
package struct QuantizedWeights: Equatable {
  /// `[outputChannels][inputChannels][3][3]`, in -127...127.
  package var values: [Int8]
  /// `[outputChannels]`, the real value of weight 1.
  package var scales: [Float]
}

/// Rounds weights to the nearest multiple of their scale, ties to even: scale = max |w| / 127.
///
/// A channel of zeros gets the scale of the smallest allowed size, so that its products stay zero.
package func quantize(
  _ weights: [Float], outputChannels: Int, granularity: Granularity
) -> QuantizedWeights {
  let count = weights.count / outputChannels
  let overall = weights.reduce(0) { max($0, $1.magnitude) }
  var result = QuantizedWeights(values: [], scales: [])
  result.values.reserveCapacity(weights.count)
  for o in 0..<outputChannels {
    let channel = weights[(o * count)..<((o + 1) * count)]
    let largest =
      granularity == .tensor ? overall : channel.reduce(0) { max($0, $1.magnitude) }
    let scale = max(largest / 127, 0x1p-30)
    for weight in channel {
      let rounded = (weight / scale).rounded(.toNearestOrEven)
      result.values.append(Int8(max(-127, min(127, rounded))))
    }
    result.scales.append(scale)
  }
  return result
}

/// A bias in units of input scale * weight scale, rounded to nearest even; nil beyond 2^30.
package func quantizeBias(_ bias: Float, inputScale: Float, weightScale: Float) -> Int32? {
  let units = (Double(bias) / (Double(inputScale) * Double(weightScale))).rounded(.toNearestOrEven)
  return units.magnitude <= 0x1p30 ? Int32(units) : nil
}
