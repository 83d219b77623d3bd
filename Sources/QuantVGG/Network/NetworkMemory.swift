internal import Rows

/// The bytes of a network's passes: the rings of rows, by layer, and what its workers need.
public struct NetworkMemory: Sendable, Equatable {
  /// The rings of a layer, in bytes but for `rows`.
  public struct Layer: Sendable, Equatable {
    /// The layer.
    public let name: LayerName
    /// Rows of its output that are kept at once.
    public let rows: Int
    /// Its output.
    public let activations: Int
    /// One bit for each activation, for the way back.
    public let masks: Int
    /// Its pooled output; 0 where it is not pooled.
    public let pooled: Int
    /// Its stored gradient with its scales; 0 without a way back.
    public let gradients: Int

    /// Those of all rings.
    public var bytes: Int { activations + masks + pooled + gradients }
  }

  /// In their order.
  public let layers: [Layer]
  /// Rows of the image as the first layer reads them.
  public let pixels: Int
  /// Sums, panels and blocks of tiles of all workers, rows of zeros, and what is rounded up.
  public let workers: Int

  /// Those of all.
  public var bytes: Int { layers.reduce(pixels + workers) { $0 + $1.bytes } }

  init<Numbers: Arithmetic>(_ layout: NetworkLayout<Numbers>, _ shape: NetworkShape, bytes: Int) {
    let layers = shape.layers.indices.map { index in
      // A first layer that is repeated has rings of its own for the way back.
      let isRepeated = layout.isRepeated && index == NetworkTable.imageLayer
      let (output, masks) = (layout.activations[index], layout.masks[index])
      let (readOutput, readMasks) = (layout.readActivations[index], layout.readMasks[index])
      var gradients = 0
      if !layout.gradients.isEmpty {
        gradients = layout.gradients[index].bytes + layout.scales[index].bytes
      }
      return Layer(
        name: shape.layers[index].convolution.name,
        rows: max(output.capacity, readOutput.capacity),
        activations: output.bytes + (isRepeated ? readOutput.bytes : 0),
        masks: masks.bytes + (isRepeated ? readMasks.bytes : 0),
        pooled: layout.pooled[index].bytes, gradients: gradients)
    }
    self.layers = layers
    pixels = layout.pixels.bytes
    workers = layers.reduce(bytes - pixels) { $0 - $1.bytes }
  }
}

/// The bytes of the rings and scratch of a network, of a strip of the image or all of it, without asking for them.
package func networkMemory<Numbers: Arithmetic>(
  _ numbers: Numbers.Type, _ shape: NetworkShape, plan: NetworkPlan, strip: Range<Int>? = nil,
  pooling: Pooling, copies: WeightCopies, instructionSet: InstructionSet, hasLoss: [Bool],
  backward: Bool, threads: Int
) -> NetworkMemory {
  var memory = ArenaPlan()
  let layout = NetworkLayout<Numbers>(
    shape, plan: plan, rows: NetworkRows(shape, plan: plan, strip: strip), pooling: pooling,
    copies: copies, instructionSet: instructionSet, hasLoss: hasLoss, backward: backward,
    threads: threads, memory: &memory)
  return NetworkMemory(layout, shape, bytes: memory.bytes)
}
