/// The part of the pipeline's rows that stays in memory; never changes a result.
///
/// A step makes two passes. The first runs forward and measures the losses. The second runs backward
/// and needs, of every layer, the ReLU's mask (one bit per activation), and the activations themselves
/// only where a loss or a maximum pooling reads them. Layers that are `kept` keep these for all
/// rows from the first pass to the second; the layers before run forward again in the second pass, a
/// little ahead of the gradient. Of these, the first layer, which is large and costs little, runs once
/// more right before its own gradient where others lie between. Everything else lives in rings of a
/// few rows.
package struct NetworkPlan: Sendable, Equatable {
  /// Rows of the image by which a pass advances, at least 1.
  package var chunkRows: Int
  /// The layers that are not computed twice.
  package var kept: KeptLayers

  /// The layers that keep from the first pass to the second what the second reads.
  package enum KeptLayers: Sendable, Equatable {
    /// All.
    case all
    /// A layer and those behind it.
    case from(LayerName)
    /// None: all are computed twice.
    case none
  }

  /// A plan from its two parts; `chunkRows` is at least 1.
  package init(chunkRows: Int, kept: KeptLayers) {
    precondition(chunkRows >= 1)
    self.chunkRows = chunkRows
    self.kept = kept == .from(.conv1_1) ? .all : kept
  }

  /// The number of layers, from the first on, that are computed twice.
  package func computedTwice(_ layers: [NetworkShape.Layer]) -> Int {
    switch kept {
    case .all: 0
    case .from(let first): layers.count { $0.convolution.name < first }
    case .none: layers.count
    }
  }

  /// Most rows of the image whose gradient arrives at once.
  package var imageGradientRows: Int { gradientRows(of: .conv1_1) }

  /// Most rows of a layer whose gradient is made at once: whole rows of tiles, of a pooled layer two of them, and one row more at the
  /// picture's end.
  package func gradientRows(of layer: LayerName) -> Int {
    max(2 * GradientRows.tile, chunkRows >> layer.poolings) + 1
  }

  /// Whether chunks are high enough for tiles in most layers, and workers have memory for blocks of them.
  package var hasTiles: Bool { chunkRows >= 32 }

  /// Whether the first layer's rows are computed once more for their gradient.
  var repeatsFirst: Bool {
    switch kept {
    case .all: false
    case .from(let first): first > .conv1_2
    case .none: true
    }
  }

  /// All layers are computed once.
  package static let resident = NetworkPlan(chunkRows: 64, kept: .all)
  /// No layer is kept: least memory.
  package static let streaming = NetworkPlan(chunkRows: 16, kept: .none)
}
