internal import ImageIO
package import QuantVGG
package import Rows

/// The error of an int8 network's gradient with each of its layers in float32: which layers cost most.
///
/// The errors are 1 - cosine to the float32 network's gradient of the same image, before any step.
package struct LayerRanking: Sendable {
  /// The errors at the start image and at another, with some layers in float32.
  package struct Errors: Sendable {
    /// At the image that the transfer starts from.
    package let start: Double
    /// At the other image; nil without one.
    package let picture: Double?
  }

  /// The errors around one layer.
  package struct Layer: Sendable {
    /// The layer.
    package let layer: LayerName
    /// With this layer alone in float32.
    package let alone: Errors
    /// With all layers up to this one in float32.
    package let through: Errors
  }

  /// With every layer in int8.
  package let plain: Errors
  /// conv1_1 up to the deepest layer.
  package let layers: [Layer]

  /// Measures gradients, at each image two for each layer.
  ///
  /// - Parameters:
  ///   - transfer: what is painted, in int8; `reference` has the float32 weights.
  ///   - truth: the same in float32.
  ///   - picture: the other image in the engine's rows, `[height][width][3]` RGB minus mean; nil for the start alone.
  ///   - pool: the threads.
  /// - Throws: `TransferError`.
  package init(
    _ transfer: Transfer, truth: Transfer, picture: MemorySlice<Float>?, pool: WorkerPool
  ) throws(TransferError) {
    let truth = try Self.gradients(truth, picture, pool: pool)
    func errors(_ layers: [LayerName]) throws(TransferError) -> Errors {
      var transfer = transfer
      transfer.floatLayers = layers
      let own = try Self.gradients(transfer, picture, pool: pool)
      var other: Double?
      if let own = own.picture, let truth = truth.picture {
        other = 1 - Agreement.cosine(own, truth)
      }
      return Errors(start: 1 - Agreement.cosine(own.start, truth.start), picture: other)
    }
    plain = try errors([])
    let names = transfer.network.convolutions.map { $0.name }
      .filter { $0 <= transfer.settings.deepest }
    var ranked: [Layer] = []
    for (place, layer) in names.enumerated() {
      let alone = try errors([layer])
      let through = place == 0 ? alone : try errors(Array(names[...place]))
      ranked.append(Layer(layer: layer, alone: alone, through: through))
    }
    layers = ranked
  }

  private static func gradients(
    _ transfer: Transfer, _ picture: MemorySlice<Float>?, pool: WorkerPool
  ) throws(TransferError) -> (start: [Float], picture: [Float]?) {
    var transfer = transfer
    transfer.recordsGradient = true
    transfer.checkpoint = nil
    let session = try transfer.start(pool: pool).session
    session.measureGradient()
    let start = session.gradient.array
    guard let picture else { return (start, nil) }
    session.pixels.copy(picture)
    session.measureGradient()
    return (start, session.gradient.array)
  }
}
