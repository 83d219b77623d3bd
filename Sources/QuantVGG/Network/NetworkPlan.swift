/// How much of the pipeline's rows stays in memory; never changes a result.
///
/// A step makes two passes. The first runs forward and measures the losses. The second runs backward
/// and needs, of every layer, the ReLU's mask (one bit per activation), and the activations themselves
/// only where a loss or a maximum pooling reads them. Layers from `firstKept` on keep these for all
/// rows from the first pass to the second; the layers before run forward again in the second pass, a
/// little ahead of the gradient. Of these, the first layer, which is large and costs little, runs once
/// more right before its own gradient where others lie between. Everything else lives in rings of a
/// few rows.
public struct NetworkPlan: Sendable, Equatable {
  /// Rows of the image by which a pass advances, at least 1.
  public var chunkRows: Int
  /// Index of the first layer that is not computed twice; the number of layers or more computes all
  /// twice.
  public var firstKept: Int

  /// A plan from its two numbers.
  public init(chunkRows: Int, firstKept: Int) {
    precondition(chunkRows >= 1 && firstKept >= 0)
    self.chunkRows = chunkRows
    self.firstKept = firstKept
  }

  /// Whether the first layer's rows are computed once more for their gradient.
  var repeatsFirst: Bool { firstKept > 1 }

  /// All layers are computed once.
  public static let resident = NetworkPlan(chunkRows: 64, firstKept: 0)
  /// No layer is kept: least memory.
  public static let streaming = NetworkPlan(chunkRows: 16, firstKept: .max)
}
