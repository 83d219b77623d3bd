/// The numbers that a network computes with: what a row of each stage is made of, and how one row
/// follows from others.
///
/// `Network` walks layers and rows and knows no arithmetic; the conforming types know rows and no
/// walk. `Int8Arithmetic` is the fixed-point engine, `Float32Arithmetic` its reference, so that
/// comparing the two compares arithmetic alone.
///
/// Rows are `[pixel][channel]`. "Padded" rows have one padding pixel before and one after the image.
/// Panels are 32 neighbouring output channels. Gradients are derivatives of the total loss with
/// respect to activations times `activationScale`.
public protocol Arithmetic: AnyObject {
  /// An element of the first layer's input rows, 4 per pixel: R, G, B and 0.
  associatedtype Pixel: BitwiseCopyable
  /// An element of an activation row (after ReLU).
  associatedtype Activation: BitwiseCopyable
  /// An element of a stored gradient row.
  associatedtype Gradient: BitwiseCopyable
  /// An element of a Gram matrix in the arithmetic's own units.
  associatedtype GramSum: GramNumber

  /// The value that stands for gradient zero in stored rows.
  static var zeroGradient: Gradient { get }

  /// The instruction set whose kernels compute.
  var instructionSet: InstructionSet { get }
  /// Layers that weights were given for: conv1_1 and on.
  var layerCount: Int { get }
  /// Which copies of the weights are kept.
  var copies: WeightCopies { get }
  /// The network that the layers are of.
  var network: NetworkTable { get }
  /// Bytes of packed layers.
  static func packedBytes(_ layers: [NetworkTable.Convolution], copies: WeightCopies) -> Int
  /// Bytes of a worker's scratch for `pairPanel` and `backwardPanel`.
  static func panelScratchBytes(
    _ layers: [NetworkTable.Convolution], copies: WeightCopies, _ set: InstructionSet
  ) -> Int
  /// How the blocks are connected.
  var pooling: Pooling { get }
  /// The value of activation 1 of a layer, before the channel's scale.
  func activationScale(layer: Int) -> Float
  /// `[channels]` the factors from there to real units, valid as long as the arithmetic; nil where
  /// all are 1.
  func channelScale(layer: Int) -> UnsafePointer<Float>?
  /// An activation as a number in units of `activationScale`.
  static func number(_ activation: Activation) -> Float
  /// 32-bit words of a pixel's ReLU mask; 0 where activations tell the mask.
  static func maskWords(channels: Int) -> Int

  // MARK: Forward

  /// Converts a row of the image, `[width][3]` RGB minus mean, to `[width][4]`.
  func quantizeImage(
    _ row: UnsafePointer<Float>, into out: UnsafeMutablePointer<Pixel>, width: Int)
  /// Computes one panel of a row of conv1_1 from padded image rows; `out` is `[width][channels]`,
  /// `mask` `[width][maskWords]`.
  func convolveImage(
    _ rows: RowTriple<Pixel>, panel: Int, into out: UnsafeMutablePointer<Activation>,
    mask: UnsafeMutablePointer<UInt32>, width: Int)
  /// Computes one panel of a row of any other convolution from padded activation rows.
  func convolve(
    _ rows: RowTriple<Activation>, layer: Int, panel: Int,
    into out: UnsafeMutablePointer<Activation>, mask: UnsafeMutablePointer<UInt32>, width: Int)
  /// Whether an instruction set's `convolvePair` makes two rows faster than `convolve` makes each.
  static func convolvesPairs(_ set: InstructionSet) -> Bool
  /// The weights of one panel for `convolvePair`, valid as long as `scratch` of `panelScratchBytes`
  /// is not used again. Making them takes as long as some tens of pixels save.
  func pairPanel(
    layer: Int, panel: Int, scratch: UnsafeMutableRawPointer
  ) -> UnsafeRawPointer
  /// Computes one panel of two neighbouring rows, `rows` around the first and `next` around the
  /// second, with the result that `convolve` has for each.
  func convolvePair(
    _ rows: RowTriple<Activation>, next: RowTriple<Activation>, layer: Int, panel: Int,
    weights: UnsafeRawPointer, into out: RowPair<Activation>, masks: RowPair<UInt32>, width: Int)
  /// Pools two rows of at least `2 * width` pixels into one of `width`.
  func pool(
    top: UnsafePointer<Activation>, bottom: UnsafePointer<Activation>,
    into out: UnsafeMutablePointer<Activation>, width: Int, channels: Int)

  // MARK: Backward

  /// The weights of one panel of a layer's transposed convolution, valid as long as `scratch` of
  /// `panelScratchBytes` is not used again.
  func backwardPanel(
    layer: Int, panel: Int, scratch: UnsafeMutableRawPointer
  ) -> UnsafeRawPointer
  /// Computes one panel of dJ/d(input row) of a convolution from padded stored gradient rows and
  /// their pixels' scales; pixel `x`, channel `n` goes to `out[x * stride + n]`.
  func convolveBackward(
    _ gradients: RowTriple<Gradient>, scales: RowTriple<Float>, layer: Int, panel: Int,
    weights: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>, stride: Int, width: Int)
  /// Adjoint of `pool` for one row of a window: from `[width / 2][channels]` to `[width][channels]`.
  func unpool(
    _ gradient: UnsafePointer<Float>, top: UnsafePointer<Activation>,
    bottom: UnsafePointer<Activation>, isBottom: Bool, into out: UnsafeMutablePointer<Float>,
    width: Int, channels: Int)
  /// Applies the ReLU's mask to dJ/dA and stores the row as `convolveBackward` reads it.
  func storeGradient(
    _ gradient: UnsafePointer<Float>, activations: UnsafePointer<Activation>,
    mask: UnsafePointer<UInt32>, layer: Int,
    into out: UnsafeMutablePointer<Gradient>, scales: UnsafeMutablePointer<Float>, width: Int)

  // MARK: Losses

  /// Bytes that `prepareGram` writes for a row.
  static func gramScratchBytes(width: Int, channels: Int) -> Int
  /// Lays a row out for `addGram`, where the arithmetic needs that.
  func prepareGram(
    _ row: UnsafePointer<Activation>, into scratch: UnsafeMutableRawPointer, width: Int,
    channels: Int)
  /// Adds a row's share of 8 rows x 32 columns of the Gram matrix `[channels][channels]`.
  func addGram(
    _ row: UnsafePointer<Activation>, scratch: UnsafeRawPointer, width: Int, channels: Int,
    first: Int, panel: Int, into sums: UnsafeMutablePointer<GramSum>)

  /// Bytes of a packed style matrix, see `packStyleRow`.
  static func styleMatrixBytes(channels: Int) -> Int
  /// Packs row `n` (which is column `n`) of a symmetric `[channels][channels]` matrix that turns
  /// activations into the style gradient.
  func packStyleRow(
    _ values: UnsafePointer<Float>, row n: Int, channels: Int,
    into matrix: UnsafeMutableRawPointer)
  /// Adds one panel of the style gradient of a row to `gradient`, `[width][channels]`.
  func addStyleGradient(
    _ row: UnsafePointer<Activation>, matrix: UnsafeRawPointer, panel: Int,
    into gradient: UnsafeMutablePointer<Float>, width: Int, channels: Int)

  /// The sum of squared differences of two rows of a layer, in units of `activationScale`; those of a
  /// channel times the square of its scale.
  func squaredDifference(
    _ row: UnsafePointer<Activation>, _ target: UnsafePointer<Activation>, layer: Int, count: Int
  ) -> Double
  /// Adds `factor * (row - target)`, times the squares of the channels' scales, to `gradient`.
  func addContentGradient(
    _ row: UnsafePointer<Activation>, _ target: UnsafePointer<Activation>, layer: Int,
    factor: Float, into gradient: UnsafeMutablePointer<Float>, count: Int)
}

extension Arithmetic {
  /// No pairs.
  public static func convolvesPairs(_ set: InstructionSet) -> Bool { false }

  /// Never called.
  public func pairPanel(
    layer: Int, panel: Int, scratch: UnsafeMutableRawPointer
  ) -> UnsafeRawPointer {
    preconditionFailure("this arithmetic makes one row at a time")
  }

  /// Never called.
  public func convolvePair(
    _ rows: RowTriple<Activation>, next: RowTriple<Activation>, layer: Int, panel: Int,
    weights: UnsafeRawPointer, into out: RowPair<Activation>, masks: RowPair<UInt32>, width: Int
  ) {
    preconditionFailure("this arithmetic makes one row at a time")
  }
}

/// Two neighbouring rows that are written.
public struct RowPair<Element: BitwiseCopyable> {
  /// Pixel 0 of the upper row.
  public let first: UnsafeMutablePointer<Element>
  /// Pixel 0 of the lower row.
  public let second: UnsafeMutablePointer<Element>

  /// Rows `y` and `y + 1` of a ring.
  init(_ ring: RowRing<Element>, from y: Int) {
    first = ring.row(y)
    second = ring.row(y + 1)
  }
}

/// An element of a summed Gram matrix.
public protocol GramNumber: BitwiseCopyable {
  /// The element in Float64, rounded once.
  var number: Double { get }
}

extension Int64: GramNumber {
  /// The sum in Float64.
  @inlinable public var number: Double { Double(self) }
}

extension Double: GramNumber {
  /// The sum itself.
  @inlinable public var number: Double { self }
}
