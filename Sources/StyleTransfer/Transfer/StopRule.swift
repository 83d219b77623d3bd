/// Ends a run whose cost hardly changes any more.
///
/// The costs are those before a step, which are the same whatever plan, threads and instruction set, and
/// so is the step that a run ends with.
public struct StopRule: Sendable, Equatable {
  /// The relative change of the cost below which a run ends, > 0.
  public var change: Double
  /// Steps over which it is measured, at least 1.
  public var steps: Int

  /// A rule from its numbers.
  ///
  /// - Parameters:
  ///   - change: |J - J'| / J' below which a run ends, > 0.
  ///   - steps: that lie between the costs J' and J, at least 1.
  public init(change: Double, steps: Int) {
    precondition(change > 0 && steps >= 1)
    self.change = change
    self.steps = steps
  }
}

/// The costs by which a rule judges a run; a part of its checkpoints.
package struct CostWatch {
  private let rule: StopRule?
  /// The step before which the reference was measured.
  private var place = 0
  /// The cost that others are compared with.
  private var reference = 0.0
  /// The cost before the last step.
  private var last = 0.0
  private var step = 0

  /// Watches for a rule; nil never ends a run.
  package init(_ rule: StopRule?) { self.rule = rule }

  /// Whether the rule ends the run.
  package var isConverged: Bool {
    guard let rule, step > place, step - place >= rule.steps else { return false }
    return abs(last - reference) <= rule.change * reference
  }

  /// Takes the cost before a step, of which so many were done before.
  package mutating func add(_ cost: Double, step: Int) {
    (last, self.step) = (cost, step)
    guard let rule, !isConverged, step == 0 || step - place >= rule.steps else { return }
    (place, reference) = (step, cost)
  }

  /// How many numbers it has.
  package static let count = 4

  /// Its numbers, from which another one goes on.
  package var numbers: [UInt64] {
    [UInt64(place), reference.bitPattern, UInt64(step), last.bitPattern]
  }

  /// Goes on from another one's numbers.
  package mutating func restore(_ numbers: [UInt64]) {
    place = Int(truncatingIfNeeded: numbers[0])
    reference = Double(bitPattern: numbers[1])
    step = Int(truncatingIfNeeded: numbers[2])
    last = Double(bitPattern: numbers[3])
  }
}
