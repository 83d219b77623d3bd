internal import StyleTransfer

/// The time that a run takes, by its steps so far.
struct Pace {
  private let scales: [PlannedScale]
  private var scale = 0
  private var steps = 0
  private var seconds = 0.0

  init(_ scales: [PlannedScale]) { self.scales = scales }

  /// Takes the duration of a step.
  mutating func add(_ seconds: Double, scale: Int) {
    if scale != self.scale { (self.scale, steps, self.seconds) = (scale, 0, 0) }
    steps += 1
    self.seconds += seconds
  }

  /// The time that is left after so many steps of the scale: at its pace so far, and at later scales in proportion to
  /// their work.
  func left(after done: Int) -> Double {
    func stepTime(_ scale: PlannedScale) -> Double { scale.timeShare / Double(scale.steps) }
    let own = scales[scale]
    var rest = Double(own.steps - done)
    for later in scales[(scale + 1)...] {
      rest += Double(later.steps) * stepTime(later) / stepTime(own)
    }
    return steps == 0 ? .infinity : seconds / Double(steps) * rest
  }
}
