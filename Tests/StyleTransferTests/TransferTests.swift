import CSystem
import ImageIO
import Optim
import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// A whole transfer: what it promises, how it is stopped, how it goes on, and who may share it.
@Suite struct TransferTests {
  private let content = TestNetworks.image("content", width: 37, height: 21)
  private let style = TestNetworks.image("style", width: 26, height: 31)
  private static let weights = TestNetworks.weights(.int8, deepest: .conv2_2)

  private func transfer(_ weights: Weights = Self.weights) -> Transfer {
    let settings = TransferSettings(
      contentLayers: [.init(layer: .conv2_2, weight: 1)],
      styleLayers: [LayerName.conv1_1, .conv2_1].map { .init(layer: $0, weight: 0.5) })
    var transfer = TestNetworks.transfer(
      weights, content: content, style: style, settings: settings)
    transfer.walk = .longerSide
    transfer.start = .noise(ratio: 0.6, seed: 4)
    transfer.steps = 6
    return transfer
  }

  private func bits(_ tensor: ImageTensor) -> [UInt32] { tensor.values.map { $0.bitPattern } }

  /// Weights whose gradient no Float32 holds end in an error and not in a crash.
  @Test(
    arguments: [InstructionSet.scalar, .best], Precision.allCases)
  func divergenceIsReported(_ set: InstructionSet, _ precision: Precision) {
    var transfer = transfer(TestNetworks.weights(precision, deepest: .conv2_2))
    transfer.instructionSet = set
    transfer.optimizer = OptimizerSettings(method: .adam)
    for (content, style) in [(10, 1e45), (1e45, 40), (1e45, 1e45)] {
      transfer.settings.contentWeight = content
      transfer.settings.styleWeight = style
      #expect(throws: TransferError.diverged(step: 6)) { try transfer.run() }
    }
  }

  // MARK: Progress and cancel

  @Test func progressTellsEveryStep() throws {
    final class Log {
      var phases: [TransferPhase] = []
      var steps: [Int] = []
      var shares: [Double] = []
    }
    let log = Log()
    let result = try transfer().run { progress, picture in
      if log.phases.last != progress.phase { log.phases.append(progress.phase) }
      #expect((picture == nil) == (progress.losses == nil))
      #expect(progress.steps == 6)
      if progress.phase == .optimise {
        log.steps.append(progress.step)
        log.shares.append(progress.share)
        #expect(progress.losses?.isFinite == true)
      }
      return .proceed
    }
    #expect(log.phases == [.measureStyle, .measureContent, .optimise])
    #expect(log.steps == Array(1...6))
    #expect(log.shares.last == 1)
    #expect(result.steps == 6 && !result.wasStopped)
    #expect(result.picture.size == ImageSize(width: 37, height: 21))
  }

  /// A stop is seen between the chunks of a measurement, and nothing is left to save.
  @Test(arguments: [TransferPhase.measureStyle, .measureContent])
  func stoppedWhileMeasuring(_ phase: TransferPhase) throws {
    final class Count { var calls = 0 }
    let count = Count()
    var transfer = transfer()
    transfer.plan = MemoryPlan(network: NetworkPlan(chunkRows: 4, kept: .none), copies: .both)
    let path = makeTemporaryFile()
    remove(path)
    transfer.checkpoint = Transfer.CheckpointFile(path: path, every: 1)
    #expect(throws: TransferError.stopped) {
      try transfer.run { progress, _ in
        count.calls += progress.phase == phase ? 1 : 0
        return count.calls == 2 ? .stop : .proceed
      }
    }
    #expect(count.calls == 2)
    #expect(access(path.description, F_OK) != 0)
  }

  /// Stopped after three steps, the image is that of a run of three.
  @Test func stoppedAfterAStep() throws {
    let stopped = try transfer().run { progress, _ in progress.step == 3 ? .stop : .proceed }
    #expect(stopped.steps == 3 && stopped.wasStopped)
    var short = transfer()
    short.steps = 3
    // A run of three steps remembers no more changes than three.
    var whole = transfer()
    whole.optimizer.lbfgs.history = 3
    let three = try short.run()
    let first = try whole.run { progress, _ in progress.step == 3 ? .stop : .proceed }
    #expect(bits(three.picture.tensor) == bits(first.picture.tensor))
    #expect(!three.wasStopped && three.losses == first.losses)
  }

  /// From a finished picture a run starts at its cost, however few its steps; and what is taken back
  /// has the same bits for other plans and threads, and after a checkpoint.
  @Test(arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func aFinishedPictureIsNotSpoilt(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let path = makeTemporaryFile()
    remove(path)
    defer { remove(path) }
    var first = transfer()
    first.steps = 60
    first.optimizer = Transfer.defaultOptimizer
    let finished = try first.run()
    var again = transfer()
    again.start = .picture(Picture(finished.picture.tensor))
    again.optimizer = Transfer.defaultOptimizer
    again.optimizer.method = method
    again.optimizer.state = state
    for steps in 1...4 {
      var whole = again
      whole.steps = steps
      let result = try whole.run()
      #expect(result.losses.total <= finished.losses.total * (steps == 1 ? 1.0001 : 1.11))
      var part = whole
      part.checkpoint = Transfer.CheckpointFile(path: path, every: 1)
      part.threads = 3
      part.plan = MemoryPlan(name: "streaming-16-lean")
      part.optimizer.lbfgs.history = 4
      whole.optimizer.lbfgs.history = 4
      #expect(bits(try part.run().picture.tensor) == bits(try whole.run().picture.tensor))
    }
  }

  // MARK: Checkpoints

  @Test func goesOnFromItsCheckpoint() throws {
    let path = makeTemporaryFile()
    remove(path)
    defer { remove(path) }
    var stored = transfer()
    stored.checkpoint = Transfer.CheckpointFile(path: path, every: 2)
    let stopped = try stored.run { progress, _ in progress.step == 3 ? .stop : .proceed }
    #expect(stopped.steps == 3)
    var lean = stored
    lean.threads = 3
    lean.plan = MemoryPlan(name: "streaming-16-lean")
    let run = try lean.start()
    #expect(run.firstStep == 3)
    while !run.isDone { _ = try run.advance() }
    let resumed = try run.finish()
    #expect(bits(resumed.picture.tensor) == bits(try transfer().run().picture.tensor))
    // Another transfer's checkpoint, and one of too many steps.
    var other = stored
    other.settings.smoothness = 1
    #expect(throws: TransferError.checkpoint(path: path, .otherRun)) { try other.start() }
    other = stored
    other.start = .noise(ratio: 0.6, seed: 5)
    #expect(throws: TransferError.checkpoint(path: path, .otherRun)) { try other.start() }
    other = stored
    other.steps = 5
    #expect(throws: TransferError.laterStep(path: path, found: 6)) { try other.start() }
  }

  /// A checkpoint that can no longer be written costs nothing but itself.
  @Test func goesOnWithoutItsCheckpoint() throws {
    let folder = makeTemporaryFolder()
    defer { remove(folder) }
    let path = folder.appending("c.run")
    var stored = transfer()
    stored.checkpoint = Transfer.CheckpointFile(path: path, every: 2)
    let result = try stored.run { progress, _ in
      // After the third step nothing can be made in the folder.
      if progress.step == 3 {
        remove(path)
        remove(folder)
      }
      return .proceed
    }
    #expect(result.steps == 6 && !result.wasStopped)
    #expect(result.checkpointFailure == .checkpoint(path: path, .output(.missingFolder)))
    #expect(bits(result.picture.tensor) == bits(try transfer().run().picture.tensor))
    #expect(try transfer().run().checkpointFailure == nil)
  }

  // MARK: Sharing

  /// Two transfers at once with one set of weights, each with a pool of its own; and again after them.
  @Test func twoTransfersAtOnce() async throws {
    @Sendable func paint() throws -> [UInt32] { bits(try transfer().run().picture.tensor) }
    async let first = paint()
    async let second = paint()
    let (one, other) = try await (first, second)
    #expect(one == other)
    #expect(try paint() == one)
  }

  /// One description starts two runs that know nothing of each other.
  @Test func twoRunsOfOneDescription() throws {
    let transfer = transfer()
    let (first, second) = (try transfer.start(), try transfer.start())
    for _ in 0..<3 { _ = try first.advance() }
    for _ in 0..<3 {
      _ = try second.advance()
      _ = try first.advance()
    }
    for _ in 0..<3 { _ = try second.advance() }
    #expect(bits(first.picture.tensor) == bits(second.picture.tensor))
  }

  // MARK: Pictures

  /// The style's longer side follows the result's, whatever was asked of the result; proportions stay.
  @Test func theStylesSizeFollowsTheResults() {
    func sizes(
      _ content: ImageSize, _ style: ImageSize, _ longerSide: Int?, scale: Double = 1,
      upscale: Bool = false
    ) -> [Int] {
      var transfer = Transfer(
        content: Picture(blank: content), styles: [Style(Picture(blank: style), scale: scale)],
        network: .vgg19,
        precision: .int8)
      transfer.longerSide = longerSide
      transfer.upscale = upscale
      let style = transfer.styles[0]
      let size = transfer.size(style)
      return [size.width, size.height, transfer.wantedSide(style) ?? 0]
    }
    let photo = ImageSize(width: 192, height: 144)
    let painting = ImageSize(width: 512, height: 256)
    for side in [192, 512, 4000] { #expect(sizes(photo, painting, side) == [192, 96, 192]) }
    #expect(sizes(photo, painting, 96) == [96, 48, 96])
    #expect(sizes(photo, painting, 192, scale: 2) == [384, 192, 384])
    #expect(sizes(photo, painting, 192, scale: 0.25) == [48, 24, 48])
    #expect(sizes(photo, painting, 384, upscale: true) == [384, 192, 384])
    #expect(sizes(photo, painting, 1000, upscale: true) == [512, 256, 1000])
    #expect(sizes(photo, painting, nil, scale: 3) == [512, 256, 0])
  }

  /// The picture is upright whichever side the engine walks along; its rows are copied one by one.
  @Test func theResultIsUpright() throws {
    var still = transfer()
    still.start = .content
    let run = try still.start()
    #expect(still.isTransposed)
    #expect(bits(run.picture.tensor) == bits(content))
    #expect(run.session.shape.width == 21 && run.session.shape.height == 37)
    var row = [Float](repeating: 0, count: 3 * 37)
    run.picture.copyRow(20, into: &row)
    #expect(row == Array(content.values[(20 * 37 * 3)...]))
  }

  /// A file, its samples and its values minus mean are the same picture.
  @Test func threeFormsOfAPicture() throws {
    let path = makeTemporaryFile()
    defer { remove(path) }
    var random = TestRandom("picture")
    let size = ImageSize(width: 60, height: 44)
    let pixels = random.floats(3 * size.pixelCount, scale: 127).map { ($0 + 128).rounded() }
    let image = RGBImage(size: size, pixels: pixels)
    try writeImage(image, path: path, encoding: ImageEncoding(.png))
    let wanted = ImageSize(width: 31, height: 23)
    func read(_ picture: Picture, transposed: Bool) throws -> [Float] {
      var values = [Float](repeating: 0, count: 3 * wanted.pixelCount)
      var span = values.mutableSpan
      try picture.read(into: &span, size: wanted, transposed: transposed)
      return values
    }
    let file = try Picture(path: path)
    for transposed in [false, true] {
      let expected = try read(file, transposed: transposed)
      #expect(try read(Picture(image), transposed: transposed) == expected)
      let tensor = ImageTensor(
        width: wanted.width, height: wanted.height, values: try read(file, transposed: false))
      #expect(try read(Picture(tensor), transposed: transposed) == expected)
    }
    #expect(
      throws: TransferError.otherSize(
        name: "the picture in memory", found: ImageSize(width: 37, height: 21), wanted: wanted)
    ) { try read(Picture(content), transposed: false) }
  }

  // MARK: Refusals and plans

  @Test func whatIsRefused() throws {
    var small = transfer()
    small.content = Picture(blank: ImageSize(width: 1, height: 40))
    #expect(
      throws: TransferError.tooSmall(
        name: "the picture in memory", width: 1, height: 40, least: 2, remedy: .upscale(60))
    ) { try small.start() }
    // What the remedies name is enough, and one pixel less is not.
    for size in [ImageSize(width: 40, height: 1), ImageSize(width: 900, height: 13)] {
      small.content = Picture(blank: size)
      small.longerSide = 14
      do {
        try small.check()
        Issue.record("a picture of \(size)")
      } catch {
        guard case .tooSmall(_, _, _, let least, let remedy) = error else { throw error }
        switch remedy {
        case .longerSide(let side): small.longerSide = side
        case .upscale(let side): (small.longerSide, small.upscale) = (side, true)
        case .otherPicture: Issue.record("no remedy")
        }
        let fitted = small.resultSize
        #expect(min(fitted.width, fitted.height) == least)
        small.longerSide = small.longerSide.map { $0 - 1 }
        #expect(min(small.resultSize.width, small.resultSize.height) < least)
      }
    }
    var other = Transfer(
      content: Picture(content), styles: [Style(Picture(style))], network: .vgg16, precision: .int8)
    other.settings.styleLayers.append(.init(layer: LayerName(block: 3, place: 4), weight: 1))
    do {
      try other.check()
      Issue.record("a layer that the network lacks")
    } catch {
      #expect(error.description == "VGG-16 has no conv3_4; its layers are conv1_1 to conv5_3")
    }
    var poor = transfer()
    (poor.memory, poor.plan) = (1 << 20, nil)
    do {
      _ = try poor.start()
      Issue.record("a limit below every plan")
    } catch {
      guard case .overLimit(_, let bytes, _, let limit, false, let fitting) = error else {
        throw error
      }
      #expect(fitting.side == nil && fitting.history == nil)
      #expect(limit == MemoryLimit(bytes: 1 << 20, source: .chosen))
      #expect(bytes > 1 << 20)
    }
    // Weights that end before a layer of the settings.
    var deep = transfer()
    deep.settings.styleLayers = [.init(layer: .conv3_1, weight: 1)]
    deep.content = Picture(TestNetworks.image("content", width: 40, height: 40))
    #expect(
      throws: TransferError.weights(
        name: "the network in memory", .missingLayer(name: "conv3_1"))
    ) { try deep.start() }
  }

  /// Every plan takes less memory than the ones before it, and a name leads back to it.
  @Test func plansAreOrdered() throws {
    let plans = try transfer().plans()
    #expect(plans.count > 2)
    for (before, plan) in zip(plans, plans.dropFirst()) {
      #expect(plan.bytes < before.bytes && plan.relativeTime >= before.relativeTime)
    }
    for planned in plans {
      let named = try #require(MemoryPlan(name: planned.plan.name))
      #expect(named.network == planned.plan.network && named.copies == planned.plan.copies)
    }
  }

  /// The article's preset leaves size, steps and limits as they are.
  @Test func article() {
    var transfer = transfer()
    transfer.settings.smoothness = 3
    transfer.pooling = .maximum
    transfer.useArticle(seed: 8)
    guard case .noise(let ratio, let seed) = transfer.start else {
      Issue.record("no noise")
      return
    }
    #expect(ratio == 0.6 && seed == 8)
    #expect(transfer.settings == TransferSettings(.article))
    #expect(transfer.settings.contentWeight == 10 && transfer.settings.styleWeight == 40)
    #expect(transfer.optimizer.method == .adam && transfer.optimizer.state == .float32)
    #expect(transfer.optimizer.adam == AdamSettings() && transfer.optimizer.bounds.isEmpty)
    #expect(transfer.pooling == .average && transfer.steps == 6)
  }

  // MARK: Fingerprints

  /// The fingerprint changes with everything that changes the bits, and with nothing else.
  @Test func fingerprints() throws {
    func value(_ change: (inout Transfer) -> Void) throws -> UInt64 {
      var transfer = transfer()
      change(&transfer)
      return try transfer.fingerprint().value
    }
    let own = try value { _ in }
    for same in [
      try value { $0.threads = 5 }, try value { $0.plan = nil }, try value { $0.steps = 9 },
      try value { $0.instructionSet = .scalar }, try value { $0.recordsGradient = true },
    ] { #expect(same == own) }
    let others = [
      try value { $0.settings.smoothness = 1 },
      try value { $0.settings.normalizesGradients = true },
      try value { $0.settings.contentWeight = 11 },
      try value { $0.settings.styleLayers[0].weight = 0.4 }, try value { $0.pooling = .maximum },
      try value { $0.start = .content }, try value { $0.start = .noise(ratio: 0.6, seed: 3) },
      try value { $0.walk = .rows }, try value { $0.optimizer.bounds = Transfer.colours },
      try value { $0.styles = [Style($0.content)] },
      try value { $0.styles.append($0.styles[0]) }, try value { $0.optimizer.method = .adam },
    ]
    #expect(Set(others + [own]).count == others.count + 1)
    #expect(
      try transfer(TestNetworks.weights(.float32, deepest: .conv2_2)).fingerprint().value != own)
  }
}
