package import Rows

/// An observer of the rows of a network's layers as they are made.
package protocol RowObserver: AnyObject {
  /// The arithmetic of the rows.
  associatedtype Numbers: Arithmetic

  /// Called on the calling thread when a forward pass has made rows of a layer's output (after ReLU);
  /// `activations` gives them during the call.
  ///
  /// `layer` is the place in the network's table.
  func didProduce(
    rows: Range<Int>, layer: Int, activations: ActivationRows<Numbers.Activation>)
}

/// An observer with losses, whose gradients it adds on the way back.
package protocol GradientClient: RowObserver {
  /// Whether `addLossGradient` has something to add at a layer.
  func hasLoss(layer: Int) -> Bool

  /// Called on the calling thread before the gradients of some rows of a layer are made, in the order of rows.
  func willAddLossGradient(rows: Range<Int>, layer: Int)

  /// Adds dJ/dA of the losses at some columns of a row of a layer to `gradient`; both rows hold these
  /// columns alone.
  ///
  /// Called on any worker, once per value and step.
  func addLossGradient(
    row: Int, columns: Range<Int>, layer: Int, activations: Row<Numbers.Activation>,
    into gradient: MutableRow<Real>)

  /// Called on the calling thread before the gradients of some rows of the image are made; neither these
  /// nor any row below them have been given to `consumeImageGradient` yet in this step.
  func willConsumeImageGradient(rows: Range<Int>)

  /// Called on the calling thread when these rows have been given to `consumeImageGradient`.
  func didConsumeImageGradient(rows: Range<Int>)

  /// Receives a row of dJ/dx, `[width][3]`, which it may change. Called on any worker, once per row
  /// and step.
  func consumeImageGradient(_ gradient: MutableRow<Real>, row: Int, worker: Int)
}

/// Read access to the kept rows of a layer's output.
package struct ActivationRows<Activation: RowFormat> {
  let ring: RowRing<Activation>

  /// Row `y`.
  package subscript(y: Int) -> Row<Activation> { ring.row(y) }
}
