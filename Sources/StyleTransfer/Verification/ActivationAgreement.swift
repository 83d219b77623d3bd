internal import ImageIO
package import QuantVGG
package import Rows

/// The agreement of the fixed-point network's activations with the float network's.
///
/// Both networks advance chunk by chunk side by side, so that no layer is ever held whole. The two
/// ratios are those of ONNX Runtime's quantization debugger (`qdq_err` and `xmodel_err` in
/// qdq_loss_debug.py): what the format of a layer costs by itself, and what has added up through all
/// layers before.
package struct ActivationAgreement: Sendable {
  /// Signal-to-quantization-noise ratios of a layer in decibels; higher is better.
  package struct Layer: Sendable {
    /// The layer.
    package let layer: LayerName
    /// Of float activations that are rounded to the layer's 8 bits; infinite without any error.
    package let local: Double
    /// Of the fixed-point network's activations.
    package let cumulative: Double
    /// Activations that were compared.
    package let count: Int
    /// Of those, the fixed-point ones at 255, the most that their format holds.
    package let saturated: Int
  }

  /// conv1_1 up to the deepest layer.
  package let layers: [Layer]

  /// Compares the fixed-point network of a transfer with a float network on an image.
  ///
  /// - Parameters:
  ///   - transfer: its size, pooling, instruction set and layers; its weights are int8.
  ///   - reference: the float network's weights.
  ///   - image: in the engine's rows, `[height][width][3]` RGB minus mean.
  ///   - plan: the rows of a chunk.
  ///   - pool: the threads.
  /// - Throws: `TransferError.weights`, `.memory`.
  package init(
    _ transfer: Transfer, reference: Weights, image: MemorySlice<Float>,
    plan: NetworkPlan = .streaming, pool: WorkerPool
  ) throws(TransferError) {
    guard let weights = transfer.weights else {
      preconditionFailure("a transfer without weights is only planned")
    }
    let packing = transfer.packing(copies: .forward)
    let size = transfer.engineSize(transfer.resultSize)
    try self.init(
      try Int8Arithmetic.pack(weights, packing),
      reference: try Float32Arithmetic.pack(reference, packing), image: image,
      width: size.width, height: size.height, deepest: packing.deepest, plan: plan, pool: pool)
  }

  /// Compares two networks with the same pooling on an image, `[height][width][3]`, up to a layer.
  ///
  /// - Throws: `TransferError.memory`.
  package init(
    _ numbers: Int8Arithmetic, reference: Float32Arithmetic, image: MemorySlice<Float>,
    width: Int, height: Int, deepest: LayerName, plan: NetworkPlan = .streaming, pool: WorkerPool
  ) throws(TransferError) {
    let (own, truth) = (RowTap<Int8Arithmetic>(), RowTap<Float32Arithmetic>())
    let ownNetwork: ForwardNetwork<RowTap<Int8Arithmetic>>
    let truthNetwork: ForwardNetwork<RowTap<Float32Arithmetic>>
    do throws(MemoryError) {
      ownNetwork = try ForwardNetwork(
        numbers, width: width, height: height, deepest: deepest, plan: plan, observer: own,
        pool: pool)
      truthNetwork = try ForwardNetwork(
        reference, width: width, height: height, deepest: deepest, plan: plan, observer: truth,
        pool: pool)
    } catch {
      throw TransferError(error)
    }
    var sums = [Energy](repeating: Energy(), count: ownNetwork.shape.layers.count)
    ownNetwork.beginForward(image)
    truthNetwork.beginForward(image)
    while truthNetwork.advanceForward() {
      _ = ownNetwork.advanceForward()
      for (own, truth) in zip(own.produced, truth.produced) {
        let scale = numbers.activationScale(layer: own.layer)
        let factors = numbers.channelScale(layer: own.layer)
        for y in own.rows {
          sums[own.layer].add(
            own.activations[y], truth.activations[y], scale: scale, factors: factors)
        }
      }
      own.produced.removeAll(keepingCapacity: true)
      truth.produced.removeAll(keepingCapacity: true)
    }
    withExtendedLifetime((own, truth)) {}
    layers = sums.indices.map { layer in
      let sum = sums[layer]
      return Layer(
        layer: ownNetwork.shape.layers[layer].convolution.name,
        local: Agreement.decibels(signal: sum.signal, noise: sum.rounding),
        cumulative: Agreement.decibels(signal: sum.signal, noise: sum.difference),
        count: sum.count, saturated: sum.saturated)
    }
  }

  /// Sums of squares of a layer, and counts.
  private struct Energy {
    var signal = 0.0
    var rounding = 0.0
    var difference = 0.0
    var count = 0
    var saturated = 0

    mutating func add(
      _ own: Row<Activation8>, _ truth: Row<Real>, scale: Float, factors: MemorySlice<Float>?
    ) {
      let channels = own.channels
      for x in 0..<own.width {
        for c in 0..<channels {
          let (activation, value) = (own[x * channels + c], truth[x * channels + c])
          let scale = scale * (factors?[c] ?? 1)
          let nearest = min((value / scale).rounded(.toNearestOrEven), 255) * scale
          let error = Float(activation) * scale - value
          signal += Double(value * value)
          rounding += Double((nearest - value) * (nearest - value))
          difference += Double(error * error)
          saturated += activation == 255 ? 1 : 0
        }
      }
      count += own.count
    }
  }
}

extension Transfer {
  /// Peak of the process while an `ActivationAgreement` is made, the image and both networks' weights
  /// included.
  package func agreementBytes(_ plan: NetworkPlan = .streaming) -> Int {
    let size = engineSize(resultSize)
    func bytes<Numbers: Arithmetic>(_ numbers: Numbers.Type, _ network: NetworkTable) -> Int {
      let shape = NetworkShape(
        network, width: size.width, height: size.height, deepest: settings.deepest)
      let noTerm = [Bool](repeating: false, count: shape.layers.count)
      return Numbers.packedBytes(shape.layers.map { $0.convolution }, copies: .forward)
        + networkBytes(
          numbers, shape, plan: plan, pooling: pooling, copies: .forward,
          instructionSet: instructionSet, hasLoss: noTerm, backward: false, threads: threads)
    }
    return baseBytes + bytes(Int8Arithmetic.self, engineNetwork)
      + bytes(Float32Arithmetic.self, network)
      + 3 * size.pixelCount * MemoryLayout<Float>.stride
  }
}

/// Remembers where the rows of a chunk are.
private final class RowTap<Numbers: Arithmetic>: RowObserver {
  struct Rows {
    let layer: Int
    let rows: Range<Int>
    let activations: ActivationRows<Numbers.Activation>
  }

  var produced: [Rows] = []

  func didProduce(
    rows: Range<Int>, layer: Int, activations: ActivationRows<Numbers.Activation>
  ) {
    produced.append(Rows(layer: layer, rows: rows, activations: activations))
  }
}
