/// What a network's owner does with rows as they pass: losses on the way down, gradients on the way back.
public protocol NetworkClient: AnyObject {
  /// The arithmetic of the rows.
  associatedtype Numbers: Arithmetic

  /// Called on the calling thread when a forward pass has made rows of a layer's output (after ReLU);
  /// `activations` gives them during the call.
  func didProduce(
    rows: Range<Int>, layer: Int, activations: ActivationRows<Numbers.Activation>)

  /// Whether `addLossGradient` has something to add at a layer.
  func hasLoss(layer: Int) -> Bool

  /// Adds dJ/dA of the losses at some columns of a row of a layer to `gradient`,
  /// `[columns][channels]`; `activations` starts at the first of these columns, too.
  ///
  /// Called on any worker, once per value and step.
  func addLossGradient(
    row: Int, columns: Range<Int>, layer: Int, activations: UnsafePointer<Numbers.Activation>,
    into gradient: UnsafeMutablePointer<Float>)

  /// Called on the calling thread before the rows' gradients are consumed.
  func willConsumeImageGradient(rows: Range<Int>)

  /// Receives a row of dJ/dx, `[width][3]`, which may be changed. Called on any worker, once per row
  /// and step.
  func consumeImageGradient(_ gradient: UnsafeMutablePointer<Float>, row: Int, worker: Int)
}

extension NetworkClient {
  /// Nothing.
  public func willConsumeImageGradient(rows: Range<Int>) {}
}

/// Read access to the kept rows of a layer's output.
public struct ActivationRows<Activation: BitwiseCopyable> {
  let ring: RowRing<Activation>

  /// `[width][channels]` of row `y`.
  public subscript(y: Int) -> UnsafePointer<Activation> { UnsafePointer(ring.row(y)) }
}
