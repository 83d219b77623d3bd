internal import ImageIO
internal import Optim
internal import QuantVGG
internal import Rows

/// What of a run is in a file.
public struct PlannedSpill: Sendable, Equatable {
  /// Bytes of the image, the optimizer's rows and the content targets of the scale that has most.
  let stateBytes: Int
  /// Bytes of the file: behind these is what the next scale starts from.
  public let bytes: Int
  /// Of a step at the result's size, but for its first, which has less to read.
  public let stepTraffic: StateTraffic
}

extension Transfer {
  /// Whether the folder for the run's state is in memory itself, so that nothing is gained; false without one.
  public var spillsIntoMemory: Bool { spill.map { SpillFile.isInMemory($0) } ?? false }

  /// What a plan has in a file.
  func plannedSpill<Numbers: LossArithmetic>(
    _ plan: MemoryPlan, for numbers: Numbers.Type
  ) -> PlannedSpill {
    var (state, earlier) = (0, 0)
    var traffic = StateTraffic(read: 0, written: 0)
    for scale in scales {
      let size = scale.engineSize(scale.resultSize)
      let shape = NetworkShape(
        engineNetwork, width: size.width, height: size.height, deepest: settings.deepest)
      let layout = SessionLayout<Numbers>(
        shape, of: scale, plan: plan.network, spills: true, threads: threads)
      state = max(state, layout.file?.bytes ?? 0)
      earlier = max(earlier, scale.earlier?.size.imageBytes ?? 0)
      traffic = layout.stepTraffic(plan.network, optimizer: scale.usedOptimizer, shape)
    }
    return PlannedSpill(stateBytes: state, bytes: state + earlier, stepTraffic: traffic)
  }
}

extension SessionLayout {
  /// What a step reads and writes where image, state and content targets are in a file.
  func stepTraffic(
    _ plan: NetworkPlan, optimizer: OptimizerSettings, _ shape: NetworkShape
  ) -> StateTraffic {
    let image = image.bytes
    let rowBytes = image / self.image.rows
    // Forward, where the first pass is made again, and where rows move.
    var read = image * (plan.computedTwice(shape.layers) > 0 ? 3 : 2)
    if unmoved != nil {
      // Measured in windows, each with the row below; copied before rows move.
      let windows = (moving.rows - 2) / (moving.capacity - 1) + 1
      read += 2 * image + (windows - 1) * rowBytes
    }
    // Against the image on its way forward, and for its gradient.
    read += contents.reduce(0) { $0 + 2 * $1.target.bytes }
    // An optimizer that moves rows after the step reads them once more.
    if optimizer.method == .lbfgs { read += image }
    let state = optimizer.stateTraffic(moving.rowLength)
    return StateTraffic(
      read: read + state.read * moving.rows, written: image + state.written * moving.rows)
  }
}
