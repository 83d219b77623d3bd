package import Rows

/// An observer of the rows that the fixed-point network and its reference make side by side.
///
/// Called on the calling thread, for at most `LayerAlone.rowsAtOnce` rows at once, which stay during the call.
package protocol PairObserver: AnyObject {
  /// Rows of a layer's output: by the network, by the layer alone from the reference's input, and by
  /// the reference.
  func didProduce(
    rows: Range<Int>, layer: Int, own: RowRing<Activation8>, alone: RowRing<Activation8>,
    reference: RowRing<Real>)

  /// Stored gradient rows of a layer: by the network with a scale per pixel, and by the reference.
  func didDifferentiate(
    rows: Range<Int>, layer: Int, own: RowRing<Gradient8>, scales: RowRing<Real>,
    reference: RowRing<Real>)

  /// Rows of dJ/d(input) of a layer, both from the reference's dJ/d(output): by the layer's way back alone
  /// and by the reference's.
  ///
  /// `[width][inputChannels]`.
  func didSendBack(
    rows: Range<Int>, layer: Int, alone: RowRing<Real>, reference: RowRing<Real>)
}
