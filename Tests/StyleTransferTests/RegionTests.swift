import ImageIO
import Optim
import QuantVGG
import Rows
import TestSupport
import Testing

@testable import StyleTransfer

/// Regions of the content and of styles.
@Suite struct RegionTests {
  private static let layers: [LayerName] = [.conv1_1, .conv2_1]
  private static let settings = TransferSettings(
    contentLayers: [.init(layer: .conv2_1, weight: 1)],
    styleLayers: layers.map { .init(layer: $0, weight: 0.5) })
  private static let content = TestNetworks.image("content", width: 29, height: 23)
  private static let first = TestNetworks.image("first", width: 18, height: 15)
  private static let second = TestNetworks.image("second", width: 12, height: 27)
  private static let size = ImageSize(width: 29, height: 23)

  private func transfer(
    _ labels: [UInt8]?, _ named: [Regions.Region] = [], precision: Precision = .int8
  ) throws -> Transfer {
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(precision, deepest: .conv2_1), content: Self.content,
      style: Self.first, settings: Self.settings)
    transfer.start = .noise(ratio: 0.6, seed: 4)
    if let labels {
      transfer.styles.append(Style(Picture(Self.second)))
      transfer.regions = try Regions(try Mask(labels, size: Self.size), named: named)
    }
    return transfer
  }

  private func labels(_ label: (Int, Int) -> UInt8) -> [UInt8] {
    (0..<Self.size.pixelCount).map { label($0 % Self.size.width, $0 / Self.size.width) }
  }

  private func bits(_ transfer: Transfer, steps: Int = 3) throws -> [UInt32] {
    let run = try transfer.start()
    for _ in 0..<steps { run.session.step() }
    return run.picture.tensor.values.map { $0.bitPattern }
  }

  /// A mask of one label is no mask, bit for bit, for one style and for a mix.
  @Test(arguments: Precision.allCases)
  func oneRegionIsThePicture(_ precision: Precision) throws {
    var plain = try transfer(nil, precision: precision)
    var masked = try transfer(nil, precision: precision)
    masked.regions = try Regions(try Mask(labels { _, _ in 7 }, size: Self.size))
    #expect(try bits(masked) == bits(plain))
    plain.styles.append(Style(Picture(Self.second), weight: 3))
    masked.styles = plain.styles
    masked.regions?.regions[0].styles = [0, 1]
    #expect(try bits(masked) == bits(plain))
  }

  /// The cost of a region is the distance of the Gram matrix over its positions, which is what the whole picture's
  /// falls apart into.
  @Test(arguments: Precision.allCases)
  func gramsOfRegionsAddUp(_ precision: Precision) throws {
    let noisy = labels { x, y in (x * 7 + y * 5) % 11 < 4 ? 3 : 9 }
    let parts = try transfer(noisy, precision: precision).start().session
    let whole = try transfer(nil, precision: precision).start().session
    _ = parts.evaluate()
    _ = whole.evaluate()
    for (part, all) in zip(parts.grams, whole.grams) {
      #expect(part.count == 2 * all.count)
      for i in all.indices {
        let sum = part[i] + part[all.count + i]
        #expect(abs(sum - all[i]) <= 1e-5 * abs(all[i]) + 1e-2)
      }
    }
    #expect(parts.terms.map { $0.region } == [nil, 3, 9, 3, 9])
    #expect(parts.terms.map { $0.weight } == [10, 10, 10, 10, 10])
  }

  /// The gradient is the derivative of the cost, and the same however it is computed.
  @Test func derivative() throws {
    var transfer = try transfer(labels { x, y in x + y < 24 ? 0 : 200 }, precision: .float32)
    transfer.recordsGradient = true
    transfer.settings.contentWeight = 0
    let session = try transfer.start().session
    session.measureGradient()
    let gradient = session.gradient.array
    let base = session.pixels.array
    let squares = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }
    let expected = (squares * Double(base.count)).squareRoot()
    let direction = gradient.map { $0 * Float(expected / squares) }
    func cost(_ step: Float) -> Double {
      session.editPixels { pixels in
        for i in pixels.indices { pixels[i] = base[i] + step * direction[i] }
      }
      return session.evaluate().total
    }
    let slope = (cost(0.02) - cost(-0.02)) / 0.04
    #expect(abs(slope - expected) <= 2e-3 * expected)
  }

  /// Pixels that are kept are the content's, bit for bit, with each optimizer.
  @Test(arguments: OptimizerSettings.Method.allCases)
  func keptPixelsStay(_ method: OptimizerSettings.Method) throws {
    let labels = labels { x, _ in x < 11 ? 5 : x < 20 ? 1 : 2 }
    var transfer = try transfer(labels, [Regions.Region(label: 5, styles: [])])
    transfer.regions?.regions = [
      .init(label: 1, styles: [0]), .init(label: 2, styles: [1]), .init(label: 5, styles: []),
    ]
    transfer.optimizer.method = method
    transfer.settings.smoothness = 3
    let run = try transfer.start()
    for _ in 0..<4 { run.session.step() }
    let image = run.picture.tensor
    for pixel in 0..<Self.size.pixelCount {
      for i in 3 * pixel..<3 * pixel + 3 {
        #expect((image.values[i] == Self.content.values[i]) == (labels[pixel] == 5))
      }
    }
  }

  /// The bits are those of every plan, number of threads, instruction set and direction of the walk's rows.
  @Test func sameBits() throws {
    var transfer = try transfer(labels { x, y in (x / 3 + y / 5) % 3 == 0 ? 80 : 20 })
    transfer.walk = .longerSide
    transfer.styles[1].mask = try Mask(
      (0..<12 * 27).map { $0 % 12 < 7 ? 80 : 20 }, size: ImageSize(width: 12, height: 27))
    transfer.threads = 1
    transfer.instructionSet = .scalar
    let expected = try bits(transfer)
    for set in InstructionSet.allCases where set.isAvailable {
      transfer.instructionSet = set
      transfer.threads = 3
      #expect(try bits(transfer) == expected, "\(set)")
    }
    for kept in [NetworkPlan.KeptLayers.from(.conv1_2), .none] {
      for chunkRows in [1, 5, 16] {
        transfer.plan = MemoryPlan(
          network: NetworkPlan(chunkRows: chunkRows, kept: kept), copies: .forward)
        #expect(try bits(transfer) == expected, "\(kept) \(chunkRows)")
      }
    }
  }

  /// Turned labels of a turned picture are the same regions.
  @Test func labelsAreTurnedWithThePicture() throws {
    var transfer = try transfer(labels { x, y in x < 10 || y < 4 ? 1 : 2 })
    func counts() throws -> [[Int]] {
      let regions = try #require(transfer.regions)
      return try ImageRegions(transfer, regions).painted.map { $0.positions.map { $0.count } }
    }
    let upright = try counts()
    transfer.walk = .longerSide
    #expect(transfer.isTransposed)
    #expect(try counts() == upright)
    #expect(upright.map { $0[0] } == [10 * 23 + 19 * 4, 19 * 19])
  }

  /// Majority of a cell, ties to the lower number; erosion and pooling keep what sees one region alone.
  @Test func labelMaps() throws {
    var plan = ArenaPlan()
    let places = (0..<3).map { _ in plan.reserve(24, of: UInt8.self) }
    let memory = try Arena(plan)
    defer { withExtendedLifetime(memory) {} }
    let pixels = LabelMap(memory.slice(places[0]), width: 6, height: 4)
    let rows: [[UInt8]] = [
      [1, 1, 2, 2, 2, 2], [0, 2, 2, 2, 2, 2], [3, 0, 2, 2, 2, 2], [0, 3, 2, 2, 2, 2],
    ]
    for (y, row) in rows.enumerated() {
      for (x, label) in row.enumerated() { pixels.labels[6 * y + x] = label }
    }
    let cells = LabelMap(memory.slice(places[1]), width: 3, height: 2)
    cells.setMajority(of: pixels, poolings: 1)
    #expect(cells.labels.array == [1, 2, 2, 0, 2, 2])
    let inside = LabelMap(memory.slice(places[2]), width: 6, height: 4)
    inside.setEroded(pixels)
    let none = LabelMap.none
    #expect(Array(inside.labels.array[6..<12]) == [none, none, none, 2, 2, 2])
    cells.setPooled(inside)
    #expect(cells.labels.array == [none, none, 2, none, none, 2])
  }

  private func refusal(_ change: (inout Transfer) throws -> Void) throws -> MaskError? {
    do {
      var transfer = try transfer(labels { x, _ in x < 9 ? 0 : 255 })
      try change(&transfer)
      try transfer.check()
      _ = try transfer.checkRegions()
      return nil
    } catch TransferError.mask(_, let error) {
      return error
    }
  }

  @Test func whatIsRefused() throws {
    #expect(try refusal { _ in } == nil)
    #expect(
      try refusal { $0.styles.removeLast() } == .moreRegions([0, 255], styles: 1))
    #expect(try refusal { $0.styles.append($0.styles[0]) } == .unusedStyle(2))
    #expect(
      try refusal { $0.regions?.regions[1].styles = [4] }
        == .noStyle(label: 255, style: 4, styles: 2))
    #expect(try refusal { $0.regions?.regions = [.init(label: 0, styles: [])] } == .nothingPainted)
    let mask = try Mask([UInt8](repeating: 1, count: 400), size: ImageSize(width: 20, height: 20))
    #expect(
      try refusal { $0.regions?.mask = mask }
        == .otherShape(ImageSize(width: 20, height: 20), picture: Self.size))
    #expect(
      try refusal { $0.styles[0].mask = mask }
        == .otherShape(ImageSize(width: 20, height: 20), picture: ImageSize(width: 18, height: 15)))
    let other = try Mask([UInt8](repeating: 1, count: 30), size: ImageSize(width: 6, height: 5))
    #expect(try refusal { $0.styles[0].mask = other } == .noLabel(0, labels: [1]))
    #expect(
      try refusal { _ = try Regions($0.regions!.mask, named: [.init(label: 3, styles: [0])]) }
        == .noLabel(3, labels: [0, 255]))
    let dot = try Mask(labels { x, y in x == 4 && y == 4 ? 255 : 0 }, size: Self.size)
    #expect(
      try refusal { $0.regions?.mask = dot } == .empty(label: 255, layer: .conv2_1))
    #expect(throws: TransferError.mask(name: "the mask in memory", .tooManyLabels(100))) {
      try Mask((0..<100).map { UInt8($0) }, size: ImageSize(width: 10, height: 10))
    }
  }

  /// A style's region is measured where all that a position sees is of it, or to its edges where that is too little.
  @Test func insideOrToTheEdges() throws {
    func regions(_ side: Int) throws -> StyleRegions {
      var transfer = try transfer(labels { x, _ in x < 9 ? 0 : 255 })
      transfer.styles[0].source = .picture(Picture(blank: ImageSize(width: side, height: side)))
      transfer.styles[0].mask = try Mask(
        (0..<side * side).map { $0 % side < side / 2 ? 0 : 255 },
        size: ImageSize(width: side, height: side))
      return try #require(try StyleRegions(transfer, style: 0))
    }
    let large = try regions(64)
    #expect(large.notes.isEmpty)
    #expect(large.positions(.conv1_1, region: 0)?.count == 31 * 64)
    // conv2_1 sees three rows of cells that conv1_2 makes of five pixels' sides.
    #expect(large.positions(.conv2_1, region: 0)?.count == 14 * 32)
    #expect(large.positions(.conv1_1, region: 1) == nil)
    let small = try regions(16)
    #expect(small.notes.count == 1 && small.notes[0].contains("edges at conv2_1,"))
    #expect(small.positions(.conv1_1, region: 0)?.count == 7 * 16)
    #expect(small.positions(.conv2_1, region: 0)?.count == 4 * 8)
  }

  @Test func fingerprints() throws {
    func value(_ change: (inout Transfer) throws -> Void) throws -> UInt64 {
      var transfer = try transfer(labels { x, _ in x < 9 ? 0 : 255 })
      try change(&transfer)
      return try transfer.fingerprint().value
    }
    let mask = try Mask(labels { x, _ in x < 10 ? 0 : 255 }, size: Self.size)
    let values = [
      try value { _ in }, try value { $0.regions?.mask = mask }, try value { $0.regions = nil },
      try value { $0.regions?.weighting = .area }, try value { $0.styles[0].mask = mask },
      try value { $0.regions?.regions[0].styles = [1] },
      try value { $0.regions?.regions[0].styles = [] },
    ]
    #expect(Set(values).count == values.count)
  }
}
