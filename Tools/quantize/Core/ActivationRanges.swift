public import QuantVGG

/// The largest activation of every layer, over images.
public final class ActivationRanges: NetworkClient {
  public typealias Numbers = Float32Arithmetic

  /// `[layer]`, 0 before any image has passed.
  public private(set) var largest: [Float]
  private var shape: NetworkShape?

  /// Ranges of the first `layers` convolutions.
  public init(layers: Int) {
    largest = [Float](repeating: 0, count: layers)
  }

  /// Runs the network over an image, `[height][width][3]` RGB minus mean, and widens the ranges.
  ///
  /// - Throws: `MemoryError`.
  public func measure(
    _ numbers: Float32Arithmetic, image: [Float], width: Int, height: Int, pool: WorkerPool
  ) throws(MemoryError) {
    let network = try Network(
      numbers, width: width, height: height, deepest: largest.count - 1, backward: false,
      client: self, pool: pool)
    shape = network.shape
    image.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      network.begin(image: base)
      network.forward()
    }
  }

  /// Takes the maximum over rows that have been computed.
  public func didProduce(rows: Range<Int>, layer: Int, activations: ActivationRows<Float>) {
    guard let shape else { return }
    let count = shape.layers[layer].width * shape.layers[layer].channels
    var largest = self.largest[layer]
    for y in rows {
      let row = activations[y]
      for i in 0..<count where row[i] > largest { largest = row[i] }
    }
    self.largest[layer] = largest
  }

  /// There is no loss: nothing is differentiated.
  public func hasLoss(layer: Int) -> Bool { false }

  /// Never called, as no gradient is asked for.
  public func addLossGradient(
    row: Int, layer: Int, activations: UnsafePointer<Float>,
    into gradient: UnsafeMutablePointer<Float>, worker: Int
  ) {}

  /// Never called, as no gradient is asked for.
  public func consumeImageGradient(_ gradient: UnsafePointer<Float>, row: Int, worker: Int) {}
}
