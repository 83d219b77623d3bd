package import QuantVGG
internal import Rows
package import StyleTransfer

/// Maxima and means of a network's activations over images, by channel.
package final class ActivationStatistics<Numbers: Arithmetic>: RowObserver {
  /// The statistics of one layer's output.
  package struct Layer {
    /// `[channels]` the largest activation, in real units.
    package var largest: [Float]
    /// `[channels]` sums over all positions, in real units.
    package var sums: [Double]
    /// `[channels]` positions with a positive activation.
    package var positives: [Int]
    /// Positions seen.
    package var positions = 0
  }

  /// conv1_1 and on.
  package private(set) var layers: [Layer]
  private let numbers: Numbers
  private let observed: Range<Int>
  private var shape: NetworkShape?

  /// Statistics of some layers; those before are computed but not looked at.
  package init(_ numbers: Numbers, layers observed: Range<Int>) {
    self.numbers = numbers
    self.observed = observed
    layers = numbers.network.convolutions[..<observed.upperBound].map {
      Layer(
        largest: [Float](repeating: 0, count: $0.outputChannels),
        sums: [Double](repeating: 0, count: $0.outputChannels),
        positives: [Int](repeating: 0, count: $0.outputChannels))
    }
  }

  /// Runs the network over an image.
  ///
  /// - Throws: `MemoryError`.
  package func add(_ image: ImageTensor, pool: WorkerPool) throws {
    let network = try ForwardNetwork(
      numbers, width: image.width, height: image.height,
      deepest: numbers.network.convolutions[observed.upperBound - 1].name, observer: self,
      pool: pool)
    shape = network.shape
    try image.block().withElements { network.forward($0) }
  }

  /// Adds rows that have been computed.
  package func didProduce(
    rows: Range<Int>, layer: Int, activations: ActivationRows<Numbers.Activation>
  ) {
    guard observed.contains(layer) else { return }
    guard let shape else { preconditionFailure("an image is run through the network") }
    let (width, channels) = (shape.layers[layer].width, shape.layers[layer].channels)
    let scale = (0..<channels).map {
      numbers.activationScale(layer: layer) * (numbers.channelScale(layer: layer)?[$0] ?? 1)
    }
    let statistics = layers[layer]
    var (maxima, totals, counts) = (statistics.largest, statistics.sums, statistics.positives)
    var largest = maxima.mutableSpan
    var sums = totals.mutableSpan
    var positives = counts.mutableSpan
    for y in rows {
      let row = activations[y]
      for x in 0..<width {
        for c in 0..<channels {
          let value = Numbers.number(row[x * channels + c]) * scale[c]
          sums[c] += Double(value)
          positives[c] += value > 0 ? 1 : 0
          largest[c] = max(largest[c], value)
        }
      }
    }
    layers[layer] = Layer(
      largest: maxima, sums: totals, positives: counts,
      positions: statistics.positions + rows.count * width)
  }
}
