public import QuantVGG
package import Rows

/// How close the activations of the fixed-point network are to those of the float network.
///
/// Both networks advance chunk by chunk side by side, so that no layer is ever held whole. The two
/// ratios are those of ONNX Runtime's quantization debugger (`qdq_err` and `xmodel_err` in
/// qdq_loss_debug.py): what the format of a layer costs by itself, and what has added up through all
/// layers before.
public struct ActivationAgreement: Sendable {
  /// Signal-to-quantization-noise ratios of a layer in decibels; higher is better.
  public struct Layer: Sendable {
    /// The layer.
    public let layer: LayerName
    /// Of float activations that are rounded to the layer's 8 bits; infinite without any error.
    public let local: Double
    /// Of the fixed-point network's activations.
    public let cumulative: Double
    /// Activations that were compared.
    public let count: Int
    /// Of those, the fixed-point ones at 255, the most that their format holds.
    public let saturated: Int
  }

  /// conv1_1 up to the deepest layer.
  public let layers: [Layer]

  /// Compares two networks on an image.
  ///
  /// - Parameters:
  ///   - numbers: the fixed-point network.
  ///   - reference: the float network, with the same pooling.
  ///   - image: `[height][width][3]` RGB minus mean.
  ///   - width: columns.
  ///   - height: rows.
  ///   - deepest: the last layer that is compared.
  ///   - plan: the rows of a chunk.
  ///   - pool: the threads.
  /// - Throws: `TransferError.memory`.
  package init(
    _ numbers: Int8Arithmetic, reference: Float32Arithmetic, image: MemorySlice<Float>,
    width: Int, height: Int, deepest: LayerName, plan: NetworkPlan, pool: WorkerPool
  ) throws(TransferError) {
    let (own, truth) = (RowTap<Int8Arithmetic>(), RowTap<Float32Arithmetic>())
    let ownNetwork: ForwardNetwork<RowTap<Int8Arithmetic>>
    let truthNetwork: ForwardNetwork<RowTap<Float32Arithmetic>>
    do throws(MemoryError) {
      ownNetwork = try ForwardNetwork(
        numbers, width: width, height: height, deepest: deepest, plan: plan, observer: own, pool: pool)
      truthNetwork = try ForwardNetwork(
        reference, width: width, height: height, deepest: deepest, plan: plan, observer: truth, pool: pool)
    } catch {
      throw TransferError(error)
    }
    var sums = [Energy](repeating: Energy(), count: ownNetwork.shape.layers.count)
    ownNetwork.beginForward(image)
    truthNetwork.beginForward(image)
    while truthNetwork.advanceForward() {
      _ = ownNetwork.advanceForward()
      for index in own.produced.indices {
        let (layer, rows) = (own.produced[index].layer, own.produced[index].rows)
        let scale = numbers.activationScale(layer: layer)
        let factors = numbers.channelScale(layer: layer)
        for y in rows {
          sums[layer].add(
            own.produced[index].activations[y], truth.produced[index].activations[y],
            scale: scale, factors: factors)
        }
      }
      own.produced.removeAll(keepingCapacity: true)
      truth.produced.removeAll(keepingCapacity: true)
    }
    withExtendedLifetime((own, truth)) {}
    layers = sums.indices.map { layer in
      let sum = sums[layer]
      return Layer(
        layer: ownNetwork.shape.layers[layer].convolution.name, local: Agreement.decibels(signal: sum.signal, noise: sum.rounding),
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

extension MemoryDemand {
  /// Most bytes that an `ActivationAgreement` has in use, the image and both networks' weights
  /// included.
  public func agreementBytes(_ plan: NetworkPlan) -> Int {
    let deepest = settings.deepest
    let shape = NetworkShape(network, width: width, height: height, deepest: deepest)
    let noLoss = [Bool](repeating: false, count: shape.layers.count)
    func bytes<Numbers: Arithmetic>(_ numbers: Numbers.Type) -> Int {
      Numbers.packedBytes(shape.layers.map { $0.convolution }, copies: .forward)
        + networkBytes(
          numbers, shape, plan: plan, pooling: pooling, copies: .forward,
          instructionSet: instructionSet, hasLoss: noLoss, backward: false, threads: threads)
    }
    return bytes(Int8Arithmetic.self) + bytes(Float32Arithmetic.self)
      + width * height * 3 * MemoryLayout<Float>.stride
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
