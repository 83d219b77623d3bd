import Testing

@testable import QuantVGG

/// Where the tiles of the way back stand.
@Suite struct GradientRowsTests {
  /// A layer's tiles end a row before those rows of its gradient end that come back at once, so that none waits for a whole
  /// row of tiles more.
  @Test(arguments: NetworkTable.all) func noLayerWaitsForMoreThanARow(_ network: NetworkTable) {
    for (layer, next) in zip(network.convolutions, network.convolutions.dropFirst()) {
      let ends = next.tilePhase * (next.followsPool ? 2 : 1)
      #expect((layer.tilePhase + 1 - ends) % 4 == 0, "\(layer.name)")
    }
  }

  /// Rows of tiles lie side by side and make every row of the picture once, the last and the first perhaps in part.
  @Test(arguments: [16, 17, 23, 96, 101]) func tilesMakeEveryRowOnce(_ height: Int) {
    let shape = NetworkShape(.vgg19, width: 16, height: height, deepest: .conv5_1)
    for layer in shape.layers {
      let grid = GradientRows(layer)
      var made = 0
      for rows in grid.tiles(0..<layer.height) {
        #expect(rows.lowerBound == made && !rows.isEmpty)
        let start = grid.tileStart(of: rows.lowerBound)
        #expect((start - layer.convolution.tilePhase) % 4 == 0 && start > -4)
        #expect(rows.upperBound == min(start + 4, layer.height))
        #expect(rows.allSatisfy { grid.tileStart(of: $0) == start })
        #expect(grid.whole(rows.lowerBound..<rows.lowerBound + 1) == rows)
        #expect(grid.needed(to: rows.upperBound) == min(rows.upperBound + 1, layer.height))
        made = rows.upperBound
      }
      #expect(made == layer.height)
      #expect(grid.whole(0..<layer.height) == 0..<layer.height)
      #expect(grid.end(from: 0, rows: 10_000) == layer.height)
    }
  }
}
