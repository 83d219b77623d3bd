import CSystem
import FileOutput
import Optim
import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// A stopped transfer goes on from its checkpoint to the same bits, and no damaged one is taken.
@Suite struct CheckpointTests {
  private let path = makeTemporaryFile()
  private let content = TestNetworks.image("content", width: 21, height: 13)
  private let style = TestNetworks.image("style", width: 18, height: 15)

  private func session(
    _ precision: Precision = .int8, _ optimizer: OptimizerSettings = OptimizerSettings(),
    threads: Int = 2, plan: MemoryPlan = .resident, isRecorded: Bool = false
  ) throws -> Session {
    let settings = TransferSettings(
      contentLayers: [.init(layer: .conv1_2, weight: 1)],
      styleLayers: [LayerName.conv1_1, .conv2_1].map { .init(layer: $0, weight: 0.5) })
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(precision, deepest: .conv2_1), content: content, style: style,
      settings: settings, optimizer: optimizer, threads: threads)
    transfer.pooling = precision == .int8 ? .average : .maximum
    transfer.start = .noise(ratio: 0.6, seed: 4)
    transfer.plan = plan
    transfer.recordsGradient = isRecorded
    return try transfer.start().session
  }

  @Test(
    arguments: Precision.allCases,
    OptimizerSettings.Method.allCases.flatMap { method in
      OptimizerSettings.State.allCases.map { OptimizerSettings(method: method, state: $0) }
    })
  func threeStepsAndFourAreSeven(_ precision: Precision, _ settings: OptimizerSettings) throws {
    defer { remove(path) }
    let whole = try session(precision, settings)
    for _ in 0..<7 { whole.step() }
    let first = try session(precision, settings)
    for _ in 0..<3 { first.step() }
    let written = Checkpoint(fingerprint: 99, step: 3, notes: [7, .max])
    try first.save(written, to: path)
    let plan = MemoryPlan(
      network: NetworkPlan(chunkRows: 4, kept: .from(.conv2_1)), copies: .forward)
    for isRecorded in [false, true] {
      let second = try session(precision, settings, threads: 3, plan: plan, isRecorded: isRecorded)
      let read = try second.restore(from: path, fingerprint: 99, notes: 2)
      #expect(read == written)
      #expect(second.bits == first.bits)
      for _ in 0..<4 { second.step() }
      #expect(second.bits == whole.bits)
    }
  }

  // MARK: Damage

  private func write(_ bytes: some Sequence<UInt8>) throws {
    let file = try AtomicFile(path: path)
    try file.write(Array(bytes))
    try file.commit()
  }

  private func readBytes() -> [UInt8] {
    let descriptor = path.withCString { system_open($0, O_RDONLY, 0) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    return Array(bytes[..<max(0, Int(system_read(descriptor, &bytes, bytes.count)))])
  }

  /// The error of `body`, which finds a file; nil where nothing is refused.
  private func refusal(_ body: () throws -> Checkpoint?) -> CheckpointError? {
    do {
      #expect(try body() != nil, "no file was seen")
      return nil
    } catch {
      return error as? CheckpointError
    }
  }

  @Test(arguments: OptimizerSettings.Method.allCases)
  func damagedCheckpointsAreRefused(_ method: OptimizerSettings.Method) throws {
    defer { remove(path) }
    let session = try session(.int8, OptimizerSettings(method: method))
    session.step()
    session.step()
    try session.save(Checkpoint(fingerprint: 5, step: 2), to: path)
    let whole = readBytes()
    func refusal() -> CheckpointError? {
      self.refusal { try session.restore(from: path, fingerprint: 5) }
    }
    #expect(refusal() == nil)
    let ends =
      Array(0..<100) + Array(stride(from: 100, to: whole.count, by: 97))
      + [whole.count - 9, whole.count - 8, whole.count - 1]
    // Only ever shorter, which takes no writing.
    for end in ends.sorted(by: >) {
      #expect(truncate(path.description, end) == 0)
      guard case .truncated(_, end) = refusal() else {
        Issue.record("cut at \(end): \(String(describing: refusal()))")
        continue
      }
    }
    // All of the header, and the bytes behind it, in place.
    try write(whole)
    let descriptor = path.withCString { system_open($0, O_WRONLY, 0) }
    defer { close(descriptor) }
    for index in Array(0..<100) + Array(stride(from: 100, to: whole.count, by: isSlow ? 11 : 1)) {
      var byte = whole[index] ^ UInt8(1 << (index % 8))
      #expect(system_write_at(descriptor, &byte, 1, Int64(index)) == 1)
      #expect(refusal() != nil, "byte \(index)")
      byte = whole[index]
      #expect(system_write_at(descriptor, &byte, 1, Int64(index)) == 1)
    }
    #expect(refusal() == nil)
    try write(whole + [0])
    #expect(refusal() == .damaged)
    try write(whole)
    #expect(refusal() == nil)
    #expect(self.refusal { try session.restore(from: path, fingerprint: 6) } == .otherRun)
    #expect(
      self.refusal { try session.restore(from: path, fingerprint: 6, notes: 2) } == .otherRun)
  }

  /// A file whose checksums are right may still promise anything.
  @Test func hostileSizesAreRefused() throws {
    defer { remove(path) }
    let session = try session()
    session.step()
    try session.save(Checkpoint(fingerprint: 5, step: 1), to: path)
    let whole = readBytes()
    for word in 3..<8 {
      for wrong: UInt64 in [.max, 1 << 63, 1 << 62, 1 << 40, 4096] where (word, wrong) != (3, 4096)
      {
        var bytes = whole
        var sum = Fingerprint()
        for i in 0..<8 { bytes[8 * word + i] = UInt8(truncatingIfNeeded: wrong >> (8 * UInt64(i))) }
        for i in 0..<8 {
          sum.add(
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self) })
        }
        for i in 0..<8 { bytes[64 + i] = UInt8(truncatingIfNeeded: sum.value >> (8 * UInt64(i))) }
        try write(bytes)
        #expect(refusal { try session.restore(from: path, fingerprint: 5) } != nil)
      }
    }
  }

  @Test func missingAndForeignFiles() throws {
    defer { remove(path) }
    remove(path)
    #expect(try Checkpoint.read(path, fingerprint: 1) == nil)
    try write([UInt8](repeating: 65, count: 1000))
    #expect(refusal { try Checkpoint.read(path, fingerprint: 1) } == .notACheckpoint)
    let folder = makeTemporaryFolder()
    defer { remove(folder) }
    #expect(refusal { try Checkpoint.read(folder, fingerprint: 1) } == .notAFile)
    #expect(refusal { try Checkpoint.read("/dev/zero", fingerprint: 1) } == .notAFile)
  }
}
