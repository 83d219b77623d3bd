import QuantVGG
import StyleTransfer
import Testing

/// The division of a picture among several processes.
@Suite struct StripTests {
  private let shape = NetworkShape(.vgg19, width: 2160, height: 3840, deepest: .conv5_1)

  /// The work of a strip as a part of that of the whole picture, with a plan.
  private func share(_ strip: Range<Int>, _ plan: NetworkPlan) -> Double {
    let rows = NetworkRows(shape, plan: plan, strip: strip)
    let all = NetworkRows(shape, plan: plan, strip: nil)
    return Double(rows.multiplyAccumulates(shape)) / Double(all.multiplyAccumulates(shape))
  }

  @Test(arguments: [
    NetworkPlan.resident, .streaming, NetworkPlan(chunkRows: 32, kept: .from(.conv3_1)),
  ])
  func fourProcessesHaveLessThanAThirdEach(_ plan: NetworkPlan) {
    let strips = Transfer.strips(height: shape.height, shares: [1, 1, 1, 1])
    #expect(strips.count == 4)
    for strip in strips {
      #expect(share(strip, plan) > 0.25)
      #expect(share(strip, plan) <= 0.33)
    }
  }

  /// All rows of a whole picture, each once, and what `NetworkTable` counts.
  @Test func aWholePictureIsMadeOnce() {
    let rows = NetworkRows(shape, plan: .resident, strip: nil)
    #expect(rows.first.layers == shape.layers.map { 0..<$0.height })
    #expect(rows.gradients == rows.first.layers && rows.target == rows.first)
    #expect(rows.again.layers.isEmpty && rows.pixels == 0..<shape.height)
    let forward = NetworkTable.vgg19.multiplyAccumulates(
      through: .conv5_1, width: shape.width, height: shape.height)
    #expect(rows.multiplyAccumulates(shape) == 2 * forward)
  }

  /// Layers' rows belong to one strip each, also where sizes are odd.
  @Test(arguments: [96, 333, 700, 719, 1001], [1, 2, 3, 4, 7])
  func everyRowBelongsToOneStrip(_ height: Int, _ processes: Int) {
    let shape = NetworkShape(.vgg19, width: 50, height: height, deepest: .conv5_1)
    var shares = [Double](repeating: 1, count: processes)
    shares[0] = 3
    let strips = Transfer.strips(height: height, shares: shares)
    #expect(strips.count == min(processes, max(1, height / 96)))
    var ends = shape.layers.map { _ in 0 }
    for strip in strips {
      let rows = NetworkRows(shape, plan: .streaming, strip: strip)
      for (layer, owned) in rows.owned.enumerated() {
        #expect(owned.lowerBound == ends[layer] && !owned.isEmpty)
        ends[layer] = owned.upperBound
        #expect(rows.gradients[layer].clamped(to: owned) == owned)
        #expect(rows.first.layers[layer].clamped(to: owned) == owned)
      }
      // 156 rows around the strip decide its gradient, and at most three of each layer's besides
      // where its tiles are whole.
      let whole = shape.layers.dropFirst().reduce(0) { $0 + 1 << $1.convolution.name.poolings }
      let most = 156 + 3 * whole
      #expect(rows.pixels.lowerBound >= strip.lowerBound - most)
      #expect(rows.pixels.upperBound <= strip.upperBound + most)
    }
    #expect(ends == shape.layers.map { $0.height })
  }

  @Test func rowsFollowTheShares() {
    #expect(Transfer.strips(height: 1000, shares: [3, 1]) == [0..<752, 752..<1000])
    #expect(Transfer.strips(height: 1000, shares: [1, 1000]) == [0..<96, 96..<1000])
    #expect(Transfer.strips(height: 90, shares: [1, 1]) == [0..<90])
  }
}
