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

  private func session<Numbers: Arithmetic>(
    _ numbers: Numbers, _ optimizer: OptimizerSettings, threads: Int = 2,
    plan: NetworkPlan = .resident, isRecorded: Bool = false
  ) throws -> TransferSession<Numbers> {
    let settings = TransferSettings(
      contentLayers: [.init(layer: 1, weight: 1)],
      styleLayers: [0, 2].map { .init(layer: $0, weight: 0.5) })
    let own = try optimizer.makeOptimizer(rowLength: 3 * content.width, rows: content.height)
    return try TransferSession(
      numbers, content: content, style: style,
      start: .noisy(content: content, ratio: 0.6, seed: 4), settings: settings,
      optimizer: isRecorded ? GradientRecorder(own) : own, plan: plan,
      pool: WorkerPool(threads: threads))
  }

  private func bits<Numbers>(_ session: TransferSession<Numbers>) -> [UInt32] {
    session.image.map { $0.bitPattern }
  }

  private func goesOn<Numbers: Arithmetic>(
    _ numbers: Numbers, lean: Numbers, _ settings: OptimizerSettings
  ) throws {
    defer { unlink(path) }
    let whole = try session(numbers, settings)
    for _ in 0..<7 { whole.step() }
    let first = try session(numbers, settings)
    for _ in 0..<3 { first.step() }
    let written = Checkpoint(fingerprint: 99, step: 3, notes: [7, .max])
    try first.state.save(written, to: path)
    let plan = NetworkPlan(chunkRows: 4, firstKept: 2)
    for isRecorded in [false, true] {
      let second = try session(
        lean, settings, threads: 3, plan: plan, isRecorded: isRecorded)
      let read = try second.state.restore(from: path, fingerprint: 99, notes: 2)
      #expect(read == written)
      #expect(bits(second) == bits(first))
      for _ in 0..<4 { second.step() }
      #expect(bits(second) == bits(whole))
    }
  }

  @Test(arguments: OptimizerSettings.Method.allCases, OptimizerSettings.State.allCases)
  func threeStepsAndFourAreSeven(
    _ method: OptimizerSettings.Method, _ state: OptimizerSettings.State
  ) throws {
    let settings = OptimizerSettings(method: method, state: state)
    let int8 = TestNetworks.int8(deepest: 2)
    try goesOn(
      Int8Arithmetic(int8, pooling: .average),
      lean: Int8Arithmetic(int8, pooling: .average, copies: .forward), settings)
    let float32 = Float32Arithmetic(TestNetworks.float32(deepest: 2), pooling: .maximum)
    try goesOn(float32, lean: float32, settings)
  }

  // MARK: Damage

  private func write(_ bytes: some Sequence<UInt8>) throws {
    let file = try AtomicFile(path: path)
    try file.write(Array(bytes))
    try file.commit()
  }

  private func readBytes() -> [UInt8] {
    let descriptor = system_open(path, O_RDONLY, 0)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    return Array(bytes[..<max(0, Int(system_read(descriptor, &bytes, bytes.count)))])
  }

  /// What is refused by `body`; nil where nothing is.
  private func refusal(_ body: () throws -> Checkpoint?) -> CheckpointError? {
    do {
      return try body() == nil ? .notAFile : nil
    } catch {
      return error as? CheckpointError
    }
  }

  @Test(arguments: OptimizerSettings.Method.allCases)
  func damagedCheckpointsAreRefused(_ method: OptimizerSettings.Method) throws {
    defer { unlink(path) }
    let numbers = Int8Arithmetic(TestNetworks.int8(deepest: 2), pooling: .average)
    let session = try session(numbers, OptimizerSettings(method: method))
    session.step()
    session.step()
    try session.state.save(Checkpoint(fingerprint: 5, step: 2), to: path)
    let whole = readBytes()
    func refusal() -> CheckpointError? {
      self.refusal { try session.state.restore(from: path, fingerprint: 5) }
    }
    #expect(refusal() == nil)
    for end in Array(0..<100) + Array(stride(from: 100, to: whole.count, by: 97))
      + [whole.count - 9, whole.count - 8, whole.count - 1]
    {
      try write(whole[..<end])
      guard case .truncated(_, end) = refusal() else {
        Issue.record("cut at \(end): \(String(describing: refusal()))")
        continue
      }
    }
    for index in whole.indices {
      var bytes = whole
      bytes[index] ^= UInt8(1 << (index % 8))
      let descriptor = system_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      #expect(system_write(descriptor, bytes, bytes.count) == bytes.count)
      close(descriptor)
      #expect(refusal() != nil, "byte \(index)")
    }
    try write(whole + [0])
    #expect(refusal() == .damaged)
    try write(whole)
    #expect(refusal() == nil)
    #expect(self.refusal { try session.state.restore(from: path, fingerprint: 6) } == .otherRun)
    #expect(
      self.refusal { try session.state.restore(from: path, fingerprint: 6, notes: 2) } == .otherRun)
  }

  /// A file whose checksums are right may still promise anything.
  @Test func hostileSizesAreRefused() throws {
    defer { unlink(path) }
    let numbers = Int8Arithmetic(TestNetworks.int8(deepest: 2), pooling: .average)
    let session = try session(numbers, OptimizerSettings())
    session.step()
    try session.state.save(Checkpoint(fingerprint: 5, step: 1), to: path)
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
        #expect(refusal { try session.state.restore(from: path, fingerprint: 5) } != nil)
      }
    }
  }

  @Test func missingAndForeignFiles() throws {
    defer { unlink(path) }
    unlink(path)
    #expect(try Checkpoint.read(path, fingerprint: 1) == nil)
    try write([UInt8](repeating: 65, count: 1000))
    #expect(refusal { try Checkpoint.read(path, fingerprint: 1) } == .notACheckpoint)
    let folder = makeTemporaryFolder()
    defer { rmdir(folder) }
    #expect(refusal { try Checkpoint.read(folder, fingerprint: 1) } == .notAFile)
    #expect(refusal { try Checkpoint.read("/dev/zero", fingerprint: 1) } == .notAFile)
  }
}
