import CSystem
import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// A run ends with the step that its costs say, however it is made.
@Suite struct StopRuleTests {
  private let path = makeTemporaryFile()
  private let content = TestNetworks.image("content", width: 21, height: 13)
  private let style = TestNetworks.image("style", width: 18, height: 15)

  private func transfer(_ stop: StopRule?, steps: Int = 60) -> Transfer {
    let settings = TransferSettings(
      contentLayers: [.init(layer: .conv1_2, weight: 1)],
      styleLayers: [LayerName.conv1_1, .conv2_1].map { .init(layer: $0, weight: 0.5) })
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(.int8, deepest: .conv2_1), content: content, style: style,
      settings: settings)
    transfer.start = .noise(ratio: 0.6, seed: 4)
    transfer.steps = steps
    transfer.stop = stop
    return transfer
  }

  /// The costs before each step of a run that nothing ends.
  private func costs() throws -> [Double] {
    let session = try transfer(nil).start().session
    return (0..<60).map { _ in session.step().total }
  }

  /// Steps of a run that is judged every `rule.steps` steps.
  private func expected(_ rule: StopRule, _ costs: [Double]) -> Int {
    for step in stride(from: rule.steps, to: costs.count, by: rule.steps) {
      let before = costs[step - rule.steps]
      if abs(costs[step] - before) <= rule.change * before { return step + 1 }
    }
    return costs.count
  }

  private func bits(_ result: TransferResult) -> [UInt32] {
    result.picture.tensor.values.map { $0.bitPattern }
  }

  @Test(arguments: [(0.5, 1), (0.3, 5), (0.1, 7), (0.02, 4), (1e-9, 10)])
  func theStepThatTheCostsSay(_ change: Double, _ steps: Int) throws {
    let rule = StopRule(change: change, steps: steps)
    let costs = try costs()
    let wanted = expected(rule, costs)
    #expect(change == 1e-9 ? wanted == 60 : change < 0.1 || wanted < 60)
    let result = try transfer(rule).run()
    #expect(result.steps == wanted && result.stepsSaved == 60 - wanted && !result.wasStopped)
    #expect(try bits(transfer(nil, steps: wanted).run()) == bits(result))
    var other = transfer(rule)
    other.threads = 3
    other.plan = MemoryPlan(network: NetworkPlan(chunkRows: 3, kept: .none), copies: .both)
    let streamed = try other.run()
    #expect(streamed.steps == wanted && bits(streamed) == bits(result))
  }

  /// A run that is stopped after any step, and one that has ended, end where an undisturbed one does.
  @Test func resumed() throws {
    defer { remove(path) }
    let rule = StopRule(change: 0.1, steps: 7)
    let wanted = try transfer(rule).run()
    #expect(wanted.steps > 8 && wanted.steps < 60)
    for step in 1...wanted.steps + 1 {
      remove(path)
      var transfer = transfer(rule)
      transfer.checkpoint = .init(path: path, every: 100)
      _ = try transfer.run { progress, _ in progress.step == step ? .stop : .proceed }
      for _ in 0..<2 {
        let result = try transfer.run()
        #expect(result.steps == wanted.steps && bits(result) == bits(wanted), "after \(step)")
      }
    }
    // Without the rule it goes on, and with another one by that.
    var transfer = transfer(nil, steps: wanted.steps + 3)
    transfer.checkpoint = .init(path: path, every: 100)
    #expect(try transfer.run().steps == wanted.steps + 3)
    transfer.steps = 60
    transfer.stop = StopRule(change: 1, steps: 1)
    #expect(try transfer.run().steps < 60)
  }
}
