internal import QuantVGG
internal import Rows

/// A cost of one layer's activations: it watches rows as a forward pass makes them, finishes with a
/// value, and adds its gradient on the way back.
///
/// The gradient of every kind has one form. For the activations f of a position it is M f + v, with a
/// matrix M, or one factor per channel, and a vector v:
///
/// | term | M | v |
/// |---|---|---|
/// | `ContentTerm` | the squares of the channels' scales, times one factor | -M t, t the target at the position |
/// | `GramTerm` | the symmetric matrix of G - S, the same at all positions | 0 |
/// | `MomentTerm` | a factor per channel, the same at all positions | the same at all positions |
/// | `HistogramTerm` | one factor | -M t, t the activation of f's rank in the style |
protocol LayerTerm<Numbers>: AnyObject {
  /// The arithmetic of the rows.
  associatedtype Numbers: LossArithmetic

  /// The name in reports, and the factors.
  var label: TermLabel { get }
  /// The place of its layer in the network.
  var place: Int { get }

  /// Forgets the rows seen so far.
  func reset()

  /// Takes rows of the layer's output, of the picture that its target comes from or of the image.
  ///
  /// - Parameters:
  ///   - rows: which rows.
  ///   - width: pixels of a row.
  ///   - activations: gives them.
  ///   - isTarget: whether they are the picture's.
  ///   - positions: those of the picture that count for a term of a region; nil for all.
  ///   - pool: the threads.
  func observe(
    rows: Range<Int>, width: Int, activations: ActivationRows<Numbers.Activation>, isTarget: Bool,
    positions: RegionPositions?, pool: WorkerPool)

  /// How its sums come together with those of other processes.
  var sumKind: Strip.Sum { get }

  /// The sums of the rows seen so far; what threads have of their own is added up first.
  func foldedSums() -> MemorySlice<UInt8>

  /// Makes value and gradient ready once all rows of the image were seen.
  func finish(pool: WorkerPool)

  /// The cost of the rows that were seen last, times `weight`.
  func value(weight: Double) -> Double

  /// Adds M f + v for some columns of a row.
  ///
  /// Called on any worker.
  ///
  /// - Parameters:
  ///   - row: the row.
  ///   - columns: which pixels of it.
  ///   - activations: f at these columns.
  ///   - gradient: the row at these columns.
  func addGradient(
    row: Int, columns: Range<Int>, activations: Row<Numbers.Activation>,
    into gradient: MutableRow<Real>)
}

/// A term whose target is a mix of what it measures of style pictures.
protocol StyleTerm<Numbers>: LayerTerm {
  /// Begins the target with nothing; `memory` is that of the mix, which lasts until `endTarget`.
  func beginTarget(in memory: Arena)

  /// Takes what was saved of a style at the term's layer as what was seen.
  func read(_ statistics: StyleStatistics, _ layer: LayerName)

  /// Adds what was seen of a picture to the target.
  ///
  /// - Parameters:
  ///   - positions: how many of the picture's layer were counted.
  ///   - share: of the picture in the mix, > 0; all shares are 1 together.
  func addTarget(positions: Int, share: Double)

  /// Makes what was added the target.
  func endTarget()
}

/// The name of a term, and its factors.
struct TermLabel {
  /// The sum that a term belongs to, which says what picture its target is measured from.
  enum Kind {
    /// Jc: the target comes from the content.
    case content
    /// Js: the target comes from the style.
    case style
    /// A term of the image itself, without a target.
    case image
  }

  let kind: Kind
  let name: String
  let layer: LayerName?
  /// The label of its region; nil for the whole picture.
  let region: UInt8?
  /// The layer's factor within its sum.
  let share: Double
  /// The sum's own factor in the total.
  let factor: Double
}
