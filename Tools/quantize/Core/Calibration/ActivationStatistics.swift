public import QuantVGG

/// What a network's activations look like over images: maxima and means by channel.
public final class ActivationStatistics<Numbers: Arithmetic>: NetworkClient {
  /// The statistics of one layer's output.
  public struct Layer {
    /// `[channels]` the largest activation, in real units.
    public var largest: [Float]
    /// `[channels]` sums over all positions, in real units.
    public var sums: [Double]
    /// `[channels]` positions with a positive activation.
    public var positives: [Int]
    /// Positions seen.
    public var positions = 0
  }

  /// conv1_1 and on.
  public private(set) var layers: [Layer]
  private let numbers: Numbers
  private let observed: Range<Int>
  private var shape: NetworkShape?

  /// Statistics of some layers; those before are computed but not looked at.
  public init(_ numbers: Numbers, layers observed: Range<Int>) {
    self.numbers = numbers
    self.observed = observed
    layers = VGG19.convolutions[..<observed.upperBound].map {
      Layer(
        largest: [Float](repeating: 0, count: $0.outputChannels),
        sums: [Double](repeating: 0, count: $0.outputChannels),
        positives: [Int](repeating: 0, count: $0.outputChannels))
    }
  }

  /// Runs the network over an image, `[height][width][3]` RGB minus mean.
  ///
  /// - Throws: `MemoryError`.
  public func add(
    _ image: [Float], width: Int, height: Int, pool: WorkerPool
  ) throws(MemoryError) {
    let network = try Network(
      numbers, width: width, height: height, deepest: observed.upperBound - 1, backward: false,
      client: self, pool: pool)
    shape = network.shape
    image.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      network.forward(base)
    }
  }

  /// Adds rows that have been computed.
  public func didProduce(
    rows: Range<Int>, layer: Int, activations: ActivationRows<Numbers.Activation>
  ) {
    guard let shape, observed.contains(layer) else { return }
    let (width, channels) = (shape.layers[layer].width, shape.layers[layer].channels)
    let scale = (0..<channels).map {
      numbers.activationScale(layer: layer) * (numbers.channelScale(layer: layer)?[$0] ?? 1)
    }
    // Taken out of the list for the loop, so that its arrays are changed in place.
    var statistics = layers[layer]
    layers[layer] = Layer(largest: [], sums: [], positives: [])
    statistics.largest.withUnsafeMutableBufferPointer { largest in
      statistics.sums.withUnsafeMutableBufferPointer { sums in
        statistics.positives.withUnsafeMutableBufferPointer { positives in
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
        }
      }
    }
    statistics.positions += rows.count * width
    layers[layer] = statistics
  }

  /// There is no loss: nothing is differentiated.
  public func hasLoss(layer: Int) -> Bool { false }

  /// Never called, as no gradient is asked for.
  public func addLossGradient(
    row: Int, columns: Range<Int>, layer: Int, activations: UnsafePointer<Numbers.Activation>,
    into gradient: UnsafeMutablePointer<Float>
  ) {}

  /// Never called, as no gradient is asked for.
  public func consumeImageGradient(_ gradient: UnsafePointer<Float>, row: Int, worker: Int) {}
}
