import CQuantKernels
import CSystem
import KernelModels
import QuantVGG
import TestSupport
import Testing

/// Every kernel of every instruction set of this machine, the scalar specification among them, against
/// plain C models of the contracts: equal bit for bit, on shapes around the tiles' edges, without
/// touching a byte beyond what the header names.
enum Kernels {
  static let sets = InstructionSet.allCases.filter { $0.isAvailable }
  static let widths = Array(1...17) + [27, 28, 29, 31, 43, 57]
  static let channels = [16, 32, 48, 64, 128]

  private static let models: qv_kernels = {
    var table = KernelTable(.scalar).entries
    kernel_models(&table)
    return table
  }()

  /// Runs the model of a kernel and that of every set on fresh guarded copies, and compares.
  static func compare<Out: BitwiseCopyable & Equatable>(
    _ what: String, _ run: (qv_kernels, GuardedBuffers) -> [Out]
  ) {
    func result(_ table: qv_kernels, _ atHead: Bool) -> [Out] {
      let buffers = GuardedBuffers(atHead: atHead)
      return withExtendedLifetime(buffers) { run(table, buffers) }
    }
    let expected = result(models, false)
    for set in sets {
      for atHead in [false, true] {
        let got = result(KernelTable(set).entries, atHead)
        #expect(expected.count == got.count)
        if let index = expected.indices.first(where: { expected[$0] != got[$0] }) {
          Issue.record(
            "\(what) \(set): element \(index) is \(got[index]), not \(expected[index])")
        }
      }
    }
  }

  /// The sum of each lane's weights in packed order `[blocks][k / 4][32][4]`.
  static func panelSums(_ weights: [Int8], blocks: Int) -> [Int32] {
    let size = weights.count / blocks
    var sums = [Int32](repeating: 0, count: blocks * 32)
    for (i, weight) in weights.enumerated() {
      sums[i / size * 32 + i % size / 4 % 32] += Int32(weight)
    }
    return sums
  }
}

/// The sets that the other suites compare are those of the processor, as the system describes it.
@Suite struct KernelTests {
  @Test func everySetOfTheProcessorIsCompared() throws {
    let features = try processorFeatures()
    var expected: Set<InstructionSet> = [.scalar]
    #if arch(x86_64)
      if features.isSuperset(of: ["avx2", "fma"]) { expected.insert(.avx2) }
      if features.isSuperset(of: ["avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512_vnni"]) {
        expected.formUnion([.avxvnni, .avx512vnni])
        if features.isSuperset(of: ["amx_tile", "amx_int8"]) { expected.insert(.amx) }
      }
      if features.isSuperset(of: ["avx2", "fma", "avx_vnni"]) { expected.insert(.avxvnni) }
    #elseif arch(arm64)
      expected.insert(.neon)
      if features.contains("asimddp") { expected.insert(.dotprod) }
      if features.isSuperset(of: ["asimddp", "i8mm"]) { expected.insert(.i8mm) }
    #endif
    #expect(Set(Kernels.sets) == expected)
  }

  /// The features that the system's kernel lists for the first processor.
  private func processorFeatures() throws -> Set<String> {
    let file = try #require(fopen("/proc/cpuinfo", "r"))
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 1 << 14)
    while fgets(&text, Int32(text.count), file) != nil {
      let end = text.firstIndex(of: 0) ?? 0
      let line = String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if line.hasPrefix("flags") || line.hasPrefix("Features") {
        return Set(line.split(whereSeparator: { " \t\n".contains($0) }).map { String($0) })
      }
    }
    return []
  }
}
