import CSystem
import ImageIO
import Optim
import QuantVGG
import TestSupport
import Testing

@testable import StyleTransfer

/// A transfer from coarse to fine: what each scale starts from, and that nothing but the description decides its bits.
@Suite struct ScaleTests {
  private static let weights = TestNetworks.weights(.int8, deepest: .conv2_1)
  private let path = makeTemporaryFile()

  private func picture(_ name: String, width: Int, height: Int) -> RGBImage {
    var random = TestRandom(name)
    return RGBImage(
      size: ImageSize(width: width, height: height),
      pixels: (0..<3 * width * height).map { _ in Float(random.next() >> 56) })
  }

  private func transfer(_ method: OptimizerSettings.Method = .lbfgs) -> Transfer {
    var transfer = Transfer(
      content: Picture(picture("content", width: 61, height: 39)),
      styles: [Style(Picture(picture("style", width: 44, height: 50)))], weights: Self.weights)
    transfer.settings = TransferSettings(
      contentLayers: [.init(layer: .conv1_2, weight: 1)],
      styleLayers: [LayerName.conv1_1, .conv2_1].map { .init(layer: $0, weight: 0.5) })
    transfer.start = .noise(ratio: 0.6, seed: 4)
    transfer.optimizer.method = method
    transfer.memory = .max
    transfer.threads = 2
    transfer.plan = .resident
    transfer.longerSide = 37
    transfer.steps = 3
    transfer.coarse = [.init(longerSide: 16, steps: 4), .init(longerSide: 23, steps: 2)]
    return transfer
  }

  private func bits(_ picture: PaintedPicture) -> [UInt32] {
    picture.tensor.values.map { $0.bitPattern }
  }

  // MARK: What each scale is

  /// A scale is the transfer at its size from what the one before has changed in the content.
  @Test(arguments: OptimizerSettings.Method.allCases, [nil, 5] as [UInt64?])
  func scalesAreTransfersInARow(
    _ method: OptimizerSettings.Method, _ nearby: UInt64?
  ) throws {
    var transfer = transfer(method)
    transfer.walk = .rows
    transfer.nearbySeed = nearby
    var change: RGBImage?
    var last: ImageTensor?
    for scale in transfer.coarse + [.init(longerSide: 37, steps: 3)] {
      var single = transfer
      single.coarse = []
      single.longerSide = scale.longerSide
      single.steps = scale.steps
      let content = try content(of: single)
      if let change {
        let larger = resized(change, to: single.resultSize)
        var start = content
        for i in start.values.indices {
          let range = Transfer.colours[i % 3]
          let value = start.values[i] + (2 * larger.pixels[i] - 255)
          start.values[i] = min(max(value, range.lowerBound), range.upperBound)
        }
        single.start = .picture(Picture(start))
        single.nearbySeed = nil
      }
      let tensor = try single.run().picture.tensor
      change = RGBImage(
        size: single.resultSize,
        pixels: zip(tensor.values, content.values).map { ($0 - $1 + 255) / 2 })
      last = tensor
    }
    #expect(try transfer.run().picture.tensor.values == last?.values)
  }

  /// The content of a transfer of one scale, upright.
  private func content(of scale: Transfer) throws -> ImageTensor {
    let size = scale.resultSize
    var content = ImageTensor(width: size.width, height: size.height)
    var span = content.values.mutableSpan
    try scale.content.read(into: &span, size: size, transposed: false)
    return content
  }

  /// The first image of a scale is the content with the change of the scale before, resampled in Float64 by the
  /// formula.
  @Test func theChangeIsResampled() throws {
    let transfer = transfer()
    let run = try transfer.start()
    for _ in 0..<4 { _ = try run.advance() }
    let costs = run.session.settle()
    run.session.settleEnd(costs)
    let first = run.picture.tensor
    try run.beginNextScale()
    let second = run.picture.tensor
    #expect(first.width == 16 && second.width == 23 && second.height == 15)
    let contents = try transfer.scales.map { try content(of: $0) }
    let change = zip(first.rgb, contents[0].rgb).map { Double($0) - Double($1) }
    for (place, found) in second.rgb.enumerated() {
      let (x, y, c) = (place / 3 % second.width, place / 3 / second.width, place % 3)
      let columns = keys(x, of: second.width, from: first.width)
      let rows = keys(y, of: second.height, from: first.height)
      var value = Double(contents[1].rgb[place])
      for (row, own) in rows {
        for (column, other) in columns {
          value += own * other * change[3 * (row * first.width + column) + c]
        }
      }
      #expect(abs(min(max(value, 0), 255) - Double(found)) < 1e-3, "\(x) \(y) \(c)")
    }
  }

  /// The samples that make up one of a larger grid, and their weights: Keys' cubic, a = -1/2.
  private func keys(_ place: Int, of count: Int, from samples: Int) -> [(Int, Double)] {
    let center = (Double(place) + 0.5) * Double(samples) / Double(count) - 0.5
    let weights = (0..<samples).map { sample -> Double in
      let t = abs(center - Double(sample))
      if t >= 2 { return 0 }
      return t < 1
        ? 1.5 * t * t * t - 2.5 * t * t + 1 : -0.5 * t * t * t + 2.5 * t * t - 4 * t + 2
    }
    let sum = weights.reduce(0, +)
    return weights.enumerated().filter { $1 != 0 }.map { ($0, $1 / sum) }
  }

  /// Regions that are kept have the content's pixels at every scale.
  @Test func whatIsKeptIsTheContent() throws {
    var transfer = transfer()
    let size = ImageSize(width: 61, height: 39)
    let labels = (0..<size.pixelCount).map { UInt8($0 % size.width < 30 ? 1 : 2) }
    transfer.regions = try Regions(
      try Mask(labels, size: size),
      named: [.init(label: 1, styles: []), .init(label: 2, styles: [0])])
    let result = try transfer.run().picture.tensor
    transfer.coarse = []
    let content = try content(of: transfer).values
    for y in 0..<result.height {
      for i in y * result.width * 3..<(y * result.width + 17) * 3 {
        #expect(result.values[i] == content[i])
      }
    }
    #expect(result.values != content)
  }

  /// Sizes come from the pictures' own, and the side along which all advance from the result.
  @Test func sizes() throws {
    var transfer = transfer()
    transfer.content = Picture(blank: ImageSize(width: 1001, height: 1000))
    transfer.longerSide = 501
    transfer.coarse = [.init(longerSide: 126, steps: 1), .init(longerSide: 251, steps: 1)]
    transfer.styles[0].scale = 0.1
    #expect(
      transfer.scales.map { $0.resultSize } == [
        ImageSize(width: 126, height: 126), ImageSize(width: 251, height: 251),
        ImageSize(width: 501, height: 500),
      ])
    #expect(transfer.scales.map { $0.isTransposed } == [true, true, true])
    #expect(transfer.scales.map { $0.size($0.styles[0]).height } == [13, 25, 50])
    for (longer, other) in [(61, 39), (1024, 768), (301, 300), (300, 301)] {
      transfer.content = Picture(blank: ImageSize(width: longer, height: other))
      transfer.longerSide = 61
      transfer.coarse = [.init(longerSide: 60, steps: 1)]
      #expect(transfer.scales.allSatisfy { $0.isTransposed == transfer.isTransposed })
      var single = transfer
      single.coarse = []
      #expect(single.isTransposed == transfer.isTransposed)
    }
  }

  @Test func scalesThatDoNotGrowAreRefused() {
    var transfer = transfer()
    for sides in [[16, 16], [23, 16], [16, 37], [37], [40], [16, 99]] {
      transfer.coarse = sides.map { .init(longerSide: $0, steps: 1) }
      #expect(throws: TransferError.self, "\(sides)") { try transfer.check() }
      #expect(throws: TransferError.self, "\(sides)") { try transfer.choosePlan() }
    }
    transfer.coarse = [.init(longerSide: 2, steps: 1)]
    #expect {
      try transfer.check()
    } throws: {
      if case .tooSmall = $0 as? TransferError { return true }
      return false
    }
  }

  // MARK: The same bits

  @Test(arguments: OptimizerSettings.Method.allCases)
  func plansThreadsAndInstructionSets(_ method: OptimizerSettings.Method) throws {
    let wanted = try bits(transfer(method).run().picture)
    for name in ["resident-64", "keep-conv2_1-16", "streaming-3-lean"] {
      for threads in 1...3 {
        var other = transfer(method)
        other.plan = MemoryPlan(name: name)
        other.threads = threads
        #expect(try bits(other.run().picture) == wanted, "\(name), \(threads)")
      }
    }
    var scalar = transfer(method)
    scalar.instructionSet = .scalar
    #expect(try bits(scalar.run().picture) == wanted)
  }

  /// Killed after any step, or between two scales, it goes on to the same bits.
  @Test(
    arguments: OptimizerSettings.Method.allCases,
    [nil, StopRule(change: 0.9, steps: 1)])
  func resumed(_ method: OptimizerSettings.Method, _ stop: StopRule?) throws {
    defer { remove(path) }
    var whole = transfer(method)
    whole.stop = stop
    whole.checkpoint = .init(path: path, every: 1000)
    remove(path)
    let wanted = try whole.run()
    #expect(stop == nil ? wanted.steps == 9 : wanted.steps < 9)
    for end in 1...wanted.steps {
      remove(path)
      var stored = whole
      let every = 1 + end % 2
      stored.checkpoint = .init(path: path, every: every)
      let killed = try stored.start()
      for _ in 0..<end {
        _ = try killed.advance()
        try killed.saveIfDue()
      }
      stored.plan = MemoryPlan(name: "streaming-16-lean")
      let run = try stored.start()
      #expect(run.firstStep == (end == wanted.steps ? end - 1 : end) / every * every)
      while !run.isDone { _ = try run.advance() }
      let result = try run.finish()
      #expect(bits(result.picture) == bits(wanted.picture), "\(end)")
      #expect(result.scales.map { $0.steps } == wanted.scales.map { $0.steps })
      #expect(result.stepsSaved == wanted.stepsSaved)
    }
  }

  @Test func fingerprints() throws {
    func value(_ change: (inout Transfer) -> Void) throws -> UInt64 {
      var transfer = transfer()
      // Without a checkpoint, the steps decide how much L-BFGS remembers.
      transfer.checkpoint = .init(path: path)
      change(&transfer)
      return try transfer.fingerprint().value
    }
    let own = try value { _ in }
    #expect(try value { $0.steps = 99 } == own)
    let rule = StopRule(change: 0.1, steps: 4)
    let others = [
      try value { $0.coarse = [] }, try value { $0.coarse.removeFirst() },
      try value { $0.coarse[0].steps = 5 }, try value { $0.coarse[1].steps = 3 },
      try value { $0.coarse[1].longerSide = 24 }, try value { $0.stop = rule },
    ]
    #expect(!others.contains(own) && Set(others).count == others.count)
    #expect(
      try value { $0.coarse = [] }
        == value {
          $0.coarse = []
          $0.stop = rule
        })
  }

  // MARK: Its steps

  @Test func progressTellsScaleAndStep() throws {
    final class Log {
      var lines: [[Int]] = []
      var sizes: [Int] = []
    }
    let log = Log()
    let result = try transfer().run { progress, picture in
      guard let picture else { return .proceed }
      log.lines.append([progress.scale, progress.step, progress.steps])
      log.sizes.append(picture.size.width)
      return .proceed
    }
    #expect(
      log.lines == [0, 0, 0, 0, 1, 1, 2, 2, 2].enumerated().map { [$1, $0 + 1, 9] })
    #expect(log.sizes == [16, 16, 16, 16, 23, 23, 37, 37, 37])
    #expect(result.scales.map { $0.steps } == [4, 2, 3] && result.steps == 9)
    #expect(result.scales.map { $0.size } == transfer().scales.map { $0.resultSize })
  }

  /// Stopped in a coarse scale, the result is that scale's picture.
  @Test func stoppedInACoarseScale() throws {
    let result = try transfer().run { progress, _ in progress.step == 5 ? .stop : .proceed }
    #expect(result.wasStopped && result.steps == 5 && result.stepsSaved == 0)
    #expect(result.picture.size == ImageSize(width: 23, height: 15))
    #expect(result.scales.map { $0.steps } == [4, 1])
  }

  /// The rule ends each scale, not the run.
  @Test func everyScaleIsEndedByTheRule() throws {
    var transfer = transfer()
    transfer.coarse[0].steps = 20
    transfer.stop = StopRule(change: 1, steps: 2)
    let result = try transfer.run()
    #expect(result.scales.map { $0.steps } == [3, 2, 3])
    #expect(result.steps == 8 && result.stepsSaved == 17 && !result.wasStopped)
  }

  /// The plan is that of the scale that takes most, with the image that is handed over.
  @Test func memoryIsThatOfTheLargestScale() throws {
    let transfer = transfer()
    let planned = try transfer.choosePlan()
    #expect(planned.bytes == planned.scales.map { $0.bytes }.max())
    #expect(planned.scales.map { $0.steps } == [4, 2, 3])
    let shares = planned.scales.map { $0.timeShare }
    #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
    let work = transfer.scales.map { Double($0.stepWork * $0.steps) }
    for (share, own) in zip(shares, work) {
      #expect(abs(share - own / work.reduce(0, +)) < 1e-12)
    }
    // Beside a transfer that starts from a picture of its own, each measurement has the earlier image.
    let phases = transfer.phases(.resident, for: Int8Arithmetic.self)
    var single = transfer
    single.coarse = []
    let alone = single.phases(.resident, for: Int8Arithmetic.self)
    let last = phases.filter { $0.scale == 2 }
    #expect(phases.map { $0.scale } == phases.map { $0.scale }.sorted())
    for (own, other) in zip(last, alone) {
      let earlier = 23 * 15 * 3 * 4
      #expect(own.phase == other.phase)
      switch own.phase {
      case .optimise: #expect(own.bytes == other.bytes)
      case .measureContent: #expect(own.bytes > other.bytes + earlier)
      default: #expect(own.bytes == other.bytes + earlier)
      }
    }
  }
}
