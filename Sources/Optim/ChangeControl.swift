/// Keeps a change of the values from raising the loss many times: where it does, most of it is taken
/// back, and the next changes are shorter, unless it was of the full length and came after others: such a
/// swing says nothing of the next change.
///
/// A first change must not raise the loss (backtracking; Nocedal and Wright, Numerical Optimization,
/// algorithm 3.1), later ones may for a while, as good ones do on the way: to some times the least loss
/// so far, but not at the end of a run to more than twice the last one, and while changes are short, by
/// a tenth.
struct ChangeControl {
  /// The least loss that a step has begun with.
  private var best = Double.infinity
  /// The loss that the last step has begun with.
  private var last = Double.infinity
  /// The most times that loss to which the last change may lead.
  private var limit = 1.0
  /// The share of the last change that is left, 0 or a power of 2; 0 where there was none.
  private(set) var share = 0.0
  /// The length of a change beside that which the optimizer would choose, in 0...1.
  private(set) var reach = 1.0
  /// The share of the last change that is to be taken back now.
  private(set) var excess = 0.0

  /// The least share that is tried before nothing is left.
  private static let leastShare = 0x1p-10
  /// The growth of `reach` by a change that has lowered the loss: fast until the first that has not.
  private var growth = 4.0

  /// Times the least loss to which a change may lead.
  private let tolerance: Double

  /// Control of changes of which the first has this length.
  init(reach: Double, tolerance: Double) {
    self.reach = reach
    self.tolerance = tolerance
  }

  /// Whether no step has begun.
  private var isFirst: Bool { best == .infinity }

  /// Whether the last change was taken back as a whole.
  var isUndone: Bool { share == 0 && !isFirst }

  /// What is left now as a part of what was there before.
  var remainder: Double { share / (share + excess) }

  /// Whether the last change, as it is now, has made the loss more than twice as large.
  func isDoubled(_ loss: Double) -> Bool { !(loss <= 2 * last) }

  /// Judges the last change by the loss after it.
  ///
  /// - Parameters:
  ///   - loss: the loss.
  ///   - isEnd: whether no step follows.
  /// - Returns: whether `excess` is to be taken back, after which the loss is judged again.
  mutating func rejects(loss: Double, isEnd: Bool) -> Bool {
    guard share > 0, !(loss <= limit * best) || isEnd && isDoubled(loss) else { return false }
    // Where the loss is a parabola above a small one, this share would double it.
    let part = (best / loss).squareRoot().binade
    let left = share * (part > 0 ? min(part, 0.5) : 0.25)
    let kept = left < Self.leastShare ? 0 : left
    excess = share - kept
    share = kept
    return true
  }

  /// Begins a step, the last change being what is left of it.
  mutating func begin(loss: Double) {
    if isFirst {
      limit = 1
    } else {
      if share < 1 || loss > best { growth = 1.5 }
      if share < 1 {
        // A change of the full length after others was one of the optimizer's swings, and says nothing of the next.
        if limit < tolerance || isUndone { reach *= max(share, Self.leastShare) }
      } else if reach < 1 {
        reach = loss <= best ? min(1, reach * growth) : reach / 1.1
      }
      limit = reach < 1 ? 1.1 : tolerance
    }
    // Rounding may leave a little of a change that was taken back.
    best = isUndone ? loss : min(best, loss)
    last = loss
    share = 1
  }

  /// Takes the values as new ones, to which no change has led.
  mutating func restart() {
    (best, last, share) = (.infinity, .infinity, 0)
  }

  /// Shows the numbers; false where they are impossible.
  mutating func visitScalars(_ visit: (inout UInt64) -> Void) -> Bool {
    best.show(visit)
    last.show(visit)
    limit.show(visit)
    share.show(visit)
    reach.show(visit)
    growth.show(visit)
    return (0...1).contains(share) && (0...1).contains(reach) && (1...4).contains(growth)
  }
}
