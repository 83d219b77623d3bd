import CSystem
import FileNames
import ImageIO
import Optim
import QuantVGG
import Rows
import TestSupport
import Testing

@testable import StyleTransfer

/// A run whose state is in a file gives the bits of one in memory, moves as many bytes as were planned, and leaves nothing.
@Suite final class SpillTests {
  private static let int8 = TestNetworks.weights(.int8, deepest: .conv3_1)
  private static let float32 = TestNetworks.weights(.float32, deepest: .conv3_1)
  private let folder = makeTemporaryFolder()
  private let path = makeTemporaryFile()

  deinit {
    remove(path)
    // Fails where something is left.
    #expect(folder.withCString { rmdir($0) } == 0, "files are left")
  }

  private func picture(_ name: String, width: Int, height: Int) -> Picture {
    var random = TestRandom(name)
    return Picture(
      RGBImage(
        size: ImageSize(width: width, height: height),
        pixels: (0..<3 * width * height).map { _ in Float(random.next() >> 56) }))
  }

  /// A wide picture, whose columns are the engine's rows, odd at every level of the network.
  private func transfer(
    _ precision: Precision = .int8,
    _ optimizer: OptimizerSettings = OptimizerSettings(method: .adam, state: .float32)
  ) -> Transfer {
    var transfer = Transfer(
      content: picture("content", width: 97, height: 61),
      styles: [Style(picture("style", width: 26, height: 31))],
      weights: precision == .int8 ? Self.int8 : Self.float32)
    transfer.settings = TransferSettings(
      contentLayers: [.init(layer: .conv2_2, weight: 1), .init(layer: .conv1_2, weight: 0.5)],
      styleLayers: [LayerName.conv1_1, .conv2_1, .conv3_1].map { .init(layer: $0, weight: 0.25) })
    transfer.start = .noise(ratio: 0.6, seed: 4)
    transfer.optimizer = optimizer
    transfer.optimizer.bounds = Transfer.colours
    transfer.longerSide = 75
    transfer.threads = 2
    transfer.memory = .max
    transfer.plan = .resident
    transfer.steps = 100
    return transfer
  }

  private func spilled(
    _ transfer: Transfer, chunkRows: Int = 16, kept: NetworkPlan.KeptLayers = .none,
    threads: Int = 2
  ) -> Transfer {
    var spilled = transfer
    spilled.plan = MemoryPlan(
      network: NetworkPlan(chunkRows: chunkRows, kept: kept), copies: .both, state: .file)
    spilled.spill = folder
    spilled.threads = threads
    return spilled
  }

  private func bits(_ run: TransferRun) -> [UInt32] {
    run.picture.tensor.values.map { $0.bitPattern }
  }

  /// The image after some steps; where the state is in a file, the last one's traffic is as it was planned.
  private func bits(_ transfer: Transfer, steps: Int = 4) throws -> [UInt32] {
    let run = try transfer.start()
    for _ in 0..<steps { _ = try run.advance() }
    #expect(run.session.traffic == run.planned.spill?.stepTraffic)
    return bits(run)
  }

  static let optimizers = OptimizerSettings.Method.allCases.flatMap { method in
    OptimizerSettings.State.allCases.map { OptimizerSettings(method: method, state: $0) }
  }

  // MARK: The same bits

  @Test(arguments: Precision.allCases, SpillTests.optimizers)
  func sameBits(_ precision: Precision, _ optimizer: OptimizerSettings) throws {
    var plain = transfer(precision, optimizer)
    plain.pooling = precision == .int8 ? .average : .maximum
    // More steps than changes are remembered.
    plain.optimizer.lbfgs.history = 3
    let expected = try bits(plain, steps: 6)
    for (chunkRows, kept, threads) in [
      (16, .none, 1), (1, .all, 3), (64, .from(.conv2_1), 2), (7, .none, 3),
    ] as [(Int, NetworkPlan.KeptLayers, Int)] {
      #expect(
        try bits(
          spilled(plain, chunkRows: chunkRows, kept: kept, threads: threads), steps: 6) == expected,
        "\(chunkRows) \(threads)")
    }
  }

  /// Whatever else reads or writes the image: other starts, upright pictures, terms of pixels, colours, regions.
  @Test(arguments: ["upright", "content", "nearby", "smooth", "match", "luma", "regions", "tensor"])
  func sameBitsWhatever(_ kind: String) throws {
    var plain = transfer()
    switch kind {
    case "upright": plain.walk = .rows
    case "content": plain.start = .content
    case "nearby":
      plain.start = .picture(picture("start", width: 50, height: 90))
      plain.nearbySeed = 5
    case "smooth": plain.settings.smoothness = 0.5
    case "match": plain.colors = .match
    case "luma": plain.colors = .luma
    case "regions":
      let size = ImageSize(width: 97, height: 61)
      let labels = (0..<size.pixelCount).map { UInt8($0 % 97 < 40 ? 1 : 2) }
      plain.styles.append(Style(picture("second", width: 40, height: 28)))
      plain.regions = try Regions(try Mask(labels, size: size))
    default:
      plain.longerSide = nil
      plain.start = .picture(Picture(TestNetworks.image("start", width: 97, height: 61)))
    }
    let expected = try bits(plain)
    #expect(try bits(spilled(plain, threads: 3)) == expected)
    #expect(try bits(spilled(plain, chunkRows: 64)) == expected)
  }

  @Test(arguments: OptimizerSettings.Method.allCases)
  func sameBitsFromCoarseToFine(_ method: OptimizerSettings.Method) throws {
    var plain = transfer(.int8, OptimizerSettings(method: method))
    plain.steps = 2
    plain.coarse = [.init(longerSide: 41, steps: 3), .init(longerSide: 50, steps: 2)]
    func finished(_ transfer: Transfer) throws -> [UInt32] {
      try transfer.run().picture.tensor.values.map { $0.bitPattern }
    }
    #expect(try finished(spilled(plain)) == finished(plain))
  }

  /// A change that raised the cost is taken back, and Adam begins anew, in a file as in memory.
  @Test(arguments: SpillTests.optimizers)
  func sameBitsWhereChangesAreShortened(_ optimizer: OptimizerSettings) throws {
    var plain = transfer(.int8, optimizer)
    plain.start = .content
    plain.settings.styleWeight = 0
    // A first change from the content can only raise the cost.
    plain.optimizer.adam.learningRate = 60
    func costs(_ transfer: Transfer) throws -> ([Double], [UInt32]) {
      let run = try transfer.start()
      run.session.step()
      run.session.settle()
      run.session.step()
      return ([run.session.evaluate().total, run.session.settle().total], bits(run))
    }
    let (expected, found) = (try costs(plain), try costs(spilled(plain)))
    #expect(found == expected)
  }

  // MARK: Checkpoints

  @Test(arguments: SpillTests.optimizers)
  func checkpointsGoBothWays(_ optimizer: OptimizerSettings) throws {
    let plain = transfer(.int8, optimizer)
    let whole = try plain.start()
    for _ in 0..<5 { whole.session.step() }
    var files: [Fingerprint] = []
    for (first, second) in [(plain, spilled(plain)), (spilled(plain, chunkRows: 7), plain)] {
      let begun = try first.start()
      for _ in 0..<2 { begun.session.step() }
      try begun.session.save(Checkpoint(fingerprint: 9, step: 2), to: path)
      var file = Fingerprint()
      try file.add(file: path)
      files.append(file)
      let resumed = try second.start()
      #expect(try resumed.session.restore(from: path, fingerprint: 9) != nil)
      for _ in 0..<3 { resumed.session.step() }
      #expect(bits(resumed) == bits(whole))
    }
    #expect(files[0].value == files[1].value)
  }

  // MARK: Plans

  /// A plan that spills is taken only where no other fits, and needs a folder.
  @Test func spillsWhereNothingElseFits() throws {
    var transfer = transfer()
    transfer.plan = nil
    // So large that what else this process does at the same time does not count.
    transfer.content = Picture(blank: ImageSize(width: 3000, height: 2000))
    transfer.longerSide = nil
    let plans = try transfer.plans()
    #expect(plans.allSatisfy { $0.spill == nil && !$0.plan.spills })
    let least = try #require(plans.last)
    transfer.spill = folder
    let more = try transfer.plans()
    #expect(more.prefix(plans.count).map { $0.plan.name } == plans.map { $0.plan.name })
    let spilling = more.dropFirst(plans.count)
    #expect(!spilling.isEmpty && spilling.allSatisfy { $0.plan.spills && $0.bytes < least.bytes })
    for planned in more { #expect(MemoryPlan(name: planned.plan.name)?.name == planned.plan.name) }
    transfer.memory = least.bytes + 64 << 20
    #expect(try transfer.choosePlan().spill == nil)
    transfer.memory = (least.bytes + (more.last?.bytes ?? 0)) / 2
    #expect(try transfer.choosePlan().spill != nil)
    transfer.spill = nil
    transfer.memory = .max
    transfer.plan = spilling.first?.plan
    #expect(throws: TransferError.noSpill(plan: transfer.plan?.name ?? "")) {
      try transfer.choosePlan()
    }
  }

  // MARK: What goes wrong

  @Test func foldersThatCannotHoldTheState() throws {
    func error(_ folder: FilePath) -> TransferError? {
      var transfer = spilled(transfer())
      transfer.spill = folder
      do {
        _ = try transfer.start()
        return nil
      } catch {
        return error
      }
    }
    let missing = folder.appending("none")
    #expect(error(missing) == .spill(folder: missing, .missing))
    #expect(error(path) == .spill(folder: path, .notAFolder))
    #expect(error("/dev/null") == .spill(folder: "/dev/null", .notAFolder))
  }

  /// Two runs have files of their own in one folder.
  @Test func runsSideBySide() throws {
    let expected = try bits(transfer())
    let (first, second) = (try spilled(transfer()).start(), try spilled(transfer()).start())
    for _ in 0..<4 {
      _ = try first.advance()
      _ = try second.advance()
    }
    #expect(bits(first) == expected && bits(second) == expected)
  }

  /// What fails is remembered, and ends the run with an error.
  @Test func aFileThatFailsIsNoted() throws {
    let readOnly = "/dev/null".withCString { system_open($0, O_RDONLY, 0) }
    let file = RowFile(descriptor: readOnly)
    var (memory, plan) = (ArenaPlan(), Optional(RowFilePlan()))
    let layout = StateRows<Float>.Layout(
      rows: 9, rowLength: 3, window: 4, memory: &memory, file: &plan)
    let rows = StateRows(layout, memory: try Arena(memory), file: file)
    rows.place(0..<4)
    rows[0..<4].fill(1)
    rows.write(0..<4)
    #expect(rows.failure == EBADF && file.bytesWritten == 0)
    rows.read(4..<8)
    #expect(rows.failure == EBADF && file.bytesRead == 0)
    let short = RowFile(descriptor: "/dev/null".withCString { system_open($0, O_RDONLY, 0) })
    StateRows(layout, memory: try Arena(memory), file: short).read(0..<1)
    #expect(short.failure == EIO)
  }
}
