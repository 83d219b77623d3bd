package import Rows

/// The numbers that a network computes with: what a row of each stage is made of, and how one row
/// follows from others.
///
/// `ForwardNetwork` walks layers and rows and knows no arithmetic; the conforming types know rows and no
/// walk. `Int8Arithmetic` is the fixed-point engine, `Float32Arithmetic` its reference, so that
/// comparing the two compares arithmetic alone. Both are immutable and shared by any number of networks.
///
/// Panels are 32 neighbouring output channels. Gradients are derivatives of the total loss with
/// respect to activations times `activationScale`. Layers are counted as in `network.convolutions`.
package protocol Arithmetic: AnyObject, Sendable {
  /// The first layer's input rows, 4 elements a pixel: R, G, B and 0.
  associatedtype Pixel: RowFormat
  /// Activation rows (after ReLU).
  associatedtype Activation: RowFormat
  /// Stored gradient rows.
  associatedtype Gradient: RowFormat
  /// The weights of a panel of a transposed convolution.
  associatedtype BackwardPanel
  /// The way in which rows of a convolution are made in tiles.
  associatedtype Tiles: TileConvolution where Tiles.Activation == Activation
  /// Makes dJ/d(input) of a convolution in tiles.
  associatedtype BackwardTiles: TransposedTiles
  where BackwardTiles.Gradient == Gradient, BackwardTiles.Panel == BackwardPanel
  /// Makes dJ/d(input) of a convolution row by row.
  associatedtype BackwardRows: TransposedRow
  where BackwardRows.Gradient == Gradient, BackwardRows.Panel == BackwardPanel

  /// The instruction set whose kernels compute.
  var instructionSet: InstructionSet { get }
  /// The network that the layers are of.
  var network: NetworkTable { get }
  /// Layers that weights were given for: conv1_1 and on.
  var layerCount: Int { get }
  /// The copies of the weights that are kept.
  var copies: WeightCopies { get }
  /// The pooling between the blocks.
  var pooling: Pooling { get }
  /// Bytes of packed layers.
  static func packedBytes(_ layers: [NetworkTable.Convolution], copies: WeightCopies) -> Int
  /// Bytes of a worker's scratch for the derived panels of weights of `backwardPanel`.
  static func panelScratchBytes(
    _ layers: [NetworkTable.Convolution], copies: WeightCopies
  ) -> Int
  /// The value of activation 1 of a layer, before the channel's scale.
  func activationScale(layer: Int) -> Float
  /// `[channels]` the factors from there to real units; nil where all are 1.
  func channelScale(layer: Int) -> MemorySlice<Float>?
  /// An activation as a number in units of `activationScale`.
  static func number(_ activation: Activation.Element) -> Float
  /// The layers that `network` has in single precision; nil without any.
  var inlay: Float32Inlay? { get }
  /// Rounds one panel of a row of a layer that an inlay has made, and notes which of its values pass.
  func narrow(
    _ row: Row<Real>, layer: Int, panel: Int, into out: MutableRow<Activation>,
    mask: MutableRow<MaskWord>)
  /// Converts one panel of a row for an inlay that reads it.
  func widen(_ row: Row<Activation>, layer: Int, panel: Int, into out: MutableRow<Real>)
  /// 32-bit words of a pixel's ReLU mask; 0 where activations tell the mask.
  static func maskWords(channels: Int) -> Int

  // MARK: Forward

  /// Converts a row of the image, `[width][3]` RGB minus mean, to `[width][4]`.
  func quantizeImage(_ row: Row<Real>, into out: MutableRow<Pixel>)
  /// Computes one panel of a row of conv1_1; `out` is `[width][channels]`, `mask` `[width][maskWords]`.
  func convolveImage(
    _ rows: RowWindow<Pixel>, panel: Int, into out: MutableRow<Activation>,
    mask: MutableRow<MaskWord>)
  /// Computes one panel of a row of any other convolution.
  func convolve(
    _ rows: RowWindow<Activation>, layer: Int, panel: Int, into out: MutableRow<Activation>,
    mask: MutableRow<MaskWord>)
  /// Makes rows in tiles, faster than `convolve` makes them; nil where it does not.
  var tiles: Tiles? { get }
  /// Most tiles of a block of `tiles` on an instruction set; 0 where it has none.
  static func mostTiles(_ set: InstructionSet) -> Int
  /// Pools two rows of at least `2 * out.width` pixels into one.
  func pool(top: Row<Activation>, bottom: Row<Activation>, into out: MutableRow<Activation>)

  // MARK: Backward

  /// The weights of one panel of a layer's transposed convolution, valid as long as `scratch` of
  /// `panelScratchBytes` is not used again.
  func backwardPanel(layer: Int, panel: Int, scratch: MemorySlice<UInt8>) -> BackwardPanel
  /// How dJ/d(input) of a convolution is made, of any but conv1_1.
  var transposed: Transposed<BackwardTiles, BackwardRows> { get }
  /// Computes a row of dJ/d(image), `[width][3]`, from conv1_1's stored gradient rows and their pixels' scales.
  func imageGradient(
    _ gradients: RowWindow<Gradient>, scales: RowWindow<Real>, into out: MutableRow<Real>)
  /// Adjoint of `pool` for one row of a window: from `[width / 2][channels]` to `[width][channels]`.
  func unpool(
    _ gradient: Row<Real>, top: Row<Activation>, bottom: Row<Activation>, isBottom: Bool,
    into out: MutableRow<Real>)
  /// Applies the ReLU's mask to dJ/dA and stores the row as the transposed convolution reads it.
  func storeGradient(
    _ gradient: Row<Real>, activations: Row<Activation>, mask: Row<MaskWord>, layer: Int,
    into out: MutableRow<Gradient>, scales: MutableRow<Real>)
}
